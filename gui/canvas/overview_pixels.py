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

_MANY_CHANGED = 0.1
"""If a larger share of the nodes has another brush, everything is worked out anew."""

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


@dataclass(slots=True)
class _Shown:
    """What was worked out last: the brush of each node, how many nodes of each lie on each pixel, and the colours."""

    codes: Ints
    brushes: list[Brush]
    layers: Ints
    colors: Pixels

    def repainted(self, codes: Ints, changed: Ints, owners: Ints, pixels: Ints) -> Ints:
        """Give some nodes, which own these pixels, other brushes; return the pixels that look otherwise now."""
        np.subtract.at(self.layers, (self.codes[owners], pixels), 1)
        np.add.at(self.layers, (codes[owners], pixels), 1)
        self.codes[changed] = codes[changed]
        return np.unique(pixels)


class OverviewPixels:
    """The blocks of one scene upon a ground, at any step."""

    def __init__(self, ground: QImage, boxes: Floats, spots: Spots) -> None:
        """Work out the pixels of every node.

        Args:
            ground: What lies below the blocks, ARGB32 premultiplied.
            boxes: Left, top, right, bottom of every node in device pixels, shape ``(nodes, 4)``.
            spots: What the lens colours; where several meet, the colour that comes last in ``colors`` is on top.
        """
        self._shown: _Shown | None = None
        self._ratio = ground.devicePixelRatio()
        self._ground = _as_array(ground)
        height, width = self._ground.shape[:2]
        self._owners, self._pixels = _pixels_of(boxes, width, height)
        self._spots = spots
        self._palette = np.array([_channels(color) for color in spots.colors], dtype=np.float32).reshape(-1, 4)
        self._begins = np.searchsorted(self._owners, np.arange(len(boxes) + 1))
        """Where the pixels of each node begin."""
        has_spot = np.flatnonzero(spots.kinds[self._owners] >= 0)
        self._spotted = has_spot[np.argsort(spots.kinds[self._owners[has_spot]], kind="stable")]

    def image(self, brushes: list[Brush], kinds: Ints, step: int) -> QImage:
        """Return the overview at a step: each node with the brush ``brushes[kinds[node]]``, spots above them."""
        is_lit = (self._spots.kinds >= 0) & (self._spots.since <= step)
        shown = self._brushed(np.where(is_lit, len(brushes), kinds), brushes)
        lit = self._spotted[is_lit[self._owners[self._spotted]]]
        colors = shown.colors
        if len(lit):
            colors = colors.copy()
            colors[self._pixels[lit]] = self._palette[self._spots.kinds[self._owners[lit]]]
        return _as_image(colors.reshape(self._ground.shape), self._ratio)

    def _brushed(self, codes: Ints, brushes: list[Brush]) -> "_Shown":
        """The nodes painted with their brushes; from one step to the next only what changed is worked out."""
        height, width = self._ground.shape[:2]
        size, ground = height * width, self._ground.reshape(-1, 4)
        known = self._shown
        changed = np.arange(len(codes)) if known is None else np.flatnonzero(codes != known.codes)
        if known is None or known.brushes != brushes or len(changed) > len(codes) * _MANY_CHANGED:
            counts = np.bincount(codes[self._owners] * size + self._pixels, minlength=(len(brushes) + 1) * size)
            layers = counts.reshape(len(brushes) + 1, size)
            known = self._shown = _Shown(codes, brushes, layers, ground.astype(np.float32))
            touched = np.flatnonzero(layers[:-1].any(axis=0))
        else:
            touched = known.repainted(codes, changed, *self._pixels_at(changed))
        if touched.size:
            below = ground[touched].astype(np.float32)
            known.colors[touched] = _covered(below, known.layers[:-1, touched].astype(np.float32), brushes)
        return known

    def _pixels_at(self, nodes: Ints) -> tuple[Ints, Ints]:
        """For every pixel of some nodes the node and the pixel."""
        counts = self._begins[nodes + 1] - self._begins[nodes]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.repeat(nodes, counts), self._pixels[np.repeat(self._begins[nodes], counts) + within]


def _covered(below: Pixels, counts: Pixels, brushes: list[Brush]) -> Pixels:
    """What ``counts`` blocks of each brush, one on the other, make of some pixels, whatever their order."""
    density = np.array([-np.log1p(-brush.opacity) for brush in brushes], dtype=np.float32)
    colors = np.array([_channels(brush.color) for brush in brushes], dtype=np.float32)
    weights = counts.T * density
    total = weights.sum(axis=1, keepdims=True)
    share = 1.0 - np.exp(-total)
    mixed: Pixels = below * (1.0 - share) + (weights @ colors) / np.where(total, total, 1.0) * share
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
