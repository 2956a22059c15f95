"""One number of what is trained, on a card: which it is, how it is now, and a field that changes it."""

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from engine.trace.numbers import number_text
from gui.model.training_elements import ElementBook, ElementPlace, read_index
from gui.model.training_run import TrainingRun

WIDTH_PX = 300
_DIGITS = 6
OVER = "This run is over: its numbers cannot be changed any more."
HINT = "Enter changes it before the next batch."
_NAMES_PX = 156


class _ElementField(QLineEdit):
    """The new number; Undo and Redo are about changes that were made, unless something is being typed.

    Signals:
        undo_wanted: The last change shall be taken back.
        redo_wanted: It shall be made again.
    """

    undo_wanted = Signal()
    redo_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo and redo."""
        if not self.isModified() and event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        elif not self.isModified() and (
            event.matches(QKeySequence.StandardKey.Redo)
            or QKeySequence(event.keyCombination()) == QKeySequence("Ctrl+Y")
        ):
            self.redo_wanted.emit()
        else:
            super().keyPressEvent(event)


class ElementCard(QWidget):
    """Follows the run while it is open; Escape closes it.

    Signals:
        chosen: An ``ElementPlace`` shall be looked at.
        wanted: An ``ElementPlace`` and the number that it shall have.
        undo_wanted: The last change shall be taken back.
        redo_wanted: It shall be made again.
        closed: It went away.
    """

    chosen = Signal(object)
    wanted = Signal(object, float)
    undo_wanted = Signal()
    redo_wanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH_PX)
        self._place = ElementPlace("", ())
        self._book = ElementBook()
        self._shown = ""
        self.tensors = QComboBox(self)
        self.tensors.setAccessibleName("Tensor")
        self.tensors.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.tensors.setMinimumContentsLength(12)
        self.tensors.activated.connect(self._on_tensor)
        self.index = QLineEdit(self)
        self.index.setAccessibleName("Place in the tensor")
        self.index.setToolTip("Where in the tensor: a whole number for each of its dimensions, counted from 0")
        self.index.editingFinished.connect(self._on_index)
        self.number = _ElementField(self)
        self.number.undo_wanted.connect(self.undo_wanted)
        self.number.redo_wanted.connect(self.redo_wanted)
        self.number.setAccessibleName("Number")
        self.number.setToolTip(HINT)
        self.number.returnPressed.connect(self._on_number)
        self._now = _label(self, "figure")
        self._facts = _label(self, "muted")
        self._trouble = _label(self, "error")
        self.undo = self._button("Undo", "Give it the number that it had before the last change (Ctrl+Z)")
        self.redo = self._button("Redo", "Make the change again (Ctrl+Y)")
        self.undo.clicked.connect(self.undo_wanted)
        self.redo.clicked.connect(self.redo_wanted)
        closer = self._button("Close", "Close the card (Escape)")
        closer.clicked.connect(self.close_card)
        self._arrange(closer)
        self.hide()

    @property
    def place(self) -> ElementPlace:
        """Which number it shows."""
        return self._place

    def open_at(self, place: ElementPlace, run: TrainingRun, guess: float | None) -> None:
        """Show a number; ``guess`` is what was seen of it last."""
        self._place = place
        self.tensors.clear()
        self.tensors.addItems(list(run.elements.shapes))
        self.number.setModified(False)
        self._show_place()
        self.follow(run, guess)
        self.show()
        self.raise_()
        self.number.setFocus(Qt.FocusReason.OtherFocusReason)
        self.number.selectAll()

    def follow(self, run: TrainingRun, guess: float | None) -> None:
        """Show how the number is now."""
        self._book = book = run.elements
        told = book.told
        is_told = told is not None and (told.tensor, told.index) == (self._place.tensor, self._place.index)
        number = told.number if told is not None and is_told else guess
        self._now.setText("–" if number is None else number_text(number, 5))
        self._show_number("" if number is None else f"{number:.{_DIGITS}g}")
        facts = []
        if told is not None and is_told:
            if told.gradient is not None:
                facts.append(f"gradient {number_text(told.gradient, 3)}")
            facts.append(f"after {told.iteration:,} iterations")
        self._facts.setText(" · ".join(facts) if run.is_alive else OVER)
        self.number.setEnabled(run.is_alive)
        self.undo.setEnabled(run.is_alive and book.can_undo)
        self.redo.setEnabled(run.is_alive and book.can_redo)
        self.adjustSize()

    def close_card(self) -> None:
        """Go away."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes typing back, then closes."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.number.isModified():
            self.number.setText(self._shown)
            self.number.selectAll()
        else:
            self.close_card()

    def _show_number(self, text: str) -> None:
        self._shown = text
        is_typing = self.number.hasFocus() and self.number.isModified()
        if not is_typing and text != self.number.text():
            self.number.setText(text)
            if self.number.hasFocus():
                self.number.selectAll()

    def _show_place(self) -> None:
        self.tensors.setCurrentIndex(max(0, self.tensors.findText(self._place.tensor)))
        self.tensors.setToolTip(self._place.tensor)
        self.index.setText(", ".join(map(str, self._place.index)))
        self.index.setEnabled(bool(self._place.index))
        self._complain("")

    def _choose(self, place: ElementPlace) -> None:
        self._place = place
        self.number.setModified(False)
        self._show_place()
        self._now.setText("–")
        self.chosen.emit(place)

    def _on_tensor(self, _at: int) -> None:
        name = self.tensors.currentText()
        if name != self._place.tensor:
            self._choose(ElementPlace(name, (0,) * len(self._book.shapes[name])))

    def _on_index(self) -> None:
        try:
            index = read_index(self.index.text(), self._book.shapes.get(self._place.tensor, ()))
        except ValueError as error:
            self._complain(str(error))
            return
        self._complain("")
        if index != self._place.index:
            self._choose(ElementPlace(self._place.tensor, index))

    def _on_number(self) -> None:
        text = self.number.text().strip().replace("−", "-")
        try:
            number = float(text)
        except ValueError:
            self._complain(f"“{text[:40]}” is no number.")
            return
        if not math.isfinite(number):
            self._complain("A weight that is not finite makes everything after it not finite.")
            return
        self._complain("")
        self.number.setModified(False)
        self.number.selectAll()
        self.wanted.emit(self._place, number)

    def _complain(self, text: str) -> None:
        self._trouble.setText(text)
        self._trouble.setVisible(bool(text))
        self.adjustSize()

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setProperty("look", "quiet")
        button.setToolTip(tip)
        return button

    def _arrange(self, closer: QWidget) -> None:
        self.tensors.setFixedWidth(_NAMES_PX)
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(8)
        grid.addWidget(self.tensors, 0, 0)
        grid.addWidget(self.index, 0, 1)
        grid.addWidget(self._now, 1, 0)
        grid.addWidget(self.number, 1, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        buttons.addWidget(self.undo)
        buttons.addWidget(self.redo)
        buttons.addStretch(1)
        buttons.addWidget(closer)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(6)
        column.addLayout(grid)
        column.addWidget(self._facts)
        column.addWidget(self._trouble)
        column.addLayout(buttons)


def _label(parent: QWidget, look: str) -> QLabel:
    label = QLabel(parent)
    label.setProperty("look", look)
    label.setWordWrap(look != "figure")
    return label
