"""Paints what is told of networks over sequences: norms by place, and what attention looks at."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from engine.trace.numbers import number_text
from gui.theme.colors import channels_of
from gui.theme.fonts import SECONDARY_PX, mono_font, words_font
from gui.theme.tokens import Tokens
from gui.train.hues import blended_image, line_hue

Floats = npt.NDArray[np.float32]
_FONT_PX = 10.0
_LINE_PX = 14.0
_TITLE_PX = 20.0
_TILE_PX = 74.0
_LEAST_TILE_PX = 46.0
_GAP_PX = 8.0
_MOST_LAYERS = 3
"""Of attention: of deep networks only the first ones find room."""


def paint_norms(painter: QPainter, tokens: Tokens, area: QRectF, title: str, norms: dict[str, Floats]) -> None:
    """Paint one line a layer over the places of the sequence, from 0 up, with its title and axis numbers."""
    _paint_title(painter, tokens, area, title)
    highest = max((float(np.nanmax(told)) for told in norms.values() if np.isfinite(told).any()), default=0.0)
    places = max((len(told) for told in norms.values()), default=1)
    painter.setFont(mono_font(_FONT_PX))
    painter.setPen(QColor(tokens.muted))
    most = number_text(highest, 2)
    left = painter.fontMetrics().horizontalAdvance(most) + 8.0
    plot = area.adjusted(left, _TITLE_PX + 10, -6, -_LINE_PX - 2)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for text, y in ((most, plot.top()), ("0", plot.bottom())):
        painter.drawText(QRectF(area.left(), y - _LINE_PX / 2, left - 6, _LINE_PX), right, text)
    below = QRectF(plot.left(), plot.bottom() + 2, plot.width(), _LINE_PX)
    painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "1")
    painter.drawText(below, Qt.AlignmentFlag.AlignRight, str(places))
    painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "place")
    painter.setPen(QPen(QColor(tokens.hairline), 1))
    painter.drawLine(plot.bottomLeft(), plot.bottomRight())
    for number, (name, told) in enumerate(norms.items()):
        color = QColor(line_hue(tokens, number))
        step = plot.width() / max(1, len(told) - 1)
        points = [
            QPointF(plot.left() + at * step, plot.bottom() - norm / (highest or 1.0) * plot.height())
            for at, norm in enumerate(told.tolist())
            if np.isfinite(norm)
        ]
        painter.setPen(QPen(color, 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        if len(norms) > 1:
            row = QRectF(plot.left() + 4, plot.top() + number * _LINE_PX, plot.width(), _LINE_PX)
            painter.drawText(row, Qt.AlignmentFlag.AlignLeft, name)


def paint_attention(painter: QPainter, tokens: Tokens, top: float, width: float, weights: dict[str, Floats]) -> float:
    """Paint one row of tiles a layer, a tile for each head, and return where the next part begins.

    A row of a tile is a place that looks, a column a place that is looked at; the stronger the
    colour, the more, on one scale for each tile.
    """
    for place, (name, heads) in enumerate(list(weights.items())[:_MOST_LAYERS]):
        which = f" ({place + 1} of {len(weights)})" if len(weights) > _MOST_LAYERS else ""
        title = f"Attention{f' of {name}' if name else ''}{which}: where each row looks, first sample"
        _paint_title(painter, tokens, QRectF(0, top, width, _TITLE_PX), title)
        top += _TITLE_PX
        side = min(_TILE_PX, max(_LEAST_TILE_PX, (width + _GAP_PX) / len(heads) - _GAP_PX))
        room = max(1, int((width + _GAP_PX + 0.5) // (side + _GAP_PX)))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        for head, table in enumerate(heads[:room]):
            tile = QRectF(head * (side + _GAP_PX), top, side, side)
            painter.drawImage(tile, share_image(table, tokens))
            painter.setPen(QPen(QColor(tokens.hairline), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(tile.adjusted(0.5, 0.5, -0.5, -0.5))
            painter.setFont(mono_font(_FONT_PX))
            painter.setPen(QColor(tokens.muted))
            label = QRectF(tile.left(), tile.bottom() + 1, side, _LINE_PX)
            words = f"head {head + 1}" if head + 1 < room or len(heads) <= room else f"{head + 1} of {len(heads)}"
            painter.drawText(label, Qt.AlignmentFlag.AlignHCenter, words)
        top += side + _LINE_PX + _GAP_PX
    return top


def share_image(table: Floats, tokens: Tokens) -> QImage:
    """Return shares as a picture of one pixel an element, row 0 at the top; the largest has the full colour."""
    numbers = table.astype(np.float64)
    finite = np.isfinite(numbers)
    most = float(numbers[finite].max()) if finite.any() else 0.0
    shares = np.where(finite, np.clip(numbers / (most or 1.0), 0.0, 1.0), 1.0)[..., None]
    ends = np.where(finite[..., None], channels_of(tokens.backward), channels_of(tokens.nonfinite))
    return blended_image(channels_of(tokens.canvas), ends, shares)


def _paint_title(painter: QPainter, tokens: Tokens, area: QRectF, title: str) -> None:
    painter.setFont(words_font(SECONDARY_PX))
    painter.setPen(QColor(tokens.muted))
    short = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(area.width()))
    painter.drawText(QRectF(area.left(), area.top(), area.width(), _TITLE_PX), Qt.AlignmentFlag.AlignVCenter, short)
