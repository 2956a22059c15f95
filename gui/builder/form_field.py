"""One field of the form beside the canvas."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from gui.model.network_rows import Field
from gui.theme.fonts import mono_font

Take = Callable[[str], bool]
"""Takes what was typed; returns whether it could be taken."""


class TextField(QLineEdit):
    """Takes its text on Enter and when it is left; Escape puts the old one back."""

    def __init__(self, text: str, name: str, take: Take, parent: QWidget) -> None:
        super().__init__(text, parent)
        self._take = take
        self._kept = text
        self.setFont(mono_font(12))
        self.setAccessibleName(name)
        self.setCursorPosition(0)

    def show_value(self, text: str) -> None:
        """Show another value, unless something is being typed."""
        self._kept = text
        if not (self.hasFocus() and self.isModified()):
            self.setText(text)
            self.setCursorPosition(0)

    def commit(self) -> bool:
        """Take what was typed."""
        text, before = self.text(), self._kept
        if text == before:
            return True
        self._kept = text  # taking it may build the form anew, and so take the keyboard from here
        if self._take(text):
            self.setModified(False)
            return True
        self._kept = before
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes, Escape puts back."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not self.commit():
                self.selectAll()
        elif event.key() == Qt.Key.Key_Escape and self.text() != self._kept:
            self.setText(self._kept)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take it, or put the old text back when it cannot be taken."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason and not self.commit():
            self.setText(self._kept)


class ChoiceField(QComboBox):
    """One of a few values."""

    def __init__(self, field: Field, name: str, take: Take, parent: QWidget) -> None:
        super().__init__(parent)
        self._choices = field.choices
        self.addItems([choice.strip("'") for choice in field.choices])
        self.setAccessibleName(name)
        self.setFont(mono_font(12))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_value(field.row.value or field.default)
        self.activated.connect(lambda index: take(self._choices[index]))

    def show_value(self, text: str) -> None:
        """Show another value."""
        with QSignalBlocker(self):
            self.setCurrentIndex(self._choices.index(text) if text in self._choices else -1)


def make_field(field: Field, name: str, take: Take, parent: QWidget) -> TextField | ChoiceField:
    """Return what edits a field; what is left empty has torch's default, which stands there faintly."""
    if field.choices:
        return ChoiceField(field, name, take, parent)
    edit = TextField(field.row.value, name, take, parent)
    edit.setPlaceholderText(field.default)
    return edit
