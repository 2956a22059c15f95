"""Keeps small painted things such as names as images: a frame with a hundred of them then only copies."""

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QTransform

_LIMIT_BYTES = 12_000_000
_LARGEST_PX = 1_000_000
"""Something larger is painted anew each time: it fills so much of the view that there are few of them."""
_REMEMBERED = 2_000
_NEW_AT_ONCE = 8
"""So many new things are painted in one frame; the others come, or become sharp, with the next ones."""
_MOST_STRETCHED = 2.5
"""What was painted so much smaller or larger is not shown instead."""


class _Wanted(NamedTuple):
    """What is shown, its size in device pixels, and how many of them a unit of its own is."""

    key: Hashable
    width: int
    height: int
    scale: float


_Paint = Callable[[QPainter], None]


class LabelImages:
    """Images by what they show and how large they are; the ones used longest ago are thrown away.

    Something that grows with the scale is kept from the second time on: while the person zooms, it never has the
    same size twice. Where not everything has to be there at once, an image of nearly the same size is stretched then.

    Attributes:
        is_pending: Whether something was left out of the last frame, or is not sharp in it.
    """

    def __init__(self) -> None:
        self.is_pending = False
        self._room: float = math.inf
        self._met: OrderedDict[Hashable, None] = OrderedDict()
        self._images: OrderedDict[_Wanted, QImage] = OrderedDict()
        self._latest: dict[Hashable, _Wanted] = {}
        """Of each thing the image made last."""
        self._bytes = 0

    def start_frame(self, *, is_whole: bool) -> None:
        """Begin a frame that shows everything, or only as much that is new as it has time for."""
        self.is_pending = False
        self._room = math.inf if is_whole else _NEW_AT_ONCE

    def draw(self, painter: QPainter, key: Hashable, rect: QRectF, paint: _Paint, *, grows: bool = True) -> None:
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
        wanted = _Wanted(key, math.ceil(rect.width() * scale), math.ceil(rect.height() * scale), scale)
        painter.setWorldTransform(QTransform.fromScale(1 / ratio, 1 / ratio))
        if math.isinf(self._room):
            self._draw_whole(painter, wanted, corner, rect, paint, is_steady=not grows)
        else:
            self._draw_in_time(painter, wanted, corner, rect, paint, is_steady=not grows)
        painter.setWorldTransform(transform)

    def _draw_whole(
        self, painter: QPainter, wanted: _Wanted, corner: QPoint, rect: QRectF, paint: _Paint, *, is_steady: bool
    ) -> None:
        """Draw it sharp, in device pixels."""
        if _is_kept(wanted) and (is_steady or self._is_met(wanted)):
            painter.drawImage(corner, self._image(wanted, rect, paint))
        else:
            # Just where the image will be, so that nothing moves when it takes over.
            painter.setWorldTransform(_placed(rect, corner, wanted.scale) * painter.worldTransform())
            paint(painter)

    def _draw_in_time(
        self, painter: QPainter, wanted: _Wanted, corner: QPoint, rect: QRectF, paint: _Paint, *, is_steady: bool
    ) -> None:
        """Draw it sharp if it is there or if there is time, else stretched, in device pixels; else not yet."""
        if not _is_kept(wanted):
            self._draw_whole(painter, wanted, corner, rect, paint, is_steady=is_steady)
            return
        is_new = wanted not in self._images
        other = self._near(wanted) if is_new else None
        is_moving = is_new and not is_steady and not self._is_met(wanted)
        if is_new and (self._room <= 0 or (is_moving and other is not None)):
            self.is_pending = True
            if other is not None:
                painter.drawImage(QRect(corner.x(), corner.y(), wanted.width, wanted.height), other)
            return
        self._room -= is_new
        painter.drawImage(corner, self._image(wanted, rect, paint))

    def _near(self, wanted: _Wanted) -> QImage | None:
        """An image of the same thing in nearly the same size."""
        latest = self._latest.get(wanted.key)
        if latest is None or not 1 / _MOST_STRETCHED <= latest.scale / wanted.scale <= _MOST_STRETCHED:
            return None
        self._images.move_to_end(latest)
        return self._images[latest]

    def _image(self, wanted: _Wanted, rect: QRectF, paint: _Paint) -> QImage:
        image = self._images.get(wanted)
        if image is None:
            image = self._images[wanted] = _painted(rect, wanted, paint)
            self._bytes += image.sizeInBytes()
            while self._bytes > _LIMIT_BYTES and len(self._images) > 1:
                self._forget_oldest()
        self._latest[wanted.key] = wanted
        self._images.move_to_end(wanted)
        return image

    def _forget_oldest(self) -> None:
        oldest, image = self._images.popitem(last=False)
        self._bytes -= image.sizeInBytes()
        if self._latest.get(oldest.key) == oldest:
            del self._latest[oldest.key]

    def _is_met(self, wanted: Hashable) -> bool:
        """Whether it was asked for before."""
        if wanted in self._met:
            return True
        self._met[wanted] = None
        if len(self._met) > _REMEMBERED:
            self._met.popitem(last=False)
        return False


def _is_kept(wanted: _Wanted) -> bool:
    return 0 < wanted.width * wanted.height <= _LARGEST_PX


def _placed(rect: QRectF, corner: QPoint, scale: float) -> QTransform:
    """From the coordinates of a rectangle to device pixels, so that it begins at a corner."""
    return QTransform(scale, 0.0, 0.0, scale, corner.x() - rect.left() * scale, corner.y() - rect.top() * scale)


def _painted(rect: QRectF, wanted: _Wanted, paint: _Paint) -> QImage:
    image = QImage(wanted.width, wanted.height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.setWorldTransform(_placed(rect, QPoint(0, 0), wanted.scale))
    paint(painter)
    painter.end()
    return image
