"""The picture on a gallery card: the first lines of the program that do something."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from engine.program.catalogue import Example
from gui.theme.fonts import mono_font
from gui.theme.theme import Theme

_LINES = 4
_LINE_PX = 14


class Thumbnail(QWidget):
    """Paints a few lines of code, small."""

    def __init__(self, example: Example, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines = telling_lines(example.text)
        self.setFixedHeight(_LINES * _LINE_PX + 12)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(200, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Code on the canvas colour."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tokens.hairline))
        painter.setBrush(QColor(tokens.canvas))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setFont(mono_font(10))
        painter.setPen(QColor(tokens.muted))
        painter.setClipRect(self.rect().adjusted(8, 4, -8, -4))
        for place, line in enumerate(self._lines):
            painter.drawText(8, 16 + place * _LINE_PX, line)
        painter.end()


def telling_lines(text: str) -> list[str]:
    """Return the first lines of a program that are neither empty, nor a comment, nor an import."""
    lines = (line.rstrip() for line in text.splitlines())
    telling = [line for line in lines if line and not line.lstrip().startswith(("#", "import ", "from ", '"""'))]
    return telling[:_LINES]
