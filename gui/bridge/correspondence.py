"""Which point of one drawing is which point of another, from boxes that are in both. Qt-free."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from engine.drawing.drawing import Point
from engine.graph.view import NodeKey
from gui.canvas.scene import Scene

Floats = npt.NDArray[np.float64]


class Correspondence:
    """Pairs of places in two drawings, and between them a smooth way over.

    Args:
        here: The middles of boxes, shape ``(pairs, 2)``.
        there: Where the same boxes are in the other drawing, shape ``(pairs, 2)``.
    """

    def __init__(self, here: Floats, there: Floats) -> None:
        self._here = here
        self._apart = there - here

    def __len__(self) -> int:
        return len(self._here)

    def over(self, point: Point, reach: float) -> Point:
        """Return the place in the other drawing: moved as the boxes are that lie nearest, within about ``reach``.

        Without pairs it is the same place.
        """
        if not len(self):
            return point
        squares = ((self._here - np.array(point)) ** 2).sum(axis=1)
        weights = 1.0 / (squares + reach * reach) ** 2
        dx, dy = (weights[:, None] * self._apart).sum(axis=0) / weights.sum()
        return (point[0] + float(dx), point[1] + float(dy))

    def turned(self) -> "Correspondence":
        """Return the same from the other drawing to this one."""
        return Correspondence(self._here + self._apart, self._here)


def correspondence(here: Scene, there: Scene, twins: Mapping[NodeKey, NodeKey]) -> Correspondence:
    """Return where the boxes of one scene are in another; ``twins`` names those that are in both."""
    pairs = [
        (here.index_of[one], there.index_of[other])
        for one, other in twins.items()
        if one in here.index_of and other in there.index_of
    ]
    places = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Correspondence(_middles(here)[places[:, 0]], _middles(there)[places[:, 1]])


def _middles(scene: Scene) -> Floats:
    boxes = scene.boxes
    return np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2], axis=1)
