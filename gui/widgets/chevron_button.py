"""A small button with an arrowhead, drawn so that it is sharp at every size."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QWidget

from gui.theme.tokens import Tokens

SIDE_PX = 20
_REACH_PX = 2.5
_HEIGHT_PX = 4.5
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class ChevronButton(QAbstractButton):
    """Points left or right; repeats while it is held."""

    def __init__(self, direction: Qt.ArrowType, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = -1 if direction is Qt.ArrowType.LeftArrow else 1
        self._tokens = tokens
        self.setFixedSize(SIDE_PX, SIDE_PX)
        self.setAutoRepeat(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the arrow keys to what the button belongs to."""
        if event.key() in _ARROWS:
            event.ignore()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(SIDE_PX, SIDE_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground, focus ring and arrowhead."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        is_live = self.isEnabled() and (self.underMouse() or self.isDown())
        painter.setPen(QPen(QColor(self._tokens.accent)) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._tokens.hairline if self.isDown() else self._tokens.hover))
        if is_live or self.hasFocus():
            painter.drawRoundedRect(area, 5, 5)
        color = self._tokens.text if is_live else self._tokens.muted
        pen = QPen(QColor(color if self.isEnabled() else self._tokens.hairline), 1.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        middle = area.center()
        tip, tail = middle.x() + self._sign * _REACH_PX, middle.x() - self._sign * _REACH_PX
        painter.drawPolyline(
            QPolygonF(
                [
                    QPointF(tail, middle.y() - _HEIGHT_PX),
                    QPointF(tip, middle.y()),
                    QPointF(tail, middle.y() + _HEIGHT_PX),
                ]
            )
        )
        painter.end()
