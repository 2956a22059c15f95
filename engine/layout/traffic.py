"""What a link has to keep off: boxes and headings altogether, edges that are there already if it can."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.layout.problem import Area, Point

_CLEARANCE = 3.0
_NEAR = 3.5
_LEVEL = 0.5
_SHARED_PRICE = 4.0
"""Running along a foreign edge costs as much as this many times the way around it."""
_CROSSING_PRICE = 14.0

Way = tuple[Point, ...]
"""Corners of a polyline of level and upright pieces."""

Table = npt.NDArray[np.float64]


class Obstacles:
    """Rectangles that no link may touch."""

    def __init__(self, nodes: Sequence[Area], headings: Sequence[Area]) -> None:
        areas = [*nodes, *headings]
        rows = [(area.along, area.end, area.across, area.bottom) for area in areas]
        self._table: Table = np.array(rows, dtype=np.float64).reshape(-1, 4)
        self._table += np.array((-_CLEARANCE, _CLEARANCE, -_CLEARANCE, _CLEARANCE))

    def free(self, ways: Sequence[Way], ends: tuple[int, int]) -> list[bool]:
        """For each way of level and upright pieces, whether it touches nothing but the two nodes at its ends."""
        pieces = _Pieces(ways)
        table = self._table[None, :, :]
        hit = (table[:, :, 0] < pieces.right) & (table[:, :, 1] > pieces.left)
        hit &= (table[:, :, 2] < pieces.bottom) & (table[:, :, 3] > pieces.top)
        # A link may touch the node at its own end with its last piece, but not come back under it.
        hit[pieces.firsts, ends[0]] = False
        hit[pieces.lasts, ends[1]] = False
        blocked = np.zeros(len(ways), dtype=np.bool_)
        blocked[pieces.owner[hit.any(axis=1)]] = True
        return (~blocked).tolist()


class Crowd:
    """Very many boxes, sorted along the flow, so that only those at the height of a curve are looked at."""

    def __init__(self, areas: Sequence[Area]) -> None:
        rows = np.array([(area.along, area.end, area.across, area.bottom) for area in areas], dtype=np.float64)
        self._order = np.argsort(rows[:, 0], kind="stable")
        self._along, self._end, self._across, self._bottom = rows[self._order].T
        self._longest = float((rows[:, 1] - rows[:, 0]).max())

    def is_touched(self, way: Way, ends: tuple[int, int]) -> bool:
        """Whether the rectangle around a curve touches a box other than those at its ends."""
        along, across = [point[0] for point in way], [point[1] for point in way]
        first = np.searchsorted(self._along, min(along) - self._longest)
        part = slice(first, np.searchsorted(self._along, max(along), side="right"))
        hit = (self._end[part] > min(along)) & (self._across[part] < max(across)) & (self._bottom[part] > min(across))
        return not set(self._order[part][hit].tolist()) <= set(ends)


class _Pieces:
    """All pieces of some ways as columns: sides, the way of each, and which are the first and last of their way."""

    def __init__(self, ways: Sequence[Way]) -> None:
        starts = np.array([corner for way in ways for corner in way[:-1]], dtype=np.float64)
        ends = np.array([corner for way in ways for corner in way[1:]], dtype=np.float64)
        low, high = np.minimum(starts, ends), np.maximum(starts, ends)
        self.left, self.top = low[:, 0, None], low[:, 1, None]
        self.right, self.bottom = high[:, 0, None], high[:, 1, None]
        counts = np.array([len(way) - 1 for way in ways])
        self.owner = np.repeat(np.arange(len(ways)), counts)
        self.lasts = np.cumsum(counts) - 1
        self.firsts = self.lasts - counts + 1

    def part(self, chosen: npt.NDArray[np.bool_]) -> Table:
        """Left, right, top and bottom of some of the pieces, as rows."""
        return np.stack([side[chosen, 0] for side in (self.left, self.right, self.top, self.bottom)])


class Traffic:
    """Straight pieces of edges, each with the nodes that its edge connects."""

    def __init__(self) -> None:
        self._rows: list[tuple[float, float, float, float, int, int]] = []
        self._table: Table = np.zeros((0, 6))
        self._count = 0

    def add_route(self, route: Sequence[Point], source: int, target: int) -> None:
        """Add a route of Bezier pieces; an S-curve counts as the line in its middle."""
        for start in range(0, len(route) - 3, 3):
            (a, b), (c, d) = route[start], route[start + 3]
            if abs(a - c) > _LEVEL and abs(b - d) > _LEVEL:
                a = c = (a + c) / 2
            self._rows.append((min(a, c), max(a, c), min(b, d), max(b, d), source, target))

    def prices(self, ways: Sequence[Way], source: int, target: int) -> list[float]:
        """What it costs each way to run along and across the edges of other nodes."""
        table = self._all_rows()
        table = table[(table[:, 4] != source) & (table[:, 5] != target)]
        if not len(table) or not ways:
            return [0.0] * len(ways)
        pieces = _Pieces(ways)
        runs_level = table[:, 3] - table[:, 2] <= _LEVEL
        levels, uprights = table[runs_level].T, table[~runs_level].T
        is_level = (pieces.bottom - pieces.top <= _LEVEL)[:, 0]
        price = np.zeros(len(is_level))
        # Pieces of one direction run beside each other, those of different ones cross.
        own = pieces.part(is_level)
        price[is_level] = _CROSSING_PRICE * _met(own, uprights) + _SHARED_PRICE * _beside(own, levels, 0)
        own = pieces.part(~is_level)
        price[~is_level] = _CROSSING_PRICE * _met(own, levels) + _SHARED_PRICE * _beside(own, uprights, 2)
        total: list[float] = np.bincount(pieces.owner, weights=price, minlength=len(ways)).tolist()
        return total

    def _all_rows(self) -> Table:
        """The pieces as a table, which grows by doubling."""
        if self._rows:
            needed = self._count + len(self._rows)
            if needed > len(self._table):
                grown = np.zeros((2 * needed, 6))
                grown[: self._count] = self._table[: self._count]
                self._table = grown
            self._table[self._count : needed] = self._rows
            self._count = needed
            self._rows.clear()
        return self._table[: self._count]


def _met(pieces: Table, rows: Table) -> Table:
    """How many of the rows each piece meets; both are columns of left, right, top and bottom."""
    left, right, top, bottom = pieces[:, :, None]
    hit = (rows[0] <= right) & (rows[1] >= left) & (rows[2] <= bottom) & (rows[3] >= top)
    met: Table = hit.sum(axis=1, dtype=np.float64)
    return met


def _beside(pieces: Table, rows: Table, axis: int) -> Table:
    """Over what length rows of the same direction run close beside each piece; ``axis`` 0: they are level."""
    other = 2 - axis
    length = np.minimum(rows[axis + 1], pieces[axis + 1, :, None]) - np.maximum(rows[axis], pieces[axis, :, None])
    is_beside = (np.abs(rows[other] - pieces[other, :, None]) < _NEAR) & (length > 0)
    total: Table = (length * is_beside).sum(axis=1)
    return total
