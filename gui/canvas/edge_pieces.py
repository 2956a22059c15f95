"""The routes of all edges of a scene, taken apart into pieces that can be found by place. Qt-free."""

import numpy as np

from engine.drawing.drawing import Rect
from gui.canvas.scene import Floats, Ints, Scene
from gui.canvas.trunks import Piece

_BULGE = 24.0
"""How far a curve may leave the rectangle around its ends."""


class EdgePieces:
    """Pieces in the order of their edges.

    Attributes:
        rows: The ends of each piece, x1, y1, x2, y2.
        owners: The edge that each belongs to.
        steps: The step at which something flows along it.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        counts = np.fromiter((_count(path.points) for path in scene.edges), dtype=np.int64, count=len(scene.edges))
        self.owners: Ints = np.repeat(np.arange(len(counts)), counts)
        self._places: Ints = np.arange(len(self.owners)) - np.repeat(np.cumsum(counts) - counts, counts)
        ends = (
            (*path.points[start], *path.points[start + step])
            for path in scene.edges
            for step in (_stride(path.points),)
            for start in range(0, len(path.points) - step, step)
        )
        self.rows: Floats = np.array(list(ends), dtype=np.float64).reshape(-1, 4)
        self.steps: Ints = scene.edge_steps[self.owners]
        first, second = self.rows[:, :2], self.rows[:, 2:]
        low, high = np.minimum(first, second).T, np.maximum(first, second).T
        self._left, self._top = np.ascontiguousarray(low)
        self._right, self._bottom = np.ascontiguousarray(high)

    def inside(self, area: Rect) -> Ints:
        """Return the pieces that touch a world rectangle, a little more than that perhaps."""
        touches = (self._left <= area.right + _BULGE) & (self._right >= area.x - _BULGE)
        touches &= (self._top <= area.bottom + _BULGE) & (self._bottom >= area.y - _BULGE)
        return np.flatnonzero(touches)

    def piece(self, index: int) -> tuple[Piece, bool]:
        """Return the points of a piece, and whether it is the last one of its edge."""
        points = self._scene.edges[self.owners[index]].points
        stride = _stride(points)
        start = int(self._places[index]) * stride
        return points[start : start + stride + 1], start + 2 * stride >= len(points)


def _stride(points: tuple[object, ...]) -> int:
    return 3 if len(points) > 2 else 1


def _count(points: tuple[object, ...]) -> int:
    return max(len(points) - 1, 0) // _stride(points)
