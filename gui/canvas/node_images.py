"""Keeps painted nodes as images, so that panning only copies them."""

import time
from collections import OrderedDict

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from engine.drawing.state import StepState
from gui.canvas.level import Level
from gui.canvas.look import NodeLook
from gui.canvas.node_painter import NodePainter
from gui.widgets.lettering import FUTURE_OPACITY

_MARGIN = 2.0
"""World pixels around a node that belong to its image (border and antialiasing)."""

Key = tuple[NodeLook, Level]


class NodeImages:
    """Node images by look, sharp for one scale at a time, oldest thrown away first.

    Two nodes that look alike share an image. While the person zooms, images of another scale are shown stretched
    until the time set aside for one frame allows painting sharp ones.
    """

    def __init__(self, painter: NodePainter, limit_bytes: int = 96_000_000) -> None:
        self._painter = painter
        self._limit_bytes = limit_bytes
        self._images: OrderedDict[Key, tuple[float, QImage]] = OrderedDict()
        self._bytes = 0
        self._deadline = 0.0
        self.is_pending = False
        """Whether the last frame showed an image that is not sharp yet."""

    def start_frame(self, budget_s: float) -> None:
        """Begin a frame that may spend so long on painting new images."""
        self._deadline = time.perf_counter() + budget_s
        self.is_pending = False

    def draw(self, painter: QPainter, position: QPointF, look: NodeLook, level: Level, density: float) -> None:
        """Draw a node's image.

        Args:
            painter: A painter in view coordinates, without scaling.
            position: Where the node's top left corner appears.
            look: How the node looks.
            level: How much of it is painted.
            density: Device pixels for each world pixel.
        """
        found = self._image((look, level), density)
        ratio = painter.device().devicePixelRatioF()
        if found is None:
            _placeholder(painter, QRectF(position, QSizeF(look.width, look.height) * (density / ratio)), look)
            return
        made_at, image = found
        margin = _MARGIN * density / ratio
        corner = QPointF(position.x() - margin, position.y() - margin)
        if made_at == density:
            # Whole device pixels on both sides: copied, not resampled.
            snapped = QPointF(round(corner.x() * ratio) / ratio, round(corner.y() * ratio) / ratio)
            painter.drawImage(QRectF(snapped, QSizeF(image.size()) / ratio), image)
            return
        size = QSizeF(look.width + 2 * _MARGIN, look.height + 2 * _MARGIN) * (density / ratio)
        painter.drawImage(QRectF(corner, size), image)

    def _image(self, key: Key, density: float) -> tuple[float, QImage] | None:
        found = self._images.get(key)
        if found is not None:
            self._images.move_to_end(key)
            if found[0] == density:
                return found
        if time.perf_counter() > self._deadline:
            self.is_pending = True
            return found
        if found is not None:
            self._bytes -= found[1].sizeInBytes()
        image = self._paint(*key, density)
        self._images[key] = (density, image)
        self._bytes += image.sizeInBytes()
        while self._bytes > self._limit_bytes and len(self._images) > 1:
            self._bytes -= self._images.popitem(last=False)[1][1].sizeInBytes()
        return density, image

    def _paint(self, look: NodeLook, level: Level, density: float) -> QImage:
        width = max(1, round((look.width + 2 * _MARGIN) * density))
        height = max(1, round((look.height + 2 * _MARGIN) * density))
        image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.scale(width / (look.width + 2 * _MARGIN), height / (look.height + 2 * _MARGIN))
        painter.translate(_MARGIN, _MARGIN)
        self._painter.paint(painter, look, level)
        painter.end()
        return image


def _placeholder(painter: QPainter, rect: QRectF, look: NodeLook) -> None:
    """A bare box, for the frame or two until the image is there."""
    fill = QColor(look.fill)
    fill.setAlphaF(FUTURE_OPACITY if look.state is StepState.FUTURE else 1.0)
    painter.fillRect(rect, fill)
