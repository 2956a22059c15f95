"""The legend of an overlay at the upper left of the canvas: what the signs mean, how many, and which way it went."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from engine.compare import ChangeKind
from engine.graph.labels import short
from engine.overlay import Overlay
from gui.canvas.changes import paint_sign
from gui.theme.tokens import Tokens
from gui.widgets.lettering import Style, draw_text, fitted_text, text_width

_LEFT, _TOP, _PAD = 10.0, 10.0, 10.0
_ROW = 19.0
_SIGN_ROOM = 20.0
_GAP = 14.0
_MOST_FORKS = 3
_LONGEST_NAME = 28


def paint_overlay_legend(painter: QPainter, tokens: Tokens, overlay: Overlay, width: float) -> None:
    """Paint the legend, no broader than a view of this width."""
    room = width - 2 * _LEFT - 2 * _PAD
    entries = _entries(overlay)
    lines = [fitted_text(text, Style.LABEL, room) for text in _sentences(overlay)]
    rows = _rows(entries, room)
    inner = max(_breadth(row) for row in rows)
    inner = max([inner, *(text_width(line, Style.LABEL) for line in lines)])
    box = QRectF(_LEFT, _TOP, inner + 2 * _PAD, _ROW * (len(rows) + len(lines)) + _PAD)
    painter.setPen(QPen(QColor(tokens.hairline), 1.0))
    painter.setBrush(QColor(tokens.panel))
    painter.drawRoundedRect(box, 7.0, 7.0)
    y = box.y() + _PAD / 2 + _ROW / 2
    for row in rows:
        x = box.x() + _PAD
        for kind, text in row:
            paint_sign(painter, QPointF(x + 7.0, y), tokens, kind)
            painter.setPen(QColor(tokens.text))
            draw_text(painter, x + _SIGN_ROOM, y + 4.0, text, Style.LABEL)
            x += _SIGN_ROOM + text_width(text, Style.LABEL) + _GAP
        y += _ROW
    painter.setPen(QColor(tokens.muted))
    for line in lines:
        draw_text(painter, box.x() + _PAD, y + 4.0, line, Style.LABEL)
        y += _ROW


def overlay_legend_height(overlay: Overlay, width: float) -> float:
    """How much of the top of a view of this width the legend takes, its margins included."""
    rows = _rows(_entries(overlay), width - 2 * _LEFT - 2 * _PAD)
    return _ROW * (len(rows) + len(_sentences(overlay))) + _PAD + 2 * _TOP


def _entries(overlay: Overlay) -> list[tuple[ChangeKind, str]]:
    there = f"only in {short(overlay.name, _LONGEST_NAME)}"
    words = {
        ChangeKind.KEPT: "the same",
        ChangeKind.REMOVED: there if overlay.is_second else "only here",
        ChangeKind.ADDED: "only here" if overlay.is_second else there,
        ChangeKind.RESHAPED: "another shape",
        ChangeKind.CHANGED: "other values",
    }
    counts = {kind: overlay.count(kind) for kind in words}
    return [(kind, f"{words[kind]} {count:,}") for kind, count in counts.items() if count]


def _sentences(overlay: Overlay) -> list[str]:
    lines = [fork.sentence for fork in overlay.forks[:_MOST_FORKS]]
    more = len(overlay.forks) - len(lines)
    return [*lines, f"{more} more decisions went the other way"] if more else lines


def _rows(entries: list[tuple[ChangeKind, str]], room: float) -> list[list[tuple[ChangeKind, str]]]:
    rows: list[list[tuple[ChangeKind, str]]] = [[]]
    for entry in entries:
        if rows[-1] and _breadth([*rows[-1], entry]) > room:
            rows.append([])
        rows[-1].append(entry)
    return rows


def _breadth(row: list[tuple[ChangeKind, str]]) -> float:
    return sum(_SIGN_ROOM + text_width(text, Style.LABEL) + _GAP for _, text in row) - _GAP
