"""The picture on a gallery card: the graph of the example, or its first lines where no picture is shipped."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from engine.program.catalogue import Example
from gui.theme.fonts import mono_font
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens

HEIGHT_PX = 144
_RADIUS_PX = 10
_LINES = 7
_LINE_PX = 15


class Thumbnail(QWidget):
    """Paints the picture of an example in the colours of the theme, cut to the upper corners of its card."""

    def __init__(self, example: Example, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._example = example
        self._tokens = theme.tokens
        self._lines = telling_lines(example.text)
        self._picture = QPixmap()
        self.setFixedHeight(HEIGHT_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self._on_theme)
        self.destroyed.connect(lambda: theme.changed.disconnect(self._on_theme))
        self._on_theme(theme.tokens)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(200, HEIGHT_PX)

    @property
    def has_picture(self) -> bool:
        """Whether a picture of the graph is shown."""
        return not self._picture.isNull()

    def _on_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._picture = QPixmap(str(self._example.thumbnail_path(tokens.name.value)))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The picture in the middle; what it does not cover has its colour."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(area.adjusted(0, 0, 0, _RADIUS_PX), _RADIUS_PX, _RADIUS_PX)
        painter.setClipPath(shape)
        painter.fillRect(area, QColor(self._tokens.canvas))
        if self.has_picture:
            painter.drawPixmap(self._place(area), self._picture, QRectF(self._picture.rect()))
        else:
            self._paint_code(painter)
        painter.setPen(QPen(QColor(self._tokens.hairline), 1.0))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.end()

    def _place(self, area: QRectF) -> QRectF:
        size = self._picture.size().scaled(area.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(area.center())
        return place

    def _paint_code(self, painter: QPainter) -> None:
        painter.setFont(mono_font(10))
        painter.setPen(QColor(self._tokens.muted))
        for place, line in enumerate(self._lines):
            painter.drawText(12, 24 + place * _LINE_PX, line)


def telling_lines(text: str) -> list[str]:
    """Return the first lines of a program that are neither empty, nor a comment, nor an import."""
    lines = (line.rstrip() for line in text.splitlines())
    telling = [line for line in lines if line and not line.lstrip().startswith(("#", "import ", "from ", '"""'))]
    return telling[:_LINES]
