"""Square images of parts of the world, kept while they are true and while there is room."""

import math
from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PySide6.QtGui import QImage

from engine.drawing.drawing import Rect
from gui.canvas.level import Level, level_of
from gui.canvas.scene import Ints

SIDE_PX = 256
"""Side of a tile in view pixels."""
_SPARE = 16
"""So many images of tiles that are no longer needed are kept for new ones."""
_GROUND_PX = 1024
"""Longest side of the picture of everything that is shown where nothing better is there yet."""


class Layer(NamedTuple):
    """Tiles that belong together: device pixels for each world pixel, how much of a node they show, their side."""

    density: float
    level: Level
    side_px: int


class Place(NamedTuple):
    """Which tile."""

    layer: Layer
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Tile:
    """A painted tile.

    Attributes:
        image: Its pixels.
        step: The step whose state it shows.
        turns: The steps at which anything on it changes, sorted.
        stamp: What else it depends on: hidden and dimmed nodes.
    """

    image: QImage
    step: int
    turns: Ints
    stamp: object

    def is_true(self, step: int, stamp: object) -> bool:
        """Whether it shows the state right after ``step``."""
        if stamp != self.stamp:
            return False
        if step == self.step:
            return True
        low, high = sorted((step, self.step))
        return int(np.searchsorted(self.turns, high, "right")) == int(np.searchsorted(self.turns, low, "right"))


def layer_of_scale(scale: float, ratio: float) -> Layer:
    """Return the layer that is sharp at a scale, for ``ratio`` device pixels a view pixel."""
    # Not twice as long at twice the density: a tile has to be done within a frame.
    return Layer(scale * ratio, level_of(scale), round(SIDE_PX * math.sqrt(ratio)))


def pyramid_layer(scale: float) -> Layer:
    """Return the layer of the pyramid that is nearest to a scale."""
    nearest = float(2.0 ** round(math.log2(scale)))
    return Layer(nearest, level_of(nearest), SIDE_PX)


def ground_layer(bounds: Rect) -> Layer:
    """Return the layer of the picture of everything."""
    share = _GROUND_PX / max(bounds.width, bounds.height, 1.0)
    return Layer(2.0 ** math.floor(math.log2(share)), Level.BLOCKS, SIDE_PX)


def places_in(seen: Rect, layer: Layer) -> list[Place]:
    """Return the tiles that cover a world rectangle, those in its middle first."""
    world = layer.side_px / layer.density
    columns = range(math.floor(seen.x / world), math.ceil(seen.right / world))
    rows = range(math.floor(seen.y / world), math.ceil(seen.bottom / world))
    middle = (seen.center[0] / world - 0.5, seen.center[1] / world - 0.5)
    places = [Place(layer, column, row) for row in rows for column in columns]
    return sorted(places, key=lambda place: (place.column - middle[0]) ** 2 + (place.row - middle[1]) ** 2)


def area_of(place: Place) -> Rect:
    """Return the part of the world that a tile shows."""
    world = place.layer.side_px / place.layer.density
    return Rect(place.column * world, place.row * world, world, world)


class TileStore:
    """Tiles by place; the ones that were looked at longest ago are thrown away first.

    Their memory is used again: while a person pans, tiles come and go so fast that the heap would fall to pieces.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._spare: list[QImage] = []
        self._tiles: OrderedDict[Place, Tile] = OrderedDict()
        self._layers: defaultdict[Layer, dict[Place, None]] = defaultdict(dict)
        self._bytes = 0

    @property
    def nbytes(self) -> int:
        """What the images take."""
        return self._bytes

    def find(self, place: Place) -> Tile | None:
        """Return a tile and remember that it was looked at."""
        tile = self._tiles.get(place)
        if tile is not None:
            self._tiles.move_to_end(place)
        return tile

    def put(self, place: Place, tile: Tile) -> None:
        """Keep a tile in the place of an older one."""
        old = self._tiles.pop(place, None)
        self._bytes += tile.image.sizeInBytes()
        if old is not None:
            self._drop(old)
        self._tiles[place] = tile
        self._layers[place.layer][place] = None
        while self._bytes > self.limit_bytes and len(self._tiles) > 1:
            oldest, dropped = self._tiles.popitem(last=False)
            del self._layers[oldest.layer][oldest]
            self._drop(dropped)

    def _drop(self, tile: Tile) -> None:
        self._bytes -= tile.image.sizeInBytes()
        self._spare = [*self._spare[1 - _SPARE :], tile.image]

    def image(self, side_px: int) -> QImage:
        """Return an image for a new tile, with anything on it."""
        for index, spare in enumerate(self._spare):
            if spare.width() == side_px:
                return self._spare.pop(index)
        return QImage(side_px, side_px, QImage.Format.Format_RGB32)

    def layers(self) -> list[Layer]:
        """The layers of which there is any tile."""
        return [layer for layer, places in self._layers.items() if places]

    def places_of(self, layer: Layer) -> list[Place]:
        """The tiles of a layer that there are."""
        return list(self._layers[layer])
