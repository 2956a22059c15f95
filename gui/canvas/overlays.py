"""What lies over the drawing without moving with it: the legend of a lens and the text of an empty canvas."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen

from engine.drawing.drawing import Rect
from gui.canvas.lens import Lens, LensScale
from gui.canvas.tint import tint_of
from gui.theme.tokens import Tokens
from gui.widgets.lettering import Style, draw_text, text_width

EMPTY_TEXT = "Type an expression, open an example, or drop a .py or .chainrule file"
DRAWING_TEXT = "Drawing the graph …"
_LEGEND_LEFT, _LEGEND_HEIGHT, _LEGEND_PAD = 10.0, 56.0, 10.0
LEGEND_HEIGHT_PX = 70.0
"""What the legend takes at the bottom, its margins included."""
_BAR_WIDTH = 124.0
_BAR_STOPS = 10


def paint_empty(painter: QPainter, width: float, height: float, tokens: Tokens, text: str = EMPTY_TEXT) -> None:
    """Paint what an empty canvas says, in the middle."""
    painter.setPen(QColor(tokens.muted))
    left = (width - text_width(text, Style.EMPTY)) / 2
    draw_text(painter, left, height / 2, text, Style.EMPTY)


def legend_frame(bottom: float, scale: LensScale) -> Rect:
    """Return where the legend stands: at the left, above ``bottom``, narrow, so that a card fits beside it."""
    width = max(_BAR_WIDTH, text_width(scale.title, Style.LABEL)) + 2 * _LEGEND_PAD
    return Rect(_LEGEND_LEFT, bottom - _LEGEND_HEIGHT - 14.0, width, _LEGEND_HEIGHT)


def paint_legend(painter: QPainter, bottom: float, tokens: Tokens, lens: Lens, scale: LensScale) -> None:
    """Paint the legend of a tinting lens."""
    frame = legend_frame(bottom, scale)
    box = QRectF(frame.x, frame.y, frame.width, frame.height)
    painter.setPen(QPen(QColor(tokens.hairline), 1.0))
    painter.setBrush(QColor(tokens.panel))
    painter.drawRoundedRect(box, 7.0, 7.0)
    left, right = box.x() + _LEGEND_PAD, box.right() - _LEGEND_PAD
    painter.setPen(QColor(tokens.muted))
    draw_text(painter, left, box.y() + 16.0, scale.title, Style.LABEL)
    draw_text(painter, left, box.y() + 47.0, scale.low_text, Style.SUBTITLE)
    end = right - text_width(scale.high_text, Style.SUBTITLE) if scale.low_text else left
    draw_text(painter, end, box.y() + 47.0, scale.high_text, Style.SUBTITLE)
    _paint_bar(painter, QRectF(left, box.y() + 24.0, right - left, 9.0), tokens, lens)


def _paint_bar(painter: QPainter, bar: QRectF, tokens: Tokens, lens: Lens) -> None:
    gradient = QLinearGradient(bar.topLeft(), QPointF(bar.right(), bar.y()))
    for stop in range(_BAR_STOPS + 1):
        gradient.setColorAt(stop / _BAR_STOPS, tint_of(lens, tokens, stop / _BAR_STOPS))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawRoundedRect(bar, 2.0, 2.0)
