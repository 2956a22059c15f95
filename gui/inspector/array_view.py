"""All elements of a tensor of any rank: cells, or a heatmap of one slice with steppers for the other dimensions."""

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from engine.trace.tensors import Array
from gui.inspector.slices import Slice, SliceControls
from gui.theme.tokens import Tokens
from gui.widgets.heatmap import Heatmap
from gui.widgets.sampling import as_reals, magnitude
from gui.widgets.value_cells import ValueCells

_MOST_CELLS = 8
_ROW = 32


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
        self._scale: float | None = None
        self._slice = Slice(0, 1, (0, 0))
        self._cells = ValueCells(tokens, self)
        self._heatmap = Heatmap(tokens, self)
        self._controls: SliceControls | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self._cells)
        self._column.addWidget(self._heatmap)
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
        self._scale = None
        if not is_same_shape and array.ndim > 2:
            self._slice = Slice.first_of(array.shape)
        few = array.ndim < 2 and array.size <= _MOST_CELLS
        self._cells.setVisible(few)
        self._heatmap.setVisible(not few)
        self._show_controls(array.ndim > 2)
        if few:
            self._cells.show_array(array)
        elif array.ndim < 2:
            matrix = matrix_of(array.reshape(-1))
            width = matrix.shape[1]
            self._heatmap.show_matrix(matrix, place=lambda row, column: str(row * width + column))
        elif array.ndim == 2:
            self._heatmap.show_matrix(array)
        else:
            self._scale = magnitude(as_reals(array))  # one scale for all slices: they can be compared
            self._show_slice()
        self.updateGeometry()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self._cells.set_tokens(tokens)
        self._heatmap.set_tokens(tokens)
        if self._controls is not None:
            self._controls.set_tokens(tokens)

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
        self._show_slice()
        self.updateGeometry()

    def _show_controls(self, wanted: bool) -> None:  # noqa: FBT001  # as Qt's setVisible
        if wanted and self._controls is None:
            self._controls = SliceControls(self._tokens, self)
            self._controls.step_asked.connect(self.step_dimension)
            self._controls.axes_asked.connect(self.choose_axes)
            self._column.insertWidget(0, self._controls)
        if self._controls is not None:
            self._controls.setVisible(wanted)

    def _show_slice(self) -> None:
        assert self._array is not None
        self._heatmap.show_matrix(self._slice.of(self._array), self._scale, self._slice.place)
        if self._controls is not None:
            self._controls.show_slice(self._slice, self._array.shape)
