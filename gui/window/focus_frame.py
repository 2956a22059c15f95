"""A frame that shows for a moment which part of the window took the keyboard."""

from PySide6.QtCore import QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.theme.theme import Theme
from gui.theme.tokens import Tokens

LINGER_MS = 1400
_WIDTH_PX = 2.0


class FocusFrame(QWidget):
    """Lies over its parent and paints nothing but the frame; the mouse goes through it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = theme.tokens
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._timer = QTimer(self, interval=LINGER_MS, singleShot=True)
        self._timer.timeout.connect(self.hide)
        theme.changed.connect(self._on_theme)
        self.hide()

    def show_around(self, widget: QWidget) -> None:
        """Frame a widget inside the parent."""
        parent = self.parentWidget()
        assert parent is not None
        self.setGeometry(widget.rect().translated(widget.mapTo(parent, QPoint(0, 0))))
        self.show()
        self.raise_()
        self._timer.start()

    def _on_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Two pixels of accent, just inside."""
        painter = QPainter(self)
        painter.setPen(QPen(QColor(self._tokens.accent), _WIDTH_PX))
        painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()
