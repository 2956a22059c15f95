"""How it is marked what became of a node in another recording: a colour and a sign, never a colour alone."""

from typing import assert_never

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.compare import ChangeKind
from gui.theme.tokens import Tokens
from gui.widgets.lettering import Style, draw_text, text_width

_RADIUS = 7.0
_ARM = 3.0


def change_color(tokens: Tokens, kind: ChangeKind) -> str:
    """Return the colour of a change."""
    match kind:
        case ChangeKind.KEPT:
            return tokens.muted
        case ChangeKind.ADDED:
            return tokens.strip_loss
        case ChangeKind.REMOVED:
            return tokens.error
        case ChangeKind.RESHAPED | ChangeKind.CHANGED:
            return tokens.saved
        case _:
            assert_never(kind)


def sign_of(kind: ChangeKind) -> str:
    """Return the sign of a change as one letter, for pictures that are written as text."""
    signs = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "−", ChangeKind.RESHAPED: "□", ChangeKind.CHANGED: "Δ"}
    return signs.get(kind, "=")


def paint_sign(painter: QPainter, center: QPointF, tokens: Tokens, kind: ChangeKind) -> None:
    """Paint a disc with plus, minus, a delta (other values) or a square (another shape)."""
    color = QColor(change_color(tokens, kind))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(center, _RADIUS, _RADIUS)
    ink = QPen(QColor(tokens.node), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    painter.setPen(ink)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    across, down = QPointF(_ARM, 0.0), QPointF(0.0, _ARM)
    match kind:
        case ChangeKind.ADDED:
            painter.drawLine(center - across, center + across)
            painter.drawLine(center - down, center + down)
        case ChangeKind.REMOVED:
            painter.drawLine(center - across, center + across)
        case ChangeKind.RESHAPED:
            painter.drawRect(round(center.x() - 2.5), round(center.y() - 2.5), 5, 5)
        case ChangeKind.CHANGED:
            draw_text(painter, center.x() - text_width("Δ", Style.LABEL) / 2, center.y() + 3.7, "Δ", Style.LABEL)
        case ChangeKind.KEPT:
            painter.drawLine(center - across + down / 2, center + across + down / 2)
            painter.drawLine(center - across - down / 2, center + across - down / 2)
        case _:
            assert_never(kind)
