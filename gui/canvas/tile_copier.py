"""Copies tiles to where they appear in a frame; where one is missing, what is there of other scales is stretched."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QPainter

from engine.drawing.drawing import Rect
from engine.trace.ids import StepIndex
from gui.canvas.emphasis import Emphasis
from gui.canvas.tiles import Layer, Place, TileStore, places_in
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
    def stamp(self) -> object:
        """What tiles depend on besides the step."""
        return (self.emphasis.hidden, self.emphasis.traced)

    @property
    def snapped(self) -> Camera:
        """The camera moved by less than a pixel, so that tiles of its scale lie on whole pixels."""
        camera, density = self.camera, self.density
        return Camera(round(camera.x * density) / density, round(camera.y * density) / density, camera.scale)


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
        """Cover the view with these places of a layer."""
        painter = self._painter
        painter.save()
        # In device pixels, and without smoothing: then Qt copies whole rows of pixels.
        painter.scale(1 / self._ratio, 1 / self._ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        others = self._instead(layer) if any(not self._store.holds(place) for place in places) else []
        for place in places:
            hole = self._where(place) & self._screen
            if self._store.holds(place):
                self._draw(place, hole)
            else:
                self._fill(hole, others)
        painter.restore()

    def _instead(self, layer: Layer) -> list[Layer]:
        """Layers to look into where a tile is missing, the nearest in scale first, the coarsest of all last."""
        ratios = {other: layer.density / other.density for other in self._store.layers() if other != layer}
        fits = [other for other, ratio in ratios.items() if _MOST_SHRUNK < ratio <= _MOST_STRETCHED]
        return sorted(fits, key=lambda other: abs(math.log(ratios[other])))[:_TRIED]

    def _fill(self, hole: QRect, layers: list[Layer]) -> None:
        """Cover a rectangle in device pixels with what the layers have."""
        if hole.isEmpty():
            return
        if not layers:
            self._painter.fillRect(hole, self._ground)
            return
        scale = 1 / self._density
        world = Rect(
            (hole.left() + self._left) * scale,
            (hole.top() + self._top) * scale,
            hole.width() * scale,
            hole.height() * scale,
        )
        for place in places_in(world, layers[0]):
            part = self._where(place) & hole
            if self._store.holds(place):
                self._draw(place, part)
            else:
                self._fill(part, layers[1:])

    def _draw(self, place: Place, part: QRect) -> None:
        """Draw what of a tile appears in a rectangle."""
        tile = self._store.find(place)
        if tile is None or part.isEmpty():
            return
        where, side = self._where(place), place.layer.side_px
        if where.width() == side and where.height() == side:
            self._painter.drawImage(part.topLeft(), tile.image, part.translated(-where.topLeft()))
            return
        across, down = side / where.width(), side / where.height()
        source = QRectF(
            (part.left() - where.left()) * across,
            (part.top() - where.top()) * down,
            part.width() * across,
            part.height() * down,
        )
        self._painter.drawImage(QRectF(part), tile.image, source)

    def _where(self, place: Place) -> QRect:
        """Where a tile appears, in device pixels."""
        side = place.layer.side_px * self._density / place.layer.density
        corner = QPoint(round(place.column * side - self._left), round(place.row * side - self._top))
        end = QPoint(round((place.column + 1) * side - self._left), round((place.row + 1) * side - self._top))
        return QRect(corner, end - QPoint(1, 1))
