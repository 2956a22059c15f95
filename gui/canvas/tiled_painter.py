"""Paints a large scene from tiles: a frame copies what is there and paints only as many new ones as it has time for."""

import math
import time

import numpy as np
from PySide6.QtGui import QColor, QPainter

from engine.drawing.drawing import Rect
from gui.canvas.scene import Floats
from gui.canvas.scene_painter import ScenePainter
from gui.canvas.tile_copier import Frame, TileCopier
from gui.canvas.tile_work import TileWork
from gui.canvas.tiles import Layer, Place, TileStore, area_of, ground_layer, layer_of_scale, places_in, pyramid_layer

TILED_FROM = 700
"""Nodes and pieces of edges beyond which a scene is painted from tiles; smaller ones are painted for every frame."""
_LEAST_BYTES = 40_000_000
_SCREENS_KEPT = 3.2
_MARGIN = 40.0
"""How far anything may be painted beyond the bounds of a drawing, in world units."""
_FORGOTTEN = 0.3
"""So much of a frame that took long is forgotten with each one that did not."""
_LEAST_S = 0.002
"""So long tiles are painted in each frame at least, or the picture would never get sharp on a busy machine."""


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
        self._reach = Rect(
            bounds.x - _MARGIN, bounds.y - _MARGIN, bounds.width + 2 * _MARGIN, bounds.height + 2 * _MARGIN
        )
        self._last: Layer | None = None
        self._work: TileWork | None = None
        self._lifted: tuple[frozenset[int], Floats] = (frozenset(), np.zeros((0, 4)))
        """The nodes that the mouse holds, and the boxes of them and of their edges."""
        self._rest_s = dict.fromkeys((False, True), 0.002)
        """What everything else in a frame takes than painting tiles, as lately measured: where tiles are copied, and
        where they are stretched, which takes longer."""

    @staticmethod
    def is_worth_it(scene: ScenePainter) -> bool:
        """Whether a scene is so large that tiles help."""
        return len(scene.scene.nodes) + len(scene.scene.pieces.owners) > TILED_FROM

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
        places = places_in(_common(frame.seen, self._reach), layer)
        is_stretched = is_zooming or any(self._store.find(place) is None for place in places)
        rest_s = self._rest_s[is_stretched]
        is_left_over = self._refresh(places, frame, started_s + max(_LEAST_S, frame.budget_s - rest_s))
        painted_s = time.perf_counter()
        TileCopier(painter, frame, self._store, QColor(self._scene.tokens.canvas)).copy(places, layer)
        is_incomplete = self._paint_above(painter, frame)
        self.is_pending = is_left_over or is_incomplete or layer != exact
        taken_s = time.perf_counter() - painted_s
        self._rest_s[is_stretched] = max(taken_s, rest_s + _FORGOTTEN * (taken_s - rest_s))

    def _paint_above(self, painter: QPainter, frame: Frame) -> bool:
        snapped = frame.snapped
        painter.save()
        painter.scale(snapped.scale, snapped.scale)
        painter.translate(-snapped.x, -snapped.y)
        is_whole = math.isinf(frame.budget_s)
        is_incomplete = self._scene.paint_above(
            painter, snapped.scale, frame.seen, frame.step, frame.emphasis, is_whole=is_whole
        )
        painter.restore()
        return is_incomplete

    def _refresh(self, places: list[Place], frame: Frame, deadline_s: float) -> bool:
        """Paint tiles that are missing or no longer true, while there is time; return whether some are left."""
        missing = [place for place in places if self._store.find(place) is None]
        stale = [place for place in places if self._is_stale(place, frame)]
        behind = [place for place in self._ground if self._store.find(place) is None]
        # A scene that is new is painted whole; what may be needed later waits until then.
        is_whole = math.isinf(deadline_s)
        wanted = [*missing, *stale] if is_whole else [*missing, *stale, *behind]
        begun = self._work
        if begun is not None and (begun.place not in wanted or begun.stamp != self._stamp(begun.place, frame)):
            begun = self._work = None
        if begun is not None:
            # What was begun is finished first, even for a step ago: else nothing would ever be done in a fast run.
            wanted.remove(begun.place)
            wanted.insert(0, begun.place)
        for place in wanted:
            if self._work is None:
                stamp, image = self._stamp(place, frame), self._store.image(place.layer.side_px)
                self._work = TileWork(self._scene, place, frame.step, frame.emphasis, stamp, image)
            if not self._work.go_on(deadline_s):
                return True
            self._store.put(place, self._work.tile())
            self._work = None
            if time.perf_counter() > deadline_s:
                return place != wanted[-1] or any(self._is_stale(one, frame) for one in places)
        return (is_whole and bool(behind)) or any(self._is_stale(one, frame) for one in places)

    def _is_stale(self, place: Place, frame: Frame) -> bool:
        tile = self._store.find(place)
        return tile is not None and not tile.is_true(frame.step, self._stamp(place, frame))

    def _stamp(self, place: Place, frame: Frame) -> object:
        """What a tile depends on besides the step."""
        emphasis = frame.emphasis
        if emphasis.lifted != self._lifted[0]:
            self._lifted = (emphasis.lifted, self._scene.scene.boxes_at(emphasis.lifted))
        nodes, boxes = self._lifted
        if nodes:
            area = area_of(place)
            touches = (boxes[:, 0] <= area.right + _MARGIN) & (boxes[:, 2] >= area.x - _MARGIN)
            touches &= (boxes[:, 1] <= area.bottom + _MARGIN) & (boxes[:, 3] >= area.y - _MARGIN)
            nodes = nodes if touches.any() else frozenset()
        return (emphasis.hidden, emphasis.traced, nodes)


def _common(first: Rect, second: Rect) -> Rect:
    """What lies in both rectangles; an empty rectangle where they do not meet."""
    left, top = max(first.x, second.x), max(first.y, second.y)
    width, height = min(first.right, second.right) - left, min(first.bottom, second.bottom) - top
    return Rect(left, top, width, height) if width > 0 and height > 0 else Rect(left, top, 0.0, 0.0)
