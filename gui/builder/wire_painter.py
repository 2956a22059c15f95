"""Paints connections: their way, where they end, and the shape that flows through them."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from gui.builder.routing import Curve
from gui.builder.scene import Wire, middle_of
from gui.theme.tokens import Tokens
from gui.widgets.lettering import Style, draw_text, faded, text_width

_WIDTH_PX = 1.4
_LIT_PX = 2.2
_HEAD_PX = 6.0
_PORT_PX = 4.0
"""How far from the middle of a port a wire ends."""
_LABEL_GAP_PX = 7.0
_PLUS_PX = 8.0


class WirePainter:
    """Paints wires in one theme, in world coordinates."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def paint(self, painter: QPainter, wire: Wire, *, is_lit: bool) -> None:
        """Paint one connection."""
        color = self._tokens.accent if is_lit else self._tokens.edge
        self.paint_curve(painter, wire.curve, color, _LIT_PX if is_lit else _WIDTH_PX)
        end = QPointF(*wire.curve[-1]) - QPointF(0.0, _PORT_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        wing = QPointF(_HEAD_PX * 0.55, 0.0)
        back = end - QPointF(0.0, _HEAD_PX)
        painter.drawPolygon(QPolygonF([end, back - wing, back + wing]))

    def paint_curve(
        self, painter: QPainter, curve: Curve, color: str, width: float, *, is_dashed: bool = False
    ) -> None:
        """Paint a way without its end, e.g. that of a wire that is being drawn."""
        pen = QPen(QColor(color), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if is_dashed:
            pen.setDashPattern([3.0, 3.0])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path_of(curve))

    def paint_label(self, painter: QPainter, wire: Wire) -> None:
        """Write the shape beside the middle of a wire."""
        if not wire.text:
            return
        (x, y), is_right = wire.label_at
        width = text_width(wire.text, Style.SUBTITLE)
        left = x + _LABEL_GAP_PX if is_right else x - _LABEL_GAP_PX - width
        ground = QRectF(left - 2.0, y - 7.5, width + 4.0, 15.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(self._tokens.canvas, 0.85))
        painter.drawRoundedRect(ground, 4.0, 4.0)
        painter.setPen(QColor(self._tokens.muted))
        draw_text(painter, left, y + 3.7, wire.text, Style.SUBTITLE)

    def paint_plus(self, painter: QPainter, wire: Wire) -> None:
        """Paint the button on a wire that puts a layer in between."""
        center = QPointF(*middle_of(wire.curve))
        painter.setPen(QPen(QColor(self._tokens.accent), 1.4))
        painter.setBrush(QColor(self._tokens.panel))
        painter.drawEllipse(center, _PLUS_PX, _PLUS_PX)
        for arm in (QPointF(3.6, 0.0), QPointF(0.0, 3.6)):
            painter.drawLine(center - arm, center + arm)


def is_on_plus(wire: Wire, point: tuple[float, float]) -> bool:
    """Return whether a point is on the button of a wire."""
    return math.dist(middle_of(wire.curve), point) <= _PLUS_PX + 2.0


def path_of(curve: Curve) -> QPainterPath:
    """Return a way as Qt's path."""
    path = QPainterPath(QPointF(*curve[0]))
    for start in range(1, len(curve), 3):
        path.cubicTo(*(QPointF(*point) for point in curve[start : start + 3]))
    return path
