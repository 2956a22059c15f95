"""Chooses the steps of an animation: the one shown, all of them, or from one to another; and how long each stays."""

from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

_SHORTEST_MS, _USUAL_MS, _LONGEST_MS = 20, 600, 10_000
_MARGIN_PX = 7


class _Range(Enum):
    SHOWN = "The step that is shown"
    RUN = "The whole run"
    CHOSEN = "From one step to another"


class StepsChooser(QWidget):
    """Which steps, and for an animation how long each stays.

    Signals:
        changed: Another choice was made.
    """

    changed = Signal()

    def __init__(self, step_count: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._last = step_count - 1
        self._range = QComboBox(self)
        self._range.setAccessibleName("Steps")
        self._range.addItems([kind.value for kind in _Range])
        self._from = self._number("First step", -1, max(-1, self._last), -1)
        self._to = self._number("Last step", -1, max(-1, self._last), self._last)
        self._time = self._number("Time a step", _SHORTEST_MS, _LONGEST_MS, _USUAL_MS)
        self._time.setSingleStep(100)
        self._time.setSuffix(" ms a step")
        self._from.setSpecialValueText("before all")
        self._to.setSpecialValueText("before all")
        self._ends = QWidget(self)
        ends = QHBoxLayout(self._ends)
        ends.setContentsMargins(0, 0, 0, 0)
        ends.addWidget(self._from, 1)
        ends.addWidget(QLabel("to", self._ends))
        ends.addWidget(self._to, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self._range, self._ends, self._time):
            column.addWidget(widget)
        self._range.currentIndexChanged.connect(self._change)
        self._time.hide()
        self._ends.hide()

    @property
    def steps(self) -> tuple[int, int] | None:
        """First and last step; None for the step that is shown, or where no range can be chosen."""
        chosen = list(_Range)[self._range.currentIndex()]
        if not self.isEnabled() or chosen is _Range.SHOWN:
            return None
        return (-1, self._last) if chosen is _Range.RUN else (self._from.value(), self._to.value())

    @property
    def frame_ms(self) -> int:
        """How long each step stays."""
        return self._time.value()

    def choose(self, first: int, last: int) -> None:
        """Choose a range."""
        self._from.setValue(first)
        self._to.setValue(last)
        self._range.setCurrentIndex(list(_Range).index(_Range.CHOSEN))

    def set_animated(self, *, is_animated: bool) -> None:
        """An animation has a time for each step, and begins with the whole run."""
        if is_animated and self._time.isHidden() and self._range.currentIndex() == 0:
            self._range.setCurrentIndex(list(_Range).index(_Range.RUN))
        self._time.setVisible(is_animated)

    def _change(self) -> None:
        self._ends.setVisible(list(_Range)[self._range.currentIndex()] is _Range.CHOSEN)
        self.changed.emit()

    def _number(self, name: str, least: int, most: int, value: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setAccessibleName(name)
        box.setRange(least, most)
        box.setValue(value)
        box.valueChanged.connect(lambda _value: self.changed.emit())
        box.lineEdit().setTextMargins(_MARGIN_PX, 0, 0, 0)  # the style sheet reaches the field, not what is in it
        return box
