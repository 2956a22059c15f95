"""Copies tiles to where they appear in a frame; where one is missing, what is there of other scales is stretched."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QRegion

from engine.drawing.drawing import Rect
from engine.trace.ids import StepIndex
from gui.canvas.emphasis import Emphasis
from gui.canvas.tiles import Layer, Place, TileStore
from gui.widgets.camera import Camera

_TRIED = 4
_MOST_STRETCHED = 40.0
"""A tile stretched more than this shows nothing but blurred squares."""
_MOST_SHRUNK = 0.12
"""Of a far larger scale too many tiles would have to be copied."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame to paint.

    ``width`` and ``height`` are view pixels, ``ratio`` device pixels for each of them, ``budget_s`` the time that
    the frame may take; a little is painted in any case, so that every frame is a step forward.
    """

    camera: Camera
    width: float
    height: float
    ratio: float
    step: StepIndex
    emphasis: Emphasis
    budget_s: float

    @property
    def density(self) -> float:
        """Device pixels for each world pixel."""
        return self.camera.scale * self.ratio

    @property
    def seen(self) -> Rect:
        """The part of the world in view."""
        return self.camera.seen(self.width, self.height)

    @property
    def snapped(self) -> Camera:
        """The camera moved by less than a pixel, so that tiles of its scale lie on whole pixels."""
        camera, density = self.camera, self.density
        return Camera(round(camera.x * density) / density, round(camera.y * density) / density, camera.scale)


@dataclass(frozen=True, slots=True)
class _Spare:
    """A layer to look into where a tile is missing; ``side`` is that of its tiles in the frame, in device pixels."""

    layer: Layer
    side: float


class TileCopier:
    """Copies tiles of one frame; each pixel is painted once, whatever it is taken from."""

    def __init__(self, painter: QPainter, frame: Frame, store: TileStore, ground: QColor) -> None:
        self._painter = painter
        self._store = store
        self._ground = ground
        self._density = frame.density
        self._left, self._top = frame.snapped.x * frame.density, frame.snapped.y * frame.density
        self._ratio = frame.ratio
        self._screen = QRect(0, 0, math.ceil(frame.width * frame.ratio), math.ceil(frame.height * frame.ratio))

    def copy(self, places: list[Place], layer: Layer) -> None:
        """Cover the view with these places of a layer; beyond them there is nothing but the ground."""
        painter = self._painter
        painter.save()
        # In device pixels, and without smoothing: then Qt copies whole rows of pixels.
        painter.scale(1 / self._ratio, 1 / self._ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        side = self._side(layer)
        covered, holes = QRect(), QRegion()
        for place in places:
            where = self._where(place.column, place.row, side)
            covered = covered.united(where)
            tile = self._store.find(place)
            if tile is None:
                holes += where & self._screen
            else:
                self._draw(tile.image, where, where & self._screen)
        self._fill(holes, layer)
        for beside in _around(self._screen, covered & self._screen):
            painter.fillRect(beside, self._ground)
        painter.restore()

    def _side(self, layer: Layer) -> float:
        return layer.side_px * self._density / layer.density

    def _spares(self, layer: Layer) -> list[_Spare]:
        """Layers to look into where a tile is missing, the nearest in scale first."""
        ratios = {other: layer.density / other.density for other in self._store.layers() if other != layer}
        fits = [other for other, ratio in ratios.items() if _MOST_SHRUNK < ratio <= _MOST_STRETCHED]
        nearest = sorted(fits, key=lambda other: abs(math.log(ratios[other])))
        return [_Spare(other, self._side(other)) for other in nearest[:_TRIED]]

    def _fill(self, holes: QRegion, layer: Layer) -> None:
        """Cover holes in a layer with what the others have: tile by tile of those, for there are few of them."""
        for spare in self._spares(layer) if not holes.isEmpty() else ():
            for place in self._store.places_of(spare.layer):
                where = self._where(place.column, place.row, spare.side)
                tile = self._store.find(place) if holes.intersects(where) else None
                if tile is not None:
                    for part in _rects(holes.intersected(where)):
                        self._draw(tile.image, where, part)
                    holes -= where
        for rest in _rects(holes):
            self._painter.fillRect(rest, self._ground)

    def _draw(self, image: QImage, where: QRect, part: QRect) -> None:
        """Draw what of a tile appears in a rectangle."""
        if part.isEmpty():
            return
        if where.size() == image.size():
            self._painter.drawImage(part.topLeft(), image, part.translated(-where.topLeft()))
            return
        across, down = image.width() / where.width(), image.height() / where.height()
        source = QRectF(
            (part.left() - where.left()) * across,
            (part.top() - where.top()) * down,
            part.width() * across,
            part.height() * down,
        )
        self._painter.drawImage(QRectF(part), image, source)

    def _where(self, column: int, row: int, side: float) -> QRect:
        """Where a tile appears, in device pixels."""
        left, top = round(column * side - self._left), round(row * side - self._top)
        return QRect(
            left, top, round((column + 1) * side - self._left) - left, round((row + 1) * side - self._top) - top
        )


def _rects(region: QRegion) -> list[QRect]:
    rects: list[QRect] = list(region)  # type: ignore[call-overload]  # iterable, though the stubs do not say so
    return rects


def _around(whole: QRect, inner: QRect) -> list[QRect]:
    """What of a rectangle lies above, below, left and right of one inside of it."""
    if inner.isEmpty():
        return [whole]
    return [
        QRect(whole.left(), whole.top(), whole.width(), inner.top() - whole.top()),
        QRect(whole.left(), inner.bottom() + 1, whole.width(), whole.bottom() - inner.bottom()),
        QRect(whole.left(), inner.top(), inner.left() - whole.left(), inner.height()),
        QRect(inner.right() + 1, inner.top(), whole.right() - inner.right(), inner.height()),
    ]
