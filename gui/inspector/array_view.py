"""All elements of a tensor of any rank: cells, or a heatmap of one slice with steppers for the other dimensions."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from engine.trace.tensors import Array
from gui.theme.icons import Icon, tinted_icon
from gui.theme.tokens import Tokens
from gui.widgets.heatmap import Heatmap
from gui.widgets.sampling import as_floats, magnitude
from gui.widgets.value_cells import ValueCells

_MOST_CELLS = 8
_ROW = 32


@dataclass(frozen=True, slots=True)
class Slice:
    """Which dimensions lie in rows and columns, and where the others stand."""

    rows: int
    columns: int
    at: tuple[int, ...]

    def of(self, array: Array) -> Array:
        """Return the matrix that is shown."""
        index = tuple(slice(None) if axis in (self.rows, self.columns) else place for axis, place in enumerate(self.at))
        matrix = array[index]
        return matrix if self.rows < self.columns else matrix.T


def matrix_of(vector: Array) -> Array:
    """Return a long vector as a matrix in reading order.

    A vector that fills no whole rows is shown as one row: no element is invented.
    """
    for width in range(min(_ROW, vector.size), 7, -1):
        if vector.size % width == 0:
            return vector.reshape(-1, width)
    return vector.reshape(1, -1)


class ArrayView(QWidget):
    """Shows one array; the chosen slice is kept while the shape stays the same."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._array: Array | None = None
        self._slice = Slice(0, 1, (0, 0))
        self._cells = ValueCells(tokens, self)
        self._heatmap = Heatmap(tokens, self)
        self._steppers: list[_Stepper] = []
        self._controls = QWidget(self)
        self._controls_layout = QVBoxLayout(self._controls)
        self._controls_layout.setContentsMargins(0, 0, 0, 2)
        self._controls_layout.setSpacing(2)
        self._rows, self._columns = _chooser("rows", self), _chooser("columns", self)
        choosers = QHBoxLayout()
        choosers.setSpacing(6)
        for word, box in (("rows", self._rows), ("columns", self._columns)):
            label = QLabel(word, self._controls)
            label.setProperty("look", "faint")
            choosers.addWidget(label)
            choosers.addWidget(box)
        choosers.addStretch(1)
        self._controls_layout.addLayout(choosers)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self._controls, self._cells, self._heatmap):
            layout.addWidget(widget)
        self._rows.activated.connect(self._on_axes)
        self._columns.activated.connect(self._on_axes)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def shown_slice(self) -> Slice:
        """The slice that is shown of a tensor with more than two dimensions."""
        return self._slice

    @property
    def heatmap(self) -> Heatmap:
        """The matrix view."""
        return self._heatmap

    def show_array(self, array: Array) -> None:
        """Show another array."""
        is_same_shape = self._array is not None and self._array.shape == array.shape
        self._array = array
        if not is_same_shape and array.ndim > 2:
            self._slice = Slice(array.ndim - 2, array.ndim - 1, (0,) * array.ndim)
            self._build_steppers()
        few = array.ndim < 2 and array.size <= _MOST_CELLS
        self._cells.setVisible(few)
        self._heatmap.setVisible(not few)
        self._controls.setVisible(array.ndim > 2)
        if few:
            self._cells.show_array(array)
        elif array.ndim < 2:
            self._heatmap.show_matrix(matrix_of(array.reshape(-1)))
        elif array.ndim == 2:
            self._heatmap.show_matrix(array)
        else:
            self._show_slice()
        self.updateGeometry()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self._cells.set_tokens(tokens)
        self._heatmap.set_tokens(tokens)
        for stepper in self._steppers:
            stepper.set_tokens(tokens)

    def step_dimension(self, axis: int, offset: int) -> None:
        """Go to another slice along a dimension, around its end."""
        if self._array is None:
            return
        at = list(self._slice.at)
        at[axis] = (at[axis] + offset) % self._array.shape[axis]
        self._slice = Slice(self._slice.rows, self._slice.columns, tuple(at))
        self._show_slice()

    def choose_axes(self, rows: int, columns: int) -> None:
        """Put two dimensions into rows and columns; choosing the same twice swaps them."""
        if self._array is None:
            return
        if rows == columns:
            rows, columns = self._slice.columns, self._slice.rows
        self._slice = Slice(rows, columns, self._slice.at)
        self._build_steppers()
        self._show_slice()
        self.updateGeometry()

    def _on_axes(self, _index: int) -> None:
        self.choose_axes(self._rows.currentIndex(), self._columns.currentIndex())

    def _build_steppers(self) -> None:
        assert self._array is not None
        for stepper in self._steppers:
            self._controls_layout.removeWidget(stepper)
            stepper.hide()
            stepper.deleteLater()
        self._steppers = []
        for box, axis in ((self._rows, self._slice.rows), (self._columns, self._slice.columns)):
            box.clear()
            box.addItems([f"dim {number}" for number in range(self._array.ndim)])
            box.setCurrentIndex(axis)
        for axis in range(self._array.ndim):
            if axis not in (self._slice.rows, self._slice.columns):
                stepper = _Stepper(axis, self, self._tokens)
                self._controls_layout.insertWidget(self._controls_layout.count() - 1, stepper)
                self._steppers.append(stepper)

    def _show_slice(self) -> None:
        assert self._array is not None
        self._heatmap.show_matrix(self._slice.of(self._array), magnitude(as_floats(self._array)))
        for stepper in self._steppers:
            stepper.show_place(self._slice.at[stepper.axis], self._array.shape[stepper.axis])


def _chooser(name: str, parent: QWidget) -> QComboBox:
    box = QComboBox(parent)
    box.setAccessibleName(f"dimension in {name}")
    box.setMaximumHeight(24)
    return box


class _Stepper(QWidget):
    """``dim 0 ◀ 3 of 12 ▶``."""

    def __init__(self, axis: int, view: ArrayView, tokens: Tokens) -> None:
        super().__init__(view)
        self.axis = axis
        self._place = QLabel(self)
        self._place.setProperty("look", "faint")
        self._place.setMinimumWidth(58)
        self._place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label = QLabel(f"dim {axis}", self)
        label.setProperty("look", "faint")
        self._back = self._button("slice before", lambda: view.step_dimension(axis, -1))
        self._forward = self._button("next slice", lambda: view.step_dimension(axis, 1))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for widget in (label, self._back, self._place, self._forward):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.set_tokens(tokens)

    def _button(self, name: str, action: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("look", "quiet")
        button.setFixedSize(22, 20)
        button.setIconSize(QSize(9, 9))
        button.setAutoRepeat(True)
        button.setToolTip(f"Show the {name}")
        button.setAccessibleName(f"{name} of dimension {self.axis}")
        button.clicked.connect(action)
        return button

    def set_tokens(self, tokens: Tokens) -> None:
        self._back.setIcon(tinted_icon(Icon.PREVIOUS, tokens.muted, tokens.faint))
        self._forward.setIcon(tinted_icon(Icon.NEXT, tokens.muted, tokens.faint))

    def show_place(self, place: int, extent: int) -> None:
        self._place.setText(f"{place + 1} of {extent}")
