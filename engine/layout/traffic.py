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
Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Pieces:
    """All pieces of some ways as columns.

    Attributes:
        left: The lower end of each piece along the flow; ``right``, ``top`` and ``bottom`` likewise.
        is_level: Whether it runs along the flow.
        owner: Its way.
        starts: The first piece of each way, and at the end how many pieces there are.

    Args:
        corners: The corners of the ways, one way after the other.
        counts: How many corners each way has.
    """

    def __init__(self, corners: Table, counts: Counts) -> None:
        ends = np.cumsum(counts)
        is_inner = np.ones(len(corners) - 1, dtype=np.bool_)
        is_inner[ends[:-1] - 1] = False  # from the end of one way to the start of the next
        starts, stops = corners[:-1][is_inner], corners[1:][is_inner]
        # Columns: left, top, right, bottom.
        self._take(np.hstack((np.minimum(starts, stops), np.maximum(starts, stops))), counts - 1)

    def _take(self, table: Table, counts: Counts) -> None:
        self._table = table
        self._counts = counts
        self.left, self.top, self.right, self.bottom = table.T[:, :, None]
        self.is_level = self.bottom - self.top <= _LEVEL
        self.owner = np.arange(len(counts)).repeat(counts)
        self.starts = np.concatenate(([0], np.cumsum(counts)))

    def of_ways(self, first: int, last: int, is_chosen: Mask | None = None) -> "Pieces":
        """The pieces of the ways from ``first`` on, before ``last``, or of some of them; they are counted anew."""
        table, counts = self._table[self.starts[first] : self.starts[last]], self._counts[first:last]
        if is_chosen is not None:
            table, counts = table[is_chosen.repeat(counts)], counts[is_chosen]
        found = object.__new__(Pieces)
        found._take(table, counts)
        return found

    @classmethod
    def of(cls, ways: Sequence[Way]) -> "Pieces":
        """The pieces of ways that are given as points."""
        corners = np.array([corner for way in ways for corner in way], dtype=np.float64)
        return cls(corners, np.array([len(way) for way in ways]))


class Obstacles:
    """Rectangles that no link may touch."""

    def __init__(self, nodes: Sequence[Area], headings: Sequence[Area]) -> None:
        areas = [*nodes, *headings]
        rows = [(area.along, area.end, area.across, area.bottom) for area in areas]
        self._table: Table = np.array(rows, dtype=np.float64).reshape(-1, 4)
        self._table += np.array((-_CLEARANCE, _CLEARANCE, -_CLEARANCE, _CLEARANCE))
        self._sides = tuple(np.ascontiguousarray(side) for side in self._table.T)

    def is_free(self, pieces: Pieces, ends: tuple[int, int]) -> Mask:
        """For each way of level and upright pieces, whether it touches nothing but the two nodes at its ends."""
        left, right, top, bottom = self._sides
        hit = (left < pieces.right) & (right > pieces.left)
        hit &= (top < pieces.bottom) & (bottom > pieces.top)
        # A link may touch the node at its own end with its last piece, but not come back under it.
        hit[pieces.starts[:-1], ends[0]] = False
        hit[pieces.starts[1:] - 1, ends[1]] = False
        free = np.ones(len(pieces.starts) - 1, dtype=np.bool_)
        free[pieces.owner[hit.any(axis=1)]] = False
        return free


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

    def others(self, source: int, target: int) -> "Others":
        """The pieces of the edges that neither leave ``source`` nor enter ``target``."""
        table = self._all_rows()
        return Others(table[(table[:, 4] != source) & (table[:, 5] != target)])

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


class Others:
    """Pieces of other edges."""

    def __init__(self, table: Table) -> None:
        runs_level = table[:, 3] - table[:, 2] <= _LEVEL
        self._levels = np.ascontiguousarray(table[runs_level, :4].T)
        self._uprights = np.ascontiguousarray(table[~runs_level, :4].T)

    def prices(self, pieces: Pieces) -> list[float]:
        """What it costs each way to run along and across them."""
        around = (pieces.left.min(), pieces.right.max(), pieces.top.min(), pieces.bottom.max())
        levels, uprights = _near(self._levels, around), _near(self._uprights, around)
        is_level = pieces.is_level[:, 0]
        price = np.empty(len(is_level))
        # Pieces of one direction run beside each other, those of different ones cross.
        for own, same, other, across in ((is_level, levels, uprights, 2), (~is_level, uprights, levels, 0)):
            sides = [side[own] for side in (pieces.left, pieces.right, pieces.top, pieces.bottom)]
            price[own] = _CROSSING_PRICE * _met(sides, other) + _SHARED_PRICE * _beside(sides, same, across)
        total: list[float] = np.bincount(pieces.owner, weights=price, minlength=len(pieces.starts) - 1).tolist()
        return total


def _near(rows: Table, around: tuple[float, float, float, float]) -> Table:
    """The rows near a rectangle."""
    left, right, top, bottom = around
    near = (rows[0] <= right + _NEAR) & (rows[1] >= left - _NEAR)
    near &= (rows[2] <= bottom + _NEAR) & (rows[3] >= top - _NEAR)
    return rows[:, near]


def _met(pieces: list[Table], rows: Table) -> Table:
    """How many of the rows each piece meets; both are columns of left, right, top and bottom."""
    left, right, top, bottom = pieces
    hit = rows[0] <= right
    hit &= rows[1] >= left
    hit &= rows[2] <= bottom
    hit &= rows[3] >= top
    met: Table = hit.sum(axis=1, dtype=np.float64)
    return met


def _beside(pieces: list[Table], rows: Table, across: int) -> Table:
    """Over what length rows of the same direction run close beside each piece; ``across`` is the side they share."""
    which, row = (np.abs(rows[across] - pieces[across]) < _NEAR).nonzero()
    low, high = 2 - across, 3 - across
    length = np.minimum(rows[high][row], pieces[high][which, 0]) - np.maximum(rows[low][row], pieces[low][which, 0])
    total = np.bincount(which, weights=np.maximum(length, 0.0), minlength=len(pieces[0]))
    return total.astype(np.float64, copy=False)
