"""The program that trains, to be read."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gui.theme.fonts import mono_font
from gui.theme.tokens import Tokens
from gui.widgets.highlighter import Highlighter

_FONT_PX = 12.5


class ScriptView(QPlainTextEdit):
    """Text that can be selected and copied, not typed into."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFont(mono_font(_FONT_PX))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName("The program that trains")
        self._highlighter = Highlighter(self.document(), tokens)

    def show_text(self, text: str) -> None:
        """Show another program; what is looked at stays in view."""
        if text != self.toPlainText():
            place = self.verticalScrollBar().value()
            self.setPlainText(text)
            self.verticalScrollBar().setValue(place)

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._highlighter.restyle(tokens)
