"""A matrix as coloured cells, with numbers where there is room."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.trace.numbers import number_text
from engine.trace.tensors import Array
from gui.theme.fonts import mono_font
from gui.theme.tokens import Tokens
from gui.widgets.ink import fitting_text, paint_cell
from gui.widgets.matrix_image import Grid, grid_of, matrix_image
from gui.widgets.sampling import Reals, as_reals, downsampled, edges, magnitude

_MAX_CELL_PX = 32
_NUMBER_CELL_PX = 44
_MAX_HEIGHT_PX = 320
_LEAST_ROW_PX, _LEAST_HEIGHT_PX = 8.0, 96.0
"""Rows of a very wide matrix are so high, as long as all of them are not higher than this."""


Place: TypeAlias = Callable[[int, int], str]
"""From row and column to the index of an element in its tensor, e.g. ``0, 3, 5``."""


def _plain_place(row: int, column: int) -> str:
    return f"{row}, {column}"


class Heatmap(QWidget):
    """Blue above zero, orange below, grey at zero, symmetric about 0; NaN and Inf are hatched and never hidden.

    Larger matrices than pixels are shrunk block by block to the element of largest magnitude.
    """

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._array: Array = np.zeros((0, 0))
        self._numbers: Reals = np.zeros((0, 0))
        self._place: Place = _plain_place
        self._wanted_scale: float | None = None
        self._known_scale: float | None = None
        self._shrunk: tuple[tuple[int, int], Reals] | None = None
        self._picture: tuple[tuple[int, int, Tokens], QImage] | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_matrix(self, matrix: Array, scale: float | None = None, place: Place | None = None) -> None:
        """Show a two-dimensional array; ``scale`` is the magnitude of the full colour (default: its largest).

        ``place`` gives the index that is told on hover for a row and a column (default: row and column).

        Nothing is worked out before it is painted: who steps through quickly does not wait for pictures never seen.
        """
        self._array = matrix
        self._place = place or _plain_place
        self._numbers = as_reals(matrix)
        self._shrunk = self._picture = self._known_scale = None
        self._wanted_scale = scale
        self.setAccessibleName(f"matrix of {matrix.shape[0]} rows and {matrix.shape[1]} columns")
        self.updateGeometry()
        self.update()

    def _scale(self) -> float:
        if self._known_scale is None:
            self._known_scale = magnitude(self._numbers) if self._wanted_scale is None else self._wanted_scale
        return self._known_scale

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as it may be."""
        return QSize(280, self.heightForWidth(280))

    def heightForWidth(self, width: int) -> int:
        """Cells are square, flat where numbers stand in them, and tall in a matrix so wide that it would be a line."""
        rows, columns = self._shape()
        if not rows or not columns:
            return 0
        cell = self._cell_width(width)
        height = min(26.0, cell) if self._shows_numbers(cell) else cell
        return max(
            1, math.ceil(min(_MAX_HEIGHT_PX, max(rows * height, min(rows * _LEAST_ROW_PX, _LEAST_HEIGHT_PX), 6)))
        )

    def _shape(self) -> tuple[int, int]:
        rows, columns = self._numbers.shape
        return int(rows), int(columns)

    def _cell_width(self, width: int) -> float:
        columns = self._shape()[1]
        fair = width / max(1, columns)
        return min(fair, 96.0) if fair >= _NUMBER_CELL_PX else min(fair, _MAX_CELL_PX)

    def _shows_numbers(self, cell: float) -> bool:
        return cell >= _NUMBER_CELL_PX and self._numbers.shape[0] <= 12

    def _geometry(self) -> tuple[int, int, float, float]:
        """Return shown rows and columns and the size of a cell in pixels."""
        rows, columns = self._shape()
        shown_rows = min(rows, max(1, self.height() // 2))
        shown_columns = min(columns, max(1, self.width() // 2))
        width = min(self.width() / shown_columns, self._cell_width(self.width()) * columns / shown_columns)
        return shown_rows, shown_columns, width, self.height() / shown_rows

    def _shown(self, rows: int, columns: int) -> Reals:
        """Return the elements that are shown; kept, because hovering asks often and large matrices take long."""
        if self._shrunk is None or self._shrunk[0] != (rows, columns):
            self._shrunk = ((rows, columns), downsampled(self._numbers, rows, columns))
        return self._shrunk[1]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint every cell that is shown."""
        if self._numbers.size == 0:
            return
        rows, columns, width, height = self._geometry()
        shown = self._shown(rows, columns)
        painter = QPainter(self)
        if self._shows_numbers(width) and shown.shape == self._numbers.shape:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_numbers(painter, width, height)
        else:
            self._paint_colors(painter, shown, width, height)
        painter.end()

    def _paint_numbers(self, painter: QPainter, width: float, height: float) -> None:
        font = mono_font(12 if width >= 56 else 11)
        for row, (items, numbers) in enumerate(zip(self._array.tolist(), self._numbers.tolist(), strict=True)):
            for column, (item, number) in enumerate(zip(items, numbers, strict=True)):
                rect = QRectF(column * width, row * height, width - 2, height - 2)
                text = fitting_text(item, font, rect.width())
                paint_cell(painter, rect, number, self._scale(), text, font, self._tokens)

    def _paint_colors(self, painter: QPainter, shown: Reals, width: float, height: float) -> None:
        rows, columns = shown.shape
        grid = grid_of((int(rows), int(columns)), width * columns, height * rows)
        key = (self.width(), self.height(), self._tokens)
        if self._picture is None or self._picture[0] != key:
            self._picture = (key, matrix_image(shown, self._scale(), self._tokens, grid))
        painter.drawImage(0, 0, self._picture[1])
        if grid.gap_px:
            self._hatch(painter, shown, grid)

    def _hatch(self, painter: QPainter, shown: Reals, grid: Grid) -> None:
        painter.setPen(QPen(QColor(self._tokens.panel)))
        for row, column in np.argwhere(~np.isfinite(shown)).tolist():
            left, right = int(grid.columns[column]), int(grid.columns[column + 1]) - grid.gap_px
            top, bottom = int(grid.rows[row]), int(grid.rows[row + 1]) - grid.gap_px
            painter.drawLine(left, bottom - 1, right - 1, top)

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return row and column of the element at a point, of a block of elements the first; None beside all."""
        block = self._block_at(point)
        return None if block is None else (block[0][0], block[1][0])

    def _block_at(self, point: QPointF) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]] | None:
        """Return the first and last row and column of the block of elements at a point, and where it is shown."""
        if self._numbers.size == 0:
            return None
        rows, columns, width, height = self._geometry()
        row, column = int(point.y() // height), int(point.x() // width)
        if not (0 <= row < rows and 0 <= column < columns):
            return None
        row_edges, column_edges = edges(self._numbers.shape[0], rows), edges(self._numbers.shape[1], columns)
        return (
            _stretch(row_edges.tolist(), row, self._numbers.shape[0]),
            _stretch(column_edges.tolist(), column, self._numbers.shape[1]),
            (row, column),
        )

    def text_at(self, point: QPointF) -> str:
        """Return index and value at a point; of a block of elements, the range and the largest."""
        block = self._block_at(point)
        if block is None:
            return ""
        (first_row, last_row), (first_column, last_column), place = block
        if first_row == last_row and first_column == last_column:
            return f"[{self._place(first_row, first_column)}] = {self._array[first_row, first_column].item()!r}"
        rows, columns, _, _ = self._geometry()
        number = self._shown(rows, columns)[place]
        first, last = self._place(first_row, first_column), self._place(last_row, last_column)
        return f"[{first}] to [{last}]: largest magnitude {number_text(float(number))}"

    def event(self, event: QEvent) -> bool:
        """Tell index and value on hover."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)


def _stretch(starts: list[int], place: int, length: int) -> tuple[int, int]:
    end = starts[place + 1] if place + 1 < len(starts) else length
    return starts[place], end - 1
