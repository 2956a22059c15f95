"""Factors and result side by side: ``upstream × local = sent on``, as cells, or as small pictures of matrices."""

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.explain.explanation import Term
from engine.trace.numbers import number_text
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
_SHAPE_GAP_PX = 8
_SMALL_FONT_PX = 10
_MOST_NUMBERS = 64
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


def _digits_px(grid: Reals) -> float:
    """Return the room that the longest number needs at the smallest font with two digits."""
    if grid.size > _MOST_NUMBERS:
        return math.inf
    longest = max((number_text(number, 2) for number in grid.reshape(-1).tolist()), key=len, default="")
    return QFontMetricsF(mono_font(_SMALL_FONT_PX)).horizontalAdvance(longest)


class EquationView(QWidget):
    """One line of terms joined by symbols; hovering a cell tells its index and value."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None, picture_px: int = PICTURE_PX) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._picture_px = picture_px
        self._pictures: dict[int, QImage] = {}
        self._terms: tuple[Term, ...] = ()
        self._symbols: tuple[str, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

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
        return QSize(200, self.heightForWidth(self.width()))

    def heightForWidth(self, width: int) -> int:
        """Room for the tallest term, which is a picture where there is no room for its numbers."""
        return _LABEL_PX + self._body_height(width) + 2

    def _body_height(self, width: int) -> int:
        heights = [_CELL_HEIGHT_PX]
        for term in self._terms:
            grid = _grid(term)
            rows = grid.shape[0]
            if rows and self._is_numbered(grid, width):
                heights.append(rows * (_CELL_HEIGHT_PX - 2 + _GAP_PX))
            elif rows:
                below = 0 if self._is_shape_beside(term, width) else _SHAPE_PX
                heights.append((_CELL_HEIGHT_PX if rows == 1 else self._picture_px) + below)
        return int(max(heights))

    def _is_numbered(self, grid: Reals, width: int) -> bool:
        rows, columns = (int(size) for size in grid.shape)
        if not 0 < columns <= self._room(width) // (_MIN_CELL_PX + _GAP_PX) or rows > self._most_numbered_rows():
            return False
        return _digits_px(grid) <= self._room(width) / columns - _GAP_PX + 2

    def _is_shape_beside(self, term: Term, width: int) -> bool:
        """Whether the shape of a picture has room behind its label; else it stands below the picture."""
        label = QFontMetricsF(words_font(LABEL_FONT_PX)).horizontalAdvance(term.label)
        shape = QFontMetricsF(mono_font(LABEL_FONT_PX)).horizontalAdvance(shape_text(term.shape))
        return label + _SHAPE_GAP_PX + shape + 4 <= self._room(width)

    def _most_numbered_rows(self) -> int:
        return (self._picture_px + _CELL_HEIGHT_PX + _GAP_PX) // _CELL_HEIGHT_PX

    def _symbol_px(self, width: int) -> int:
        return _SYMBOL_PX if width >= _NARROW_PX else _NARROW_SYMBOL_PX

    def _room(self, width: int) -> float:
        """Return how wide one term may be."""
        count = max(1, len(self._terms))
        return max(60.0, (width - self._symbol_px(width) * len(self._symbols)) / count)

    def _placed(self) -> list[_Placed]:
        placed, left = [], 0.0
        metrics, mono = QFontMetricsF(words_font(LABEL_FONT_PX)), QFontMetricsF(mono_font(LABEL_FONT_PX))
        for term in self._terms:
            grid = _grid(term)
            one = self._place(term, grid, left)
            placed.append(one)
            label = metrics.horizontalAdvance(term.label) + 4
            if not one.is_numbered and grid.size and self._is_shape_beside(term, self.width()):
                label += _SHAPE_GAP_PX + mono.horizontalAdvance(shape_text(term.shape))
            width = max(one.rect.width(), min(self._room(self.width()), label))
            left += width + self._symbol_px(self.width())
        return placed

    def _place(self, term: Term, grid: Reals, left: float) -> _Placed:
        rows, columns = (int(size) for size in grid.shape)
        room = self._room(self.width())
        if self._is_numbered(grid, self.width()):
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
        room = max(
            one.rect.width(), self._room(self.width()) + (self._symbol_px(self.width()) - 6 if self._symbols else 0)
        )
        text = QFontMetricsF(font).elidedText(one.term.label, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(one.rect.left(), _LABEL_PX - 8), text)

    def _paint_symbol(self, painter: QPainter, symbol: str, before: QRectF, following: QRectF) -> None:
        painter.setFont(words_font(16))
        painter.setPen(QColor(self._tokens.muted))
        room = self._symbol_px(self.width())
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
        font = mono_font(_SMALL_FONT_PX if narrow else 12)
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
        if self._is_shape_beside(one.term, self.width()):
            label = QFontMetricsF(words_font(LABEL_FONT_PX)).horizontalAdvance(one.term.label)
            place = QPointF(one.rect.left() + label + _SHAPE_GAP_PX, _LABEL_PX - 8)
            painter.drawText(place, shape_text(one.term.shape))
            return
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
