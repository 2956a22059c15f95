"""The line above the program, with its name and ways to other programs, and the one below it for an error."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from gui.theme.fonts import words_font
from gui.theme.tokens import Tokens

HEIGHT_PX = 40


class Header(QWidget):
    """Name of the program, whether it was changed, and two links.

    Attributes:
        gallery_requested: Signal: the person wants to see the examples.
        open_requested: Signal: the person wants to open a file.
    """

    gallery_requested = Signal()
    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT_PX)
        self._title = QLabel()
        self._title.setProperty("look", "heading")
        self._state = QLabel()
        self._state.setProperty("look", "faint")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(6)
        row.addWidget(self._title)
        row.addSpacing(6)
        for text, tip, signal in (
            ("Gallery", "Programs to start from", self.gallery_requested),
            ("Files", "Open a program or a recording", self.open_requested),
        ):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tip)
            button.setProperty("look", "quiet")
            button.setAutoRaise(True)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._state)

    def show_title(self, title: str, *, is_dirty: bool) -> None:
        """Show the name, with a dot while there is something to save."""
        self._title.setText(f"{title} •" if is_dirty else title)
        self._title.setToolTip(f"{title}: not saved" if is_dirty else title)

    def show_state(self, text: str) -> None:
        """Show in a few words how the text relates to the recording."""
        self._state.setText(text)


class ErrorStrip(QLabel):
    """One error as a sentence below the program; takes no room while there is none."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setContentsMargins(16, 6, 16, 6)
        self.setProperty("look", "faint")
        self.setAccessibleName("Error")
        self.hide()

    def show_error(self, message: str) -> None:
        """Show an error, or with an empty text none."""
        if message != self.text():
            self.setText(message)
        self.setVisible(bool(message))

    def restyle(self, tokens: Tokens) -> None:
        """Use the colours of another theme."""
        self._tokens = tokens
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sentence in the colour of errors, under a thin line."""
        del event
        painter = QPainter(self)
        painter.setFont(words_font(11.5))
        painter.setPen(QColor(self._tokens.hairline))
        painter.drawLine(0, 0, self.width(), 0)
        painter.setPen(QColor(self._tokens.error))
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(self.rect().adjusted(16, 4, -16, -4)), flags, self.text())
