"""What lies over the drawing without moving with it: the legend of a lens and the text of an empty canvas."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen

from gui.canvas.ink import Style, draw_text, text_width
from gui.canvas.lens import Lens, LensScale
from gui.theme.colors import mix
from gui.theme.tokens import Tokens

EMPTY_TEXT = "Type an expression, open an example, or drop a .py or .chainrule file"
_LEGEND = (16.0, 42.0)
LEGEND_HEIGHT_PX = 56.0
"""What the legend takes at the bottom, its margins included."""
_BAR_WIDTH = 180.0


def paint_empty(painter: QPainter, width: float, height: float, tokens: Tokens, text: str = EMPTY_TEXT) -> None:
    """Paint what an empty canvas says, in the middle."""
    painter.setPen(QColor(tokens.muted))
    left = (width - text_width(text, Style.EMPTY)) / 2
    draw_text(painter, left, height / 2, text, Style.EMPTY)


def paint_legend(painter: QPainter, height: float, tokens: Tokens, lens: Lens, scale: LensScale) -> None:
    """Paint the legend of a tinting lens at the bottom left."""
    left, box_height = _LEGEND
    range_text = f"{scale.low_text} – {scale.high_text}" if scale.low_text else scale.high_text
    room = _BAR_WIDTH + text_width(range_text, Style.SUBTITLE) + 32.0
    width = max(room, text_width(scale.title, Style.LABEL) + 24.0)
    box = QRectF(left, height - box_height - 14.0, width, box_height)
    painter.setPen(QPen(QColor(tokens.hairline), 1.0))
    painter.setBrush(QColor(tokens.panel))
    painter.drawRoundedRect(box, 7.0, 7.0)
    painter.setPen(QColor(tokens.muted))
    draw_text(painter, box.x() + 12.0, box.y() + 16.0, scale.title, Style.LABEL)
    draw_text(painter, box.x() + _BAR_WIDTH + 20.0, box.y() + 31.0, range_text, Style.SUBTITLE)
    bar = QRectF(box.x() + 12.0, box.y() + 23.0, _BAR_WIDTH, 9.0)
    end = tokens.backward if lens is Lens.GRADIENTS else tokens.optimizer
    gradient = QLinearGradient(bar.topLeft(), QPointF(bar.right(), bar.y()))
    gradient.setColorAt(0.0, mix(tokens.node, end, 0.10))
    gradient.setColorAt(1.0, mix(tokens.node, end, 0.85))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawRoundedRect(bar, 2.0, 2.0)
