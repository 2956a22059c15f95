"""A text that can be read and copied: about, what is installed, a crash."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from gui.dialogs.plain import plain_buttons
from gui.theme.fonts import mono_font


class ReportDialog(QDialog):
    """A sentence, the details in a fixed-width font, Copy and Close."""

    def __init__(self, title: str, sentence: str, details: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(640, 420)
        label = QLabel(sentence, self)
        label.setWordWrap(True)
        text = QPlainTextEdit(details, self)
        text.setReadOnly(True)
        text.setFont(mono_font(12))
        text.setAccessibleName("Details")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(f"{sentence}\n\n{text.toPlainText()}"))
        buttons.rejected.connect(self.reject)
        plain_buttons(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(label)
        layout.addWidget(text, 1)
        layout.addWidget(buttons)
        self._text = text

    @property
    def details(self) -> str:
        """The details shown."""
        return self._text.toPlainText()
