"""Factors and result side by side: ``upstream × local = sent on``, as cells, or as small pictures of matrices."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.explain.explanation import Term
from engine.trace.tensors import shape_text
from gui.theme.fonts import mono_font, words_font
from gui.theme.tokens import Tokens
from gui.widgets.ink import fitting_text, paint_cell
from gui.widgets.matrix_image import grid_of, matrix_image
from gui.widgets.sampling import Reals, downsampled, magnitude

_LABEL_PX = 20
_CELL_HEIGHT_PX = 24
_GAP_PX = 3
_SYMBOL_PX = 32
_MAX_CELL_PX = 44
_MIN_CELL_PX = 20
_NARROW_PX = 340
"""Below this width symbols and cells move closer together."""
_NARROW_SYMBOL_PX = 20
PICTURE_PX = 72
"""Height of the picture of a matrix, unless the place has less room."""
_NARROWEST_PICTURE_PX = 40.0
_SHAPE_PX = 16
LABEL_FONT_PX = 11


@dataclass(frozen=True, slots=True)
class _Placed:
    """A term with the grid that is drawn for it and where it stands."""

    term: Term
    grid: Reals
    rect: QRectF
    cell: QSize
    is_numbered: bool


def _grid(term: Term) -> Reals:
    """Return the numbers as a matrix: a vector lies in one row, further dimensions are stacked into the rows."""
    if term.array is None or term.array.size == 0:
        return np.zeros((0, 0))
    if term.array.ndim <= 1:
        return term.array.reshape(1, -1)
    return term.array.reshape(-1, term.array.shape[-1])


class EquationView(QWidget):
    """One line of terms joined by symbols; hovering a cell tells its index and value."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None, picture_px: int = PICTURE_PX) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._picture_px = picture_px
        self._pictures: dict[int, QImage] = {}
        self._terms: tuple[Term, ...] = ()
        self._symbols: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_terms(self, terms: tuple[Term, ...], symbols: tuple[str, ...]) -> None:
        """Show terms; ``symbols`` stand between them."""
        self._terms, self._symbols = terms, symbols
        self._pictures.clear()
        words = [terms[0].label] if terms else []
        for symbol, term in zip(symbols, terms[1:], strict=False):
            words += [symbol, term.label]
        self.setAccessibleName(" ".join(words))
        self.updateGeometry()
        self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self._pictures.clear()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the tallest term."""
        return QSize(self._wanted_width(), _LABEL_PX + self._body_height() + 2)

    def _wanted_width(self) -> int:
        metrics = QFontMetricsF(words_font(LABEL_FONT_PX))
        widths = [max(self._wanted(term), metrics.horizontalAdvance(term.label) + 4) for term in self._terms]
        return round(sum(widths)) + _SYMBOL_PX * len(self._symbols)

    def _wanted(self, term: Term) -> float:
        columns = _grid(term).shape[1]
        return columns * (_MAX_CELL_PX + _GAP_PX) if columns <= 4 else 130.0

    def _body_height(self) -> int:
        heights = [_CELL_HEIGHT_PX]
        for term in self._terms:
            rows, columns = _grid(term).shape
            numbered = columns <= self._columns_with_numbers() and rows <= self._most_numbered_rows()
            if rows and numbered:
                heights.append(rows * (_CELL_HEIGHT_PX - 2 + _GAP_PX))
            elif rows:
                heights.append((_CELL_HEIGHT_PX if rows == 1 else self._picture_px) + _SHAPE_PX)
        return int(max(heights))

    def _most_numbered_rows(self) -> int:
        return (self._picture_px + _CELL_HEIGHT_PX + _GAP_PX) // _CELL_HEIGHT_PX

    def _symbol_px(self) -> int:
        return _SYMBOL_PX if self.width() >= _NARROW_PX else _NARROW_SYMBOL_PX

    def _room(self) -> float:
        count = max(1, len(self._terms))
        return max(60.0, (self.width() - self._symbol_px() * len(self._symbols)) / count)

    def _columns_with_numbers(self) -> int:
        return int(self._room() // (_MIN_CELL_PX + _GAP_PX))

    def _placed(self) -> list[_Placed]:
        placed, left = [], 0.0
        metrics = QFontMetricsF(words_font(LABEL_FONT_PX))
        for term in self._terms:
            grid = _grid(term)
            one = self._place(term, grid, left)
            placed.append(one)
            width = max(one.rect.width(), min(self._room(), metrics.horizontalAdvance(term.label) + 4))
            left += width + self._symbol_px()
        return placed

    def _place(self, term: Term, grid: Reals, left: float) -> _Placed:
        rows, columns = (int(size) for size in grid.shape)
        room = self._room()
        if columns and columns <= self._columns_with_numbers() and rows <= self._most_numbered_rows():
            cell = QSize(
                int(min(_MAX_CELL_PX, (room - (columns - 1) * _GAP_PX) / columns)),
                _CELL_HEIGHT_PX if rows == 1 else _CELL_HEIGHT_PX - 2,
            )
            size = columns * (cell.width() + _GAP_PX) - _GAP_PX, rows * (cell.height() + _GAP_PX) - _GAP_PX
            return _Placed(term, grid, QRectF(left, _LABEL_PX, *size), cell, is_numbered=True)
        if not columns:
            return _Placed(
                term, grid, QRectF(left, _LABEL_PX, min(room, 96), _CELL_HEIGHT_PX), QSize(), is_numbered=False
            )
        height = float(_CELL_HEIGHT_PX) if rows == 1 else float(self._picture_px)
        width = room - 8 if rows == 1 else min(room - 8, max(_NARROWEST_PICTURE_PX, height * columns / rows))
        width = float(round(width))
        return _Placed(term, grid, QRectF(left, _LABEL_PX, width, height), QSize(), is_numbered=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More room may turn a picture into numbers."""
        super().resizeEvent(event)
        self._pictures.clear()
        self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint labels, cells and symbols."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        placed = self._placed()
        for index, one in enumerate(placed):
            self._paint_label(painter, one)
            self._paint_body(painter, index, one)
            if index < len(self._symbols) and index + 1 < len(placed):
                self._paint_symbol(painter, self._symbols[index], one.rect, placed[index + 1].rect)
        painter.end()

    def _paint_label(self, painter: QPainter, one: _Placed) -> None:
        font = words_font(LABEL_FONT_PX)
        painter.setFont(font)
        painter.setPen(QColor(self._tokens.muted))
        room = max(one.rect.width(), self._room() + (self._symbol_px() - 6 if self._symbols else 0))
        text = QFontMetricsF(font).elidedText(one.term.label, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(one.rect.left(), _LABEL_PX - 8), text)

    def _paint_symbol(self, painter: QPainter, symbol: str, before: QRectF, following: QRectF) -> None:
        painter.setFont(words_font(16))
        painter.setPen(QColor(self._tokens.muted))
        room = self._symbol_px()
        height = min(before.height(), following.height())
        place = QRectF(following.left() - room, following.top(), room, height)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, symbol)

    def _paint_body(self, painter: QPainter, index: int, one: _Placed) -> None:
        if one.grid.size == 0:
            painter.setFont(mono_font(LABEL_FONT_PX))
            painter.setPen(QColor(self._tokens.faint))
            text = f"{shape_text(one.term.shape)} not kept"
            painter.drawText(one.rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        elif one.is_numbered:
            self._paint_numbers(painter, one)
        else:
            self._paint_picture(painter, index, one)

    def _paint_numbers(self, painter: QPainter, one: _Placed) -> None:
        scale = magnitude(one.grid)
        narrow = one.cell.width() < 38
        font = mono_font(10 if narrow else 12)
        for row, numbers in enumerate(one.grid.tolist()):
            for column, number in enumerate(numbers):
                rect = _cell_rect(one, row, column)
                text = fitting_text(number, font, rect.width() + 3)
                paint_cell(painter, rect, number, scale, text, font, self._tokens)

    def _paint_picture(self, painter: QPainter, index: int, one: _Placed) -> None:
        if index not in self._pictures:
            shown = downsampled(one.grid, max(1, int(one.rect.height() // 2)), max(1, int(one.rect.width() // 2)))
            rows, columns = shown.shape
            grid = grid_of((int(rows), int(columns)), one.rect.width(), one.rect.height())
            self._pictures[index] = matrix_image(shown, magnitude(one.grid), self._tokens, grid)
        painter.drawImage(QPointF(round(one.rect.left()), one.rect.top()), self._pictures[index])
        painter.setFont(mono_font(LABEL_FONT_PX))
        painter.setPen(QColor(self._tokens.faint))
        below = QRectF(one.rect.left(), one.rect.bottom() + 1, max(one.rect.width(), 90), _SHAPE_PX)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shape_text(one.term.shape))

    def text_at(self, point: QPointF) -> str:
        """Return label, index and value of the cell at a point."""
        for one in self._placed():
            if not one.rect.contains(point) or one.grid.size == 0 or one.term.array is None:
                continue
            rows, columns = one.grid.shape
            row = min(rows - 1, int((point.y() - one.rect.top()) / one.rect.height() * rows))
            column = min(columns - 1, int((point.x() - one.rect.left()) / one.rect.width() * columns))
            index = np.unravel_index(row * columns + column, one.term.array.shape)
            place = f"[{', '.join(str(int(at)) for at in index)}]" if index else ""
            return f"{one.term.label} {place} = {one.grid[row, column].item()!r}"
        return ""

    def event(self, event: QEvent) -> bool:
        """Tell index and value on hover."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)


def _cell_rect(one: _Placed, row: int, column: int) -> QRectF:
    width, height = one.cell.width(), one.cell.height()
    return QRectF(
        one.rect.left() + column * (width + _GAP_PX), one.rect.top() + row * (height + _GAP_PX), width, height
    )
