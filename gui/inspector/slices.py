"""Which slice of a tensor of many dimensions is shown, and the controls that choose it."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.trace.tensors import Array
from gui.theme.tokens import Tokens
from gui.widgets.chevron_button import ChevronButton
from gui.widgets.stat_line import LABEL_PX

_OFFSETS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
}
_CHOOSER_PX = 80
_NOTCH = 120
"""What Qt reports for one notch of a wheel."""


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

    @staticmethod
    def first_of(shape: tuple[int, ...]) -> "Slice":
        """Return what is shown first: the last two dimensions that have more than one element."""
        long = [axis for axis, extent in enumerate(shape) if extent > 1]
        axes = ([axis for axis in range(len(shape)) if axis not in long] + long)[-2:]
        return Slice(min(axes), max(axes), (0,) * len(shape))

    def place(self, row: int, column: int) -> str:
        """Return the index in the tensor of an element of the matrix that is shown."""
        at = list(self.at)
        at[self.rows], at[self.columns] = row, column
        return ", ".join(map(str, at))

    @property
    def stepped(self) -> tuple[int, ...]:
        """The dimensions that lie neither in rows nor in columns."""
        return tuple(axis for axis in range(len(self.at)) if axis not in (self.rows, self.columns))


class SliceControls(QWidget):
    """A stepper for every dimension that is not shown, and which dimensions lie in rows and columns.

    Signals:
        step_asked: Dimension and offset.
        axes_asked: The dimensions for rows and columns.
    """

    step_asked = Signal(int, int)
    axes_asked = Signal(int, int)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._steppers: list[Stepper] = []
        self._rows, self._columns = _chooser("rows", self), _chooser("columns", self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 4)
        self._column.setSpacing(4)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(_label("rows × cols", self))
        line.addWidget(self._rows)
        word = QLabel("×", self)
        word.setProperty("look", "muted")
        line.addWidget(word)
        line.addWidget(self._columns)
        line.addStretch(1)
        self._column.addLayout(line)
        self._rows.activated.connect(self._on_axes)
        self._columns.activated.connect(self._on_axes)

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        for stepper in self._steppers:
            stepper.set_tokens(tokens)

    def show_slice(self, part: Slice, shape: tuple[int, ...]) -> None:
        """Show where a slice lies in a tensor of this shape."""
        for box, axis in ((self._rows, part.rows), (self._columns, part.columns)):
            if box.count() != len(shape):
                box.clear()
                box.addItems([f"dim {number}" for number in range(len(shape))])
            box.setCurrentIndex(axis)
        stepped = [axis for axis in part.stepped if shape[axis] > 1]
        while len(self._steppers) < len(stepped):
            self._add_stepper()
        for place, stepper in enumerate(self._steppers):
            is_used = place < len(stepped)
            stepper.setVisible(is_used)
            if is_used:
                stepper.show_place(stepped[place], part.at[stepped[place]], shape[stepped[place]])

    def _add_stepper(self) -> None:
        stepper = Stepper(self._tokens, self)
        stepper.step_asked.connect(self.step_asked)
        self._column.insertWidget(len(self._steppers), stepper)
        self._steppers.append(stepper)

    def _on_axes(self, _index: int) -> None:
        self.axes_asked.emit(self._rows.currentIndex(), self._columns.currentIndex())


def _label(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setProperty("look", "muted")
    label.setFixedWidth(LABEL_PX)
    return label


def _chooser(name: str, parent: QWidget) -> QComboBox:
    box = QComboBox(parent)
    box.setAccessibleName(f"dimension in {name}")
    box.setToolTip(f"Which dimension lies in the {name}")
    box.setMaximumHeight(24)
    box.setFixedWidth(_CHOOSER_PX)
    return box


class Stepper(QWidget):
    """``dim 0  ‹ 3 of 12 ›``: by mouse, wheel or arrow keys.

    Signals:
        step_asked: Dimension and offset.
    """

    step_asked = Signal(int, int)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axis = 0
        self._turned = 0
        self._name = _label("", self)
        self._back = ChevronButton(Qt.ArrowType.LeftArrow, tokens, self)
        self._place = QLabel(self)
        self._place.setMinimumWidth(64)
        self._place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._forward = ChevronButton(Qt.ArrowType.RightArrow, tokens, self)
        self._back.clicked.connect(lambda: self._ask(-1))
        self._forward.clicked.connect(lambda: self._ask(1))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._name)
        layout.addSpacing(4)
        for widget in (self._back, self._place, self._forward):
            layout.addWidget(widget)
        layout.addStretch(1)

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._back.set_tokens(tokens)
        self._forward.set_tokens(tokens)

    def show_place(self, axis: int, place: int, extent: int) -> None:
        """Show which slice (counted from 0) of how many along a dimension is seen."""
        self._axis = axis
        self._name.setText(f"dim {axis}")
        self._place.setText(f"{place + 1} of {extent}")
        self._place.setToolTip(f"Index {place} of dimension {axis}")
        for button, name in ((self._back, "slice before"), (self._forward, "next slice")):
            button.setToolTip(f"Show the {name}")
            button.setAccessibleName(f"{name} of dimension {axis}")
            button.setEnabled(extent > 1)

    def _ask(self, offset: int) -> None:
        self.step_asked.emit(self._axis, offset)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One notch is one slice; the page stays where it is."""
        self._turned += event.angleDelta().y()
        notches = int(self._turned / _NOTCH)
        if notches:
            self._turned -= notches * _NOTCH
            self._ask(-notches)
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Take the arrow keys and Space before the window's own shortcuts do."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            key = Qt.Key(event.key())
            if not event.modifiers() and (key in _OFFSETS or key is Qt.Key.Key_Space):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow keys while one of the buttons has the keyboard."""
        offset = _OFFSETS.get(Qt.Key(event.key()))
        if offset is None or event.modifiers():
            super().keyPressEvent(event)
            return
        self._ask(offset)
