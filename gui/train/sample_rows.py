"""The first samples of a batch as lines of text: rows of a table, or sequences, and what is to be told of each."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from engine.trace.numbers import number_text
from gui.model.training_data import DataLook, Numbers
from gui.theme.fonts import SECONDARY_PX, mono_font, words_font
from gui.theme.tokens import Tokens
from gui.train.hues import class_color

_ROW_PX = 17.0
_MOST_ROWS = 8
_MOST_COLUMNS = 4
_TARGET_MORE = 0.6
"""So much wider are targets, which may be words."""
_TABLE, _LINE = 2, 1
"""Dimensions of inputs that are rows; of targets that are one number a sample."""


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One sample: its cells, what is to be told, and the class that it is one of, if it is."""

    cells: tuple[str, ...]
    target: str
    kind: int | None


@dataclass(frozen=True, slots=True)
class SampleRows:
    """Lines to be painted; ``heads`` stand above them, the last one over the targets."""

    heads: tuple[str, ...]
    rows: tuple[SampleRow, ...]


def rows_of(look: DataLook) -> SampleRows | None:
    """Return the first samples of a batch as lines; None where samples are no rows."""
    inputs, targets = look.picture("batch/inputs"), look.picture("batch/targets")
    if inputs is None or targets is None or inputs.ndim != _TABLE:
        return None
    rows = tuple(
        _row(look, sample, target) for sample, target in zip(inputs[:_MOST_ROWS], targets[:_MOST_ROWS], strict=True)
    )
    if look.alphabet:
        return SampleRows((), rows)
    names = look.answer.columns if len(look.answer.columns) == inputs.shape[1] else ()
    heads = [names[at] if names else f"input {at + 1}" for at in range(min(_MOST_COLUMNS, inputs.shape[1]))]
    return SampleRows((*heads, *_more(inputs.shape[1]), "target"), rows)


def paint_rows(painter: QPainter, area: QRectF, shown: SampleRows, tokens: Tokens) -> None:
    """Paint as many lines as find room."""
    columns = max((len(row.cells) for row in shown.rows), default=0) + 1
    width = area.width() / (columns + _TARGET_MORE)
    top = area.top()
    painter.setFont(words_font(SECONDARY_PX))
    painter.setPen(QColor(tokens.muted))
    for at, head in enumerate(shown.heads):
        wide = width * (1 + _TARGET_MORE) if at == columns - 1 else width
        _write(painter, QRectF(area.left() + at * width, top, wide, _ROW_PX), head, is_right=True)
    top += _ROW_PX if shown.heads else 0.0
    painter.setFont(mono_font(SECONDARY_PX))
    for row in shown.rows[: int((area.bottom() - top) // _ROW_PX)]:
        painter.setPen(QColor(tokens.text))
        for at, cell in enumerate(row.cells):
            _write(painter, QRectF(area.left() + at * width, top, width, _ROW_PX), cell, is_right=bool(shown.heads))
        painter.setPen(QColor(tokens.text) if row.kind is None else class_color(tokens, row.kind))
        place = QRectF(area.left() + (columns - 1) * width, top, width * (1 + _TARGET_MORE), _ROW_PX)
        _write(painter, place, row.target if shown.heads else f"→ {row.target}", is_right=bool(shown.heads))
        top += _ROW_PX


def _write(painter: QPainter, place: QRectF, text: str, *, is_right: bool) -> None:
    side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
    room = place.adjusted(2, 0, -2, 0)
    cut = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, cut)


def _row(look: DataLook, sample: Numbers, target: Numbers) -> SampleRow:
    told, kind = _told(look, np.atleast_1d(target))
    if look.alphabet:
        return SampleRow((_signs(look.alphabet, sample),), told, kind)
    cells = tuple(number_text(float(number), 3) for number in sample[:_MOST_COLUMNS])
    return SampleRow((*cells, *_more(len(sample))), told, kind)


def _told(look: DataLook, target: Numbers) -> tuple[str, int | None]:
    """Return what is to be told of one sample, and its class where it is of one."""
    if look.alphabet and len(target) > _LINE:
        return _signs(look.alphabet, target), None
    if not look.answer.counts:
        return ", ".join(number_text(float(number), 3) for number in target[:2]), None
    number = int(target.argmax()) if len(target) > _LINE else int(max(target[0], 0))  # signs are -1 and 1
    return look.label(number), number


def _more(columns: int) -> tuple[str, ...]:
    return ("…",) if columns > _MOST_COLUMNS else ()


def _signs(alphabet: str, numbers: Numbers) -> str:
    return "".join(alphabet[int(number)] if 0 <= number < len(alphabet) else "?" for number in numbers)
