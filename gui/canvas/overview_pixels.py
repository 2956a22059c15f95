"""The blocks of very many nodes on the overview, worked out pixel by pixel: a step costs the same however many move.

Painting fifty thousand small blocks takes Qt longer than a frame may take. Here each node is a list of pixels made
once; at a step all that is left is to count how many nodes of which kind lie upon each pixel.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from gui.canvas.scene import Floats, Ints

MANY_NODES = 1500
"""From so many nodes on the overview is worked out by pixels."""

Pixels = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Brush:
    """A colour as ``#RRGGBB`` and its opacity, below 1."""

    color: str
    opacity: float


@dataclass(frozen=True, slots=True)
class Spots:
    """Nodes that the lens colours: ``kinds`` is the place of each in ``colors`` or -1, ``since`` the step of it."""

    colors: tuple[str, ...]
    kinds: Ints
    since: Ints


class OverviewPixels:
    """The blocks of one scene upon a ground, at any step."""

    def __init__(self, ground: QImage, boxes: Floats, spots: Spots) -> None:
        """Work out the pixels of every node.

        Args:
            ground: What lies below the blocks, ARGB32 premultiplied.
            boxes: Left, top, right, bottom of every node in device pixels, shape ``(nodes, 4)``.
            spots: What the lens colours; where several meet, the colour that comes last in ``colors`` is on top.
        """
        self._ratio = ground.devicePixelRatio()
        self._ground = _as_array(ground)
        height, width = self._ground.shape[:2]
        self._owners, self._pixels = _pixels_of(boxes, width, height)
        self._spots = spots
        self._palette = np.array([_channels(color) for color in spots.colors], dtype=np.float32).reshape(-1, 4)
        has_spot = np.flatnonzero(spots.kinds[self._owners] >= 0)
        self._spotted = has_spot[np.argsort(spots.kinds[self._owners[has_spot]], kind="stable")]

    def image(self, brushes: list[Brush], kinds: Ints, step: int) -> QImage:
        """Return the overview at a step: each node with the brush ``brushes[kinds[node]]``, spots above them."""
        height, width = self._ground.shape[:2]
        size = height * width
        is_lit = (self._spots.kinds >= 0) & (self._spots.since <= step)
        codes = np.where(is_lit, len(brushes), kinds)[self._owners]
        counts = np.bincount(codes * size + self._pixels, minlength=(len(brushes) + 1) * size)
        layers = counts.reshape(len(brushes) + 1, size)[:-1].astype(np.float32)
        covered = np.flatnonzero(layers.any(axis=0))
        result = self._ground.reshape(size, 4).astype(np.float32)
        if covered.size:
            result[covered] = _covered(result[covered], layers[:, covered], brushes)
        lit = self._spotted[is_lit[self._owners[self._spotted]]]
        result[self._pixels[lit]] = self._palette[self._spots.kinds[self._owners[lit]]]
        return _as_image(result.reshape(height, width, 4), self._ratio)


def _covered(below: Pixels, counts: Pixels, brushes: list[Brush]) -> Pixels:
    """What ``counts`` blocks of each brush, one on the other, make of some pixels, whatever their order."""
    density = np.array([-np.log1p(-brush.opacity) for brush in brushes], dtype=np.float32)
    colors = np.array([_channels(brush.color) for brush in brushes], dtype=np.float32)
    weights = counts.T * density
    total = weights.sum(axis=1, keepdims=True)
    share = 1.0 - np.exp(-total)
    mixed: Pixels = below * (1.0 - share) + (weights @ colors) / total * share
    return mixed


def _pixels_of(boxes: Floats, width: int, height: int) -> tuple[Ints, Ints]:
    """Every pixel that each node covers, at least one: its node and its position in the image."""
    left = np.clip(np.floor(boxes[:, 0]), 0, width - 1).astype(np.int64)
    top = np.clip(np.floor(boxes[:, 1]), 0, height - 1).astype(np.int64)
    columns = np.minimum(np.maximum(np.round(boxes[:, 2] - boxes[:, 0]), 1), width - left).astype(np.int64)
    rows = np.minimum(np.maximum(np.round(boxes[:, 3] - boxes[:, 1]), 1), height - top).astype(np.int64)
    areas = columns * rows
    owners = np.repeat(np.arange(len(boxes)), areas)
    within = np.arange(len(owners)) - np.repeat(np.cumsum(areas) - areas, areas)
    across, down = within % columns[owners], within // columns[owners]
    return owners, (top[owners] + down) * width + left[owners] + across


def _channels(color: str) -> tuple[int, int, int, int]:
    """Blue, green, red, alpha: the order of an ARGB32 pixel in memory."""
    wanted = QColor(color)
    return (wanted.blue(), wanted.green(), wanted.red(), 255)


def _as_array(image: QImage) -> npt.NDArray[np.uint8]:
    flat = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width() * 4].reshape(image.height(), image.width(), 4).copy()


def _as_image(pixels: Pixels, ratio: float) -> QImage:
    height, width = pixels.shape[:2]
    memory = np.ascontiguousarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))
    shared = QImage(memory.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    image = shared.copy()  # an image of its own, which outlives the array
    image.setDevicePixelRatio(ratio)
    return image
