"""Keeps small painted things such as names as images: a frame with a hundred of them then only copies."""

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QTransform

_LIMIT_BYTES = 12_000_000
_LARGEST_PX = 200_000
"""Something larger is painted anew each time: it fills so much of the view that there are few of them."""
_REMEMBERED = 2_000
_NEW_AT_ONCE = 16
"""So many new things of a steady size are painted in one frame; the others come with the next ones."""


class LabelImages:
    """Images by what they show and how large they are; the ones used longest ago are thrown away.

    Something that grows with the scale is kept from the second time on: while the person zooms, it never has the
    same size twice.

    Attributes:
        is_pending: Whether something was left out of the last frame.
    """

    def __init__(self) -> None:
        self.is_pending = False
        self._room: float = math.inf
        self._met: OrderedDict[Hashable, None] = OrderedDict()
        self._images: OrderedDict[Hashable, QImage] = OrderedDict()
        self._bytes = 0

    def start_frame(self, *, is_whole: bool) -> None:
        """Begin a frame that shows everything, or only as much that is new as it has time for."""
        self.is_pending = False
        self._room = math.inf if is_whole else _NEW_AT_ONCE

    def draw(
        self, painter: QPainter, key: Hashable, rect: QRectF, paint: Callable[[QPainter], None], *, grows: bool = True
    ) -> None:
        """Draw something on whole device pixels.

        Args:
            painter: A painter on a device in pixels, moved and scaled but not turned.
            key: What is shown.
            rect: Where, in the painter's coordinates; what is painted outside is cut off.
            paint: Paints it in the same coordinates, if it is not there yet.
            grows: Whether its size on the screen depends on the scale.
        """
        ratio = painter.device().devicePixelRatioF()
        transform = painter.worldTransform()
        scale = round(transform.m11() * ratio, 6)  # or what undoes the scale would give another number each time
        where = transform.mapRect(rect)
        corner = QPoint(round(where.left() * ratio), round(where.top() * ratio))
        width, height = math.ceil(rect.width() * scale), math.ceil(rect.height() * scale)
        wanted = (key, width, height, scale)
        if not grows and wanted not in self._images:
            if self._room <= 0:
                self.is_pending = True
                return
            self._room -= 1
        if 0 < width * height <= _LARGEST_PX and (not grows or self._is_met(wanted)):
            painter.setWorldTransform(QTransform.fromScale(1 / ratio, 1 / ratio))
            painter.drawImage(corner, self._image(wanted, rect, scale, paint))
        else:
            # Just where the image will be, so that nothing moves when it takes over.
            painter.setWorldTransform(_placed(rect, corner, scale) * QTransform.fromScale(1 / ratio, 1 / ratio))
            paint(painter)
        painter.setWorldTransform(transform)

    def _image(
        self, wanted: tuple[Hashable, int, int, float], rect: QRectF, scale: float, paint: Callable[[QPainter], None]
    ) -> QImage:
        image = self._images.get(wanted)
        if image is None:
            image = self._images[wanted] = _painted(rect, scale, wanted[1], wanted[2], paint)
            self._bytes += image.sizeInBytes()
            while self._bytes > _LIMIT_BYTES and len(self._images) > 1:
                self._bytes -= self._images.popitem(last=False)[1].sizeInBytes()
        self._images.move_to_end(wanted)
        return image

    def _is_met(self, wanted: Hashable) -> bool:
        """Whether it was asked for before."""
        if wanted in self._met:
            return True
        self._met[wanted] = None
        if len(self._met) > _REMEMBERED:
            self._met.popitem(last=False)
        return False


def _placed(rect: QRectF, corner: QPoint, scale: float) -> QTransform:
    """From the coordinates of a rectangle to device pixels, so that it begins at a corner."""
    return QTransform(scale, 0.0, 0.0, scale, corner.x() - rect.left() * scale, corner.y() - rect.top() * scale)


def _painted(rect: QRectF, scale: float, width: int, height: int, paint: Callable[[QPainter], None]) -> QImage:
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.setWorldTransform(_placed(rect, QPoint(0, 0), scale))
    paint(painter)
    painter.end()
    return image
