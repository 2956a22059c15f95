"""Paints a large scene from tiles: a frame copies what is there and paints only as many new ones as it has time for."""

import math
import time
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from engine.drawing.drawing import Rect
from engine.trace.ids import StepIndex
from gui.canvas.emphasis import Emphasis
from gui.canvas.scene_painter import ScenePainter
from gui.canvas.tiles import (
    Layer,
    Place,
    Tile,
    TileStore,
    area_of,
    ground_layer,
    layer_of_scale,
    places_in,
    pyramid_layer,
)
from gui.widgets.camera import Camera

TILED_FROM = 700
"""Nodes and edges beyond which a scene is painted from tiles; smaller ones are painted anew for every frame."""
_BLEED = 10.0
"""World units around a tile from which strokes and rings of nodes reach into it."""
_LEAST_BYTES = 40_000_000
_SCREENS_KEPT = 3.2
_TRIED = 3
_MOST_STRETCHED = 40.0
"""A tile stretched more than this shows nothing but blurred squares."""
_MOST_SHRUNK = 0.12
"""Of a far larger scale too many tiles would have to be copied."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame to paint.

    ``width`` and ``height`` are view pixels, ``ratio`` device pixels for each of them, ``budget_s`` the time that
    the frame may take; one tile is painted in any case, so that every frame is a step forward.
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


class TiledPainter:
    """Paints one scene from tiles; thrown away with its scene painter.

    While the person zooms, tiles of a pyramid of powers of two are stretched; as soon as the scale stays for a frame,
    tiles of just that scale take their place, so that what rests is as sharp as without tiles.

    Attributes:
        is_pending: Whether another frame would be sharper or truer than the last one.
    """

    def __init__(self, scene: ScenePainter) -> None:
        self.is_pending = False
        self._scene = scene
        self._store = TileStore(_LEAST_BYTES)
        bounds = scene.scene.drawing.bounds
        self._ground = places_in(bounds, ground_layer(bounds))
        self._last: Layer | None = None
        self._cost_s = 0.002
        """What a tile takes, and below what everything else in a frame takes, both as lately measured."""
        self._rest_s = 0.002

    @staticmethod
    def is_worth_it(scene: ScenePainter) -> bool:
        """Whether a scene is so large that tiles help."""
        return len(scene.scene.nodes) + len(scene.scene.edges) > TILED_FROM

    @property
    def nbytes(self) -> int:
        """What the tiles take."""
        return self._store.nbytes

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Paint a frame in view coordinates."""
        started_s = time.perf_counter()
        exact = layer_of_scale(frame.camera.scale, frame.ratio)
        is_zooming = self._last not in (None, exact)
        self._last = exact
        layer = pyramid_layer(frame.camera.scale) if is_zooming else exact
        screen_bytes = 4 * frame.width * frame.height * frame.ratio**2
        self._store.limit_bytes = max(_LEAST_BYTES, round(_SCREENS_KEPT * screen_bytes))
        places = places_in(frame.seen, layer)
        is_left_over = self._refresh(places, frame, self._rest_s)
        painted_s = time.perf_counter() - started_s
        missing = [place for place in places if not self._store.holds(place)]
        if missing:
            self._paint_instead(painter, frame, layer, missing)
        for place in places:
            self._copy(painter, frame, place)
        self.is_pending = is_left_over or layer != exact
        self._paint_above(painter, frame)
        self._rest_s += 0.3 * (time.perf_counter() - started_s - painted_s - self._rest_s)

    def _paint_above(self, painter: QPainter, frame: Frame) -> None:
        snapped = _snapped(frame)
        painter.save()
        painter.scale(snapped.scale, snapped.scale)
        painter.translate(-snapped.x, -snapped.y)
        self._scene.paint_above(painter, snapped.scale, frame.seen, frame.step, frame.emphasis)
        painter.restore()

    def _refresh(self, places: list[Place], frame: Frame, rest_s: float) -> bool:
        """Paint tiles that are missing or no longer true, while there is time; return whether some are left."""
        started_s = time.perf_counter()
        missing = [place for place in places if self._store.find(place) is None]
        stale = [place for place in places if self._is_stale(place, frame)]
        behind = [place for place in self._ground if self._store.find(place) is None]
        for count, place in enumerate((*missing, *stale, *behind)):
            before_s = time.perf_counter()
            if count and before_s - started_s + self._cost_s + rest_s > frame.budget_s:
                return True
            self._store.put(place, self._painted(place, frame))
            self._cost_s += 0.4 * (time.perf_counter() - before_s - self._cost_s)
        return False

    def _is_stale(self, place: Place, frame: Frame) -> bool:
        tile = self._store.find(place)
        return tile is not None and not tile.is_true(frame.step, frame.stamp)

    def _painted(self, place: Place, frame: Frame) -> Tile:
        side_px = place.layer.side_px
        image = QImage(side_px, side_px, QImage.Format.Format_RGB32)
        image.fill(QColor(self._scene.tokens.canvas))
        area, density, level = area_of(place), place.layer.density, place.layer.level
        painter = QPainter(image)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.scale(density, density)
        painter.translate(-area.x, -area.y)
        around = Rect(area.x - _BLEED, area.y - _BLEED, area.width + 2 * _BLEED, area.height + 2 * _BLEED)
        turns = self._scene.paint_tile(painter, level, around, frame.step, frame.emphasis, density)
        painter.end()
        return Tile(image, frame.step, turns, frame.stamp)

    def _copy(self, painter: QPainter, frame: Frame, place: Place) -> None:
        tile = self._store.find(place)
        if tile is None:
            return
        where = _view_rect(frame, place)
        if place.layer.density == frame.density:
            tile.image.setDevicePixelRatio(frame.ratio)
            painter.drawImage(where.topLeft(), tile.image)
        else:
            tile.image.setDevicePixelRatio(1.0)
            painter.drawImage(where, tile.image)

    def _paint_instead(self, painter: QPainter, frame: Frame, layer: Layer, missing: list[Place]) -> None:
        """Where tiles are missing, stretch what there is: the picture of everything, and upon it what fits best."""
        hole = _view_rect(frame, missing[0])
        for place in missing:
            hole = hole.united(_view_rect(frame, place))
        hole &= QRectF(0, 0, frame.width, frame.height)
        painter.save()
        painter.setClipRect(hole, Qt.ClipOperation.IntersectClip)
        painter.fillRect(hole, QColor(self._scene.tokens.canvas))
        world = _world_rect(frame, hole)
        fits = [other for other in self._store.layers() - {layer} if layer.density / other.density > _MOST_SHRUNK]
        near = sorted(fits, key=lambda one: abs(math.log(one.density / layer.density)))[:_TRIED]
        chosen: list[list[Place]] = []
        for other in near:
            if layer.density / other.density > _MOST_STRETCHED:
                break
            places = places_in(world, other)
            found = [place for place in places if self._store.holds(place)]
            chosen.append(found)
            if len(found) == len(places):
                break
        for found in reversed(chosen):
            for place in found:
                self._copy(painter, frame, place)
        painter.restore()


def _snapped(frame: Frame) -> Camera:
    """The camera moved by less than a pixel, so that tiles of its scale lie on whole pixels."""
    camera, density = frame.camera, frame.density
    return Camera(round(camera.x * density) / density, round(camera.y * density) / density, camera.scale)


def _view_rect(frame: Frame, place: Place) -> QRectF:
    """Where a tile appears, on whole device pixels."""
    camera, ratio = _snapped(frame), frame.ratio
    side = place.layer.side_px * frame.density / place.layer.density
    left, top = camera.x * frame.density, camera.y * frame.density
    corners = [
        QPointF(
            round(column * side - left) / ratio,
            round(row * side - top) / ratio,
        )
        for column, row in ((place.column, place.row), (place.column + 1, place.row + 1))
    ]
    return QRectF(corners[0], corners[1])


def _world_rect(frame: Frame, view: QRectF) -> Rect:
    left, top = frame.camera.to_world((view.left(), view.top()))
    return Rect(left, top, view.width() / frame.camera.scale, view.height() / frame.camera.scale)
