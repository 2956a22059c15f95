"""Finds which of very many boxes touch a rectangle, without looking at each of them. Qt-free and immutable."""

import numpy as np
import numpy.typing as npt

from engine.drawing.drawing import Rect

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_RUN = 64
"""Neighbours of one size, for which one box around them is looked at first."""
_FEW = 60_000
"""So many boxes are looked at one by one: that takes less than looking for runs first."""
_STRIPE = 8.0
"""How high the stripe is in which neighbours are sought, in sizes of the boxes."""
_ROUNDED = 0.5
"""How far a corner may be off, in world units: they are kept in single precision."""

_Sides = tuple[npt.NDArray[np.float32], ...]


class BoxIndex:
    """Boxes given as rows of left, top, right, bottom; shape ``(count, 4)``."""

    def __init__(self, boxes: Floats) -> None:
        self._order: Ints | None = None
        self._around: _Sides = ()
        if len(boxes) <= _FEW:
            self._sides = _sides(boxes)
            return
        missing = -len(boxes) % _RUN
        order = _order(boxes)
        nowhere = np.array([[np.inf, np.inf, -np.inf, -np.inf]])
        self._order = np.concatenate([order, np.full(missing, -1)]).reshape(-1, _RUN)
        sides = _sides(np.concatenate([boxes[order], np.repeat(nowhere, missing, axis=0)]))
        self._sides = tuple(side.reshape(-1, _RUN) for side in sides)
        left, top, right, bottom = self._sides
        self._around = (left.min(axis=1), top.min(axis=1), right.max(axis=1), bottom.max(axis=1))

    def touching(self, rect: Rect, reach: float = 0.0) -> Ints:
        """Return in order the boxes that come as near as ``reach`` to a rectangle, perhaps a few more."""
        if self._order is None:
            return np.flatnonzero(_touches(self._sides, rect, reach))
        runs = np.flatnonzero(_touches(self._around, rect, reach))
        found: Ints = self._order[runs][_touches(tuple(side[runs] for side in self._sides), rect, reach)]
        found.sort()
        return found


def _sides(boxes: Floats) -> _Sides:
    return tuple(np.ascontiguousarray(boxes.T, dtype=np.float32))


def _touches(sides: _Sides, rect: Rect, reach: float) -> npt.NDArray[np.bool_]:
    left, top, right, bottom = sides
    far = reach + _ROUNDED
    touches = (left <= np.float32(rect.right + far)) & (right >= np.float32(rect.x - far))
    touches &= (top <= np.float32(rect.bottom + far)) & (bottom >= np.float32(rect.y - far))
    return touches


def _order(boxes: Floats) -> Ints:
    """The numbers of the boxes so that neighbours of one size follow each other."""
    extent = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    size = np.clip(np.ceil(np.log2(np.maximum(extent, 1.0))), 5, 40)
    stripe = np.floor((boxes[:, 1] + boxes[:, 3]) / 2 / (_STRIPE * 2.0**size))
    found: Ints = np.lexsort((boxes[:, 0] + boxes[:, 2], stripe, size))
    return found
