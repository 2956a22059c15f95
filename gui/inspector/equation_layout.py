"""Where the terms of an equation stand in a given width, and which of them have room for their numbers."""

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QFontMetricsF

from engine.explain.explanation import Term
from engine.trace.numbers import number_text
from engine.trace.tensors import shape_text
from gui.theme.fonts import mono_font, words_font
from gui.widgets.sampling import Reals

LABEL_PX = 20
CELL_HEIGHT_PX = 24
GAP_PX = 3
SHAPE_PX = 16
SHAPE_GAP_PX = 8
LABEL_FONT_PX = 11
SMALL_FONT_PX = 10
_FONT_PX = 12
_ROOMY_CELL_PX = 38
_SYMBOL_PX = 32
_NARROW_SYMBOL_PX = 20
_NARROW_PX = 340
"""Below this width symbols and cells move closer together."""
_MAX_CELL_PX = 44
_MIN_CELL_PX = 20
_MOST_NUMBERS = 64
_NARROWEST_PICTURE_PX = 40.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A term with the grid that is drawn for it and where it stands."""

    term: Term
    grid: Reals
    rect: QRectF
    cell: QSize
    is_numbered: bool
    is_shape_beside: bool

    @property
    def font_px(self) -> int:
        """The size of its numbers: the smallest where the cells are narrow, or the longest number would be cut."""
        is_roomy = self.cell.width() >= _ROOMY_CELL_PX and digits_px(self.grid, _FONT_PX) <= self.cell.width()
        return _FONT_PX if is_roomy else SMALL_FONT_PX

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Where one element is drawn."""
        if self.is_numbered:
            width, height = self.cell.width(), self.cell.height()
            left, top = column * (width + GAP_PX), row * (height + GAP_PX)
        else:
            width_px, height_px = self.rect.width() / self.grid.shape[1], self.rect.height() / self.grid.shape[0]
            return QRectF(self.rect.left() + column * width_px, self.rect.top() + row * height_px, width_px, height_px)
        return QRectF(self.rect.left() + left, self.rect.top() + top, width, height)

    def element_at(self, point: QPointF) -> int | None:
        """Return the element under a point, counted in reading order."""
        if self.grid.size == 0 or not self.rect.contains(point):
            return None
        rows, columns = (int(size) for size in self.grid.shape)
        row = min(rows - 1, int((point.y() - self.rect.top()) / self.rect.height() * rows))
        column = min(columns - 1, int((point.x() - self.rect.left()) / self.rect.width() * columns))
        return row * columns + column


def grid_of_term(term: Term) -> Reals:
    """Return the numbers as a matrix: a vector lies in one row, further dimensions are stacked into the rows."""
    if term.array is None or term.array.size == 0:
        return np.zeros((0, 0))
    if term.array.ndim <= 1:
        return term.array.reshape(1, -1)
    return term.array.reshape(-1, term.array.shape[-1])


def absence_text(term: Term) -> str:
    """Return what stands in the place of numbers that are not here, or not yet."""
    return f"{shape_text(term.shape)} no numbers"


def digits_px(grid: Reals, font_px: int = SMALL_FONT_PX) -> float:
    """Return the room that the longest number needs with two digits, in the smallest font unless told otherwise."""
    if grid.size > _MOST_NUMBERS:
        return math.inf
    longest = max((number_text(number, 2) for number in grid.reshape(-1).tolist()), key=len, default="")
    return QFontMetricsF(mono_font(font_px)).horizontalAdvance(longest)


def _absence_px(term: Term) -> float:
    return QFontMetricsF(mono_font(LABEL_FONT_PX)).horizontalAdvance(absence_text(term)) + 2


class EquationLayout:
    """Divides a width among terms and the symbols between them."""

    def __init__(self, terms: tuple[Term, ...], symbol_count: int, width_px: int, picture_px: int) -> None:
        self._terms = terms
        self._symbol_count = symbol_count
        self._picture_px = picture_px
        self._placed: list[Placed] | None = None
        self.symbol_px = _SYMBOL_PX if width_px >= _NARROW_PX else _NARROW_SYMBOL_PX
        self.room_px = max(60.0, (width_px - self.symbol_px * symbol_count) / max(1, len(terms)))

    def height(self) -> int:
        """Room for the tallest term, with its label."""
        heights = [float(CELL_HEIGHT_PX)]
        for one in self.placed():
            has_shape_below = one.grid.size > 0 and not one.is_numbered and not one.is_shape_beside
            heights.append(one.rect.height() + (SHAPE_PX if has_shape_below else 0))
        return LABEL_PX + math.ceil(max(heights)) + 2

    def placed(self) -> list[Placed]:
        """Return every term in its place."""
        if self._placed is None:
            self._placed = self._place_all()
        return self._placed

    def _place_all(self) -> list[Placed]:
        placed, left = [], 0.0
        words, mono = QFontMetricsF(words_font(LABEL_FONT_PX)), QFontMetricsF(mono_font(LABEL_FONT_PX))
        widths = [
            words.horizontalAdvance(term.label) + SHAPE_GAP_PX + mono.horizontalAdvance(shape_text(term.shape)) + 8
            for term in self._terms
        ]
        all_beside = max(widths, default=0.0) <= self.room_px  # all or none: else the line looks ragged
        for term in self._terms:
            label = words.horizontalAdvance(term.label) + 4
            shape = mono.horizontalAdvance(shape_text(term.shape)) + 4
            with_shape = label + SHAPE_GAP_PX + shape
            one = self._place(term, left, is_shape_beside=all_beside)
            placed.append(one)
            wanted = label
            if one.grid.size > 0 and not one.is_numbered:
                wanted = with_shape if one.is_shape_beside else max(label, shape)
            left += max(one.rect.width(), min(self.room_px, wanted)) + self.symbol_px
        return placed

    def _is_numbered(self, grid: Reals) -> bool:
        rows, columns = (int(size) for size in grid.shape)
        most_rows = (self._picture_px + CELL_HEIGHT_PX + GAP_PX) // CELL_HEIGHT_PX
        if not 0 < columns <= self.room_px // (_MIN_CELL_PX + GAP_PX) or rows > most_rows:
            return False
        return digits_px(grid) <= self.room_px / columns - GAP_PX + 2

    def _place(self, term: Term, left: float, *, is_shape_beside: bool) -> Placed:
        grid = grid_of_term(term)
        rows, columns = (int(size) for size in grid.shape)
        is_numbered = self._is_numbered(grid)
        cell = QSize()
        size: tuple[float, float]
        if is_numbered:
            needed = max(_MAX_CELL_PX, math.ceil(digits_px(grid)))
            width = int(min(needed, (self.room_px - (columns - 1) * GAP_PX) / columns))
            cell = QSize(width, CELL_HEIGHT_PX if rows == 1 else CELL_HEIGHT_PX - 2)
            size = columns * (cell.width() + GAP_PX) - GAP_PX, rows * (cell.height() + GAP_PX) - GAP_PX
        elif not columns:
            size = min(self.room_px, _absence_px(term)), CELL_HEIGHT_PX
        else:
            height = CELL_HEIGHT_PX if rows == 1 else self._picture_px
            wanted = self.room_px if rows == 1 else max(_NARROWEST_PICTURE_PX, height * columns / rows)
            size = round(min(self.room_px - 8, wanted)), height
        return Placed(term, grid, QRectF(left, LABEL_PX, *size), cell, is_numbered, is_shape_beside)
