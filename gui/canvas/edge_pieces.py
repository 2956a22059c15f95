"""The routes of all edges of a drawing, taken apart into pieces that can be found by place. Qt-free."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from engine.drawing.drawing import EdgePath, Rect
from gui.canvas.box_index import BoxIndex, Floats, Ints
from gui.canvas.trunks import Piece

_BULGE = 24.0
"""How far a curve may leave the rectangle around its ends."""


class EdgePieces:
    """Pieces in the order of their edges.

    Attributes:
        rows: The ends of each piece, x1, y1, x2, y2, in single precision: for painting from afar.
        owners: The edge that each belongs to.
        lengths: How far the ends of each piece are apart.
        boxes: Bounds of every edge: left, top, right, bottom; shape ``(edges, 4)``.
        extents: How far opposite corners of those are apart.
    """

    def __init__(self, edges: Sequence[EdgePath]) -> None:
        self._edges = edges
        lengths = np.fromiter((len(path.points) for path in edges), dtype=np.int64, count=len(edges))
        points = _flat_points(edges, int(lengths.sum()))
        begins = np.cumsum(lengths) - lengths
        self.boxes: Floats = _bounds(points, begins)
        strides = np.where(lengths > 2, 3, 1)
        counts = np.maximum(lengths - 1, 0) // strides
        self.owners: Ints = np.repeat(np.arange(len(counts)), counts)
        steps = strides[self.owners]
        self._places = (np.arange(len(self.owners)) - np.repeat(np.cumsum(counts) - counts, counts)).astype(np.int32)
        starts = begins[self.owners] + self._places * steps
        first, second = points[starts], points[starts + steps]
        self._index = BoxIndex(np.concatenate([np.minimum(first, second), np.maximum(first, second)], axis=1))
        self.rows: npt.NDArray[np.float32] = np.concatenate([first, second], axis=1, dtype=np.float32)
        self.lengths = np.hypot(*(self.rows[:, 2:] - self.rows[:, :2]).T)
        self.extents: Floats = np.hypot(*(self.boxes[:, 2:] - self.boxes[:, :2]).T)

    def inside(self, area: Rect) -> Ints:
        """Return the pieces that touch a world rectangle, a little more than that perhaps."""
        return self._index.touching(area, _BULGE)

    def boxes_of(self, edges: Ints) -> Floats:
        """Return left, top, right, bottom of the pieces of some edges; their curves may leave them a little."""
        rows = self.rows[np.isin(self.owners, edges)].astype(np.float64)
        return np.concatenate([np.minimum(rows[:, :2], rows[:, 2:]), np.maximum(rows[:, :2], rows[:, 2:])], axis=1)

    def piece(self, index: int) -> tuple[Piece, bool]:
        """Return the points of a piece, and whether it is the last one of its edge."""
        points = self._edges[self.owners[index]].points
        stride = 3 if len(points) > 2 else 1
        start = int(self._places[index]) * stride
        return points[start : start + stride + 1], start + 2 * stride >= len(points)


def _flat_points(edges: Sequence[EdgePath], count: int) -> Floats:
    """The points of all routes, one after the other; shape ``(count, 2)``."""
    numbers = chain.from_iterable(chain.from_iterable(path.points for path in edges))
    return np.fromiter(numbers, dtype=np.float64, count=2 * count).reshape(count, 2)


def _bounds(points: Floats, begins: Ints) -> Floats:
    if not len(begins):
        return np.zeros((0, 4))
    low, high = np.minimum.reduceat(points, begins), np.maximum.reduceat(points, begins)
    return np.concatenate([low, high], axis=1)
