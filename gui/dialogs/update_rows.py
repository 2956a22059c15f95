"""Rows of numbers in columns: what a quantity is called, its matrix, its distribution, and one element of it."""

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.trace.numbers import number_text
from engine.training.update_record import Array
from gui.theme.tokens import Tokens
from gui.widgets.heatmap import Heatmap
from gui.widgets.histogram import Histogram

_NAME_PX = 190
_MATRIX_PX = 250
_BARS_PX = 170
_NUMBER_PX = 110


class PickableMatrix(Heatmap):
    """A matrix of which an element can be clicked.

    Signals:
        picked: The number of the element that was clicked, in C order.
    """

    picked = Signal(int)

    def __init__(self, tokens: Tokens, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(tokens, parent)
        self._columns = columns
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the element at the mouse."""
        cell = self.cell_at(QPointF(event.position()))
        if cell is not None and event.button() is Qt.MouseButton.LeftButton:
            self.picked.emit(cell[0] * self._columns + cell[1])


def as_matrix(array: Array) -> Array:
    """Return an array of any shape as rows and columns: the first dimension down, all others across."""
    return array.reshape(1, -1) if array.ndim < 2 else array.reshape(array.shape[0], -1)


def place_text(shape: tuple[int, ...], element: int) -> str:
    """Return the index of an element, e.g. ``[0, 3]``."""
    if not shape:
        return "the only one"
    return f"[{', '.join(str(int(place)) for place in np.unravel_index(element, shape))}]"


class NumberRows(QWidget):
    """A table of arrays of one shape.

    Signals:
        picked: An element was clicked: its number in C order.
    """

    picked = Signal(int)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._arrays: list[Array] = []
        self._numbers: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(12)
        self._grid.setColumnMinimumWidth(0, _NAME_PX)
        self._grid.setColumnMinimumWidth(3, _NUMBER_PX)
        self._grid.setColumnStretch(4, 1)

    def add(self, name: str, rule: str, array: Array) -> None:
        """Add one row."""
        row = len(self._arrays)
        title = QLabel(name, self)
        title.setProperty("look", "heading")
        below = QLabel(rule, self)
        below.setProperty("look", "mono")
        below.setWordWrap(True)
        head = QGridLayout()
        head.setSpacing(1)
        head.addWidget(title, 0, 0)
        head.addWidget(below, 1, 0)
        head.setRowStretch(2, 1)
        matrix = as_matrix(array)
        heatmap = PickableMatrix(self._tokens, matrix.shape[1], self)
        heatmap.show_matrix(matrix)
        heatmap.setFixedWidth(_MATRIX_PX)
        heatmap.setFixedHeight(min(heatmap.heightForWidth(_MATRIX_PX), 72))
        heatmap.picked.connect(self.picked)
        bars = Histogram(self._tokens, self)
        bars.show_array(array)
        bars.setFixedWidth(_BARS_PX)
        number = QLabel(self)
        number.setProperty("look", "mono")
        number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addLayout(head, row, 0)
        self._grid.addWidget(heatmap, row, 1, top)
        self._grid.addWidget(bars, row, 2, top)
        self._grid.addWidget(number, row, 3, top | Qt.AlignmentFlag.AlignRight)
        self._arrays.append(array)
        self._numbers.append(number)

    def show_element(self, element: int) -> None:
        """Write the numbers of one element beside all rows."""
        for array, label in zip(self._arrays, self._numbers, strict=True):
            label.setText(number_text(float(array.reshape(-1)[element]), 6))
