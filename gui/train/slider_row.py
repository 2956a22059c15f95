"""A name, a slider and its number, which can be typed."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSlider, QWidget

from gui.train.scale import Scale

NAME_PX = 88
FIELD_PX = 78
ROW_PX = 28
_PLACES = 1000


@dataclass(frozen=True, slots=True)
class RowLook:
    """What a row is called, and one sentence on what it does."""

    name: str
    tip: str


class NumberField(QLineEdit):
    """A number in mono that looks like text until it is edited; Escape takes the typing back."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("look", "number")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._shown = ""

    def show_number(self, text: str) -> None:
        """Show a number, unless somebody types."""
        self._shown = text
        if not (self.hasFocus() and self.isModified()):
            self.setText(text)

    def take_back(self) -> None:
        """Show the number that is in force."""
        self.setText(self._shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes back."""
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.take_back()
            return
        super().keyPressEvent(event)


class SliderRow(QWidget):
    """Shows one number, or several of which the slider moves the first.

    Signals:
        edited: A tuple of numbers that the person chose.
        refused: The sentence that says why what was typed cannot be taken.
    """

    edited = Signal(object)
    refused = Signal(str)

    def __init__(self, look: RowLook, scale: Scale, parent: QWidget) -> None:
        super().__init__(parent)
        self._scale = scale
        self._numbers: tuple[float, ...] = (scale.low,)
        self._shown: tuple[float, ...] | None = None
        self.setFixedHeight(ROW_PX)
        self.setToolTip(look.tip)
        name = QLabel(look.name, self)
        name.setProperty("look", "muted")
        name.setFixedWidth(NAME_PX)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, _PLACES)
        self.slider.setPageStep(_PLACES // 10)
        self.slider.setSingleStep(_PLACES // 100)
        self.slider.setAccessibleName(look.name)
        self.slider.setProperty("look", "thick")
        self.field = NumberField(self)
        self.field.setFixedWidth(FIELD_PX)
        self.field.setAccessibleName(f"{look.name}, number")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(name)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.field)
        self.slider.valueChanged.connect(self._on_slid)
        self.field.editingFinished.connect(self._on_typed)

    @property
    def numbers(self) -> tuple[float, ...]:
        """What is shown."""
        return self._numbers

    def show_numbers(self, numbers: tuple[float, ...]) -> None:
        """Show what is in force."""
        if numbers == self._shown:
            return
        self._numbers = numbers
        self._shown = None if self.slider.isSliderDown() else numbers
        if not self.slider.isSliderDown():
            was_blocked = self.slider.blockSignals(True)  # noqa: FBT003 - Qt's own signature
            self.slider.setValue(round(self._scale.share_of(numbers[0]) * _PLACES))
            self.slider.blockSignals(was_blocked)
        self.field.show_number(", ".join(map(self._scale.text_of, numbers)))

    def _on_slid(self, place: int) -> None:
        self._take((self._scale.number_at(place / _PLACES), *self._numbers[1:]))

    def _on_typed(self) -> None:
        if not self.field.isModified():
            return
        self.field.setModified(False)
        try:
            numbers = self._parsed(self.field.text())
        except ValueError as error:
            self.field.take_back()
            self._shown = None
            self.refused.emit(str(error))
            return
        self._take(numbers)
        self._shown = None
        self.show_numbers(self._numbers)

    def _parsed(self, text: str) -> tuple[float, ...]:
        parts = text.split(",") if len(self._numbers) > 1 else [text]
        if len(parts) != len(self._numbers):
            raise ValueError(f"There must be {len(self._numbers)} numbers with a comma between them.")
        return tuple(map(self._scale.parse, parts))

    def _take(self, numbers: tuple[float, ...]) -> None:
        if numbers == self._numbers:
            return
        self._numbers, self._shown = numbers, None
        self.field.show_number(", ".join(map(self._scale.text_of, numbers)))
        self.edited.emit(numbers)


def named_row(name: str, control: QWidget, tip: str, parent: QWidget) -> QWidget:
    """Return a row with a name and any control at the right of it."""
    row = QWidget(parent)
    row.setFixedHeight(ROW_PX)
    row.setToolTip(tip)
    label = QLabel(name, row)
    label.setProperty("look", "muted")
    label.setFixedWidth(NAME_PX)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(label)
    layout.addWidget(control)
    layout.addStretch(1)
    return row


Refuse = Callable[[str], None]
