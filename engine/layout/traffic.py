"""What a link has to keep off: boxes and headings altogether, edges that are there already if it can."""

from collections.abc import Sequence
from itertools import chain

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
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def pieces_of(ways: Sequence[Way]) -> tuple[Table, Places]:
    """The pieces of ways of at least one piece each, and where those of each way begin.

    A piece is a row of its left, top, right and bottom; left and right are measured along the flow.
    """
    counts = np.array([len(way) for way in ways], dtype=np.int64)
    corners = np.fromiter(chain.from_iterable(chain.from_iterable(ways)), dtype=np.float64).reshape(-1, 2)
    is_inner = np.ones(len(corners) - 1, dtype=np.bool_)
    is_inner[np.cumsum(counts)[:-1] - 1] = False  # from the end of one way to the start of the next
    starts, stops = corners[:-1][is_inner], corners[1:][is_inner]
    return np.hstack((np.minimum(starts, stops), np.maximum(starts, stops))), np.cumsum(counts - 1) - (counts - 1)


class Obstacles:
    """Rectangles that no link may touch."""

    def __init__(self, nodes: Sequence[Area], headings: Sequence[Area]) -> None:
        areas = [*nodes, *headings]
        rows = [(area.along, area.end, area.across, area.bottom) for area in areas]
        self._table: Table = np.array(rows, dtype=np.float64).reshape(-1, 4)
        self._table += np.array((-_CLEARANCE, _CLEARANCE, -_CLEARANCE, _CLEARANCE))
        self._sides = tuple(np.ascontiguousarray(side) for side in self._table.T)

    def hits(self, pieces: Table) -> Mask:
        """For each piece (a row) and each obstacle (a column), nodes first, whether the piece touches it."""
        left, right, top, bottom = self._sides
        hit: Mask = (left < pieces[:, 2:3]) & (right > pieces[:, 0:1])
        hit &= (top < pieces[:, 3:4]) & (bottom > pieces[:, 1:2])
        return hit

    def is_free(self, start: Point, end: Point, ends: tuple[int, int]) -> bool:
        """Whether a level or upright line touches nothing but the two nodes at the ends of its edge."""
        hit = self.hits(pieces_of([(start, end)])[0])
        hit[0, ends] = False
        return not hit.any()


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

    def others(self, source: int, target: int, around: Table) -> "Others":
        """The pieces near others of the edges that neither leave ``source`` nor enter ``target``."""
        table = self._all_rows()
        (left, top), (right, bottom) = around[:, :2].min(axis=0) - _NEAR, around[:, 2:].max(axis=0) + _NEAR
        near = (table[:, 0] <= right) & (table[:, 1] >= left) & (table[:, 2] <= bottom) & (table[:, 3] >= top)
        near &= (table[:, 4] != source) & (table[:, 5] != target)
        return Others(table[near])

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

    def prices(self, pieces: Table) -> Table:
        """What it costs each piece to run along and across them."""
        is_level = pieces[:, 3] - pieces[:, 1] <= _LEVEL
        price = np.zeros(len(pieces))
        # Pieces of one direction run beside each other, those of different ones cross.
        for own, same, other, across in (
            (is_level, self._levels, self._uprights, 1),
            (~is_level, self._uprights, self._levels, 0),
        ):
            if own.any():
                some = pieces[own]
                price[own] = _CROSSING_PRICE * _met(some, other) + _SHARED_PRICE * _beside(some, same, across)
        return price


def _met(pieces: Table, rows: Table) -> Table:
    """How many of the rows (left, right, top, bottom) each piece meets."""
    hit = rows[0] <= pieces[:, 2:3]
    hit &= rows[1] >= pieces[:, 0:1]
    hit &= rows[2] <= pieces[:, 3:4]
    hit &= rows[3] >= pieces[:, 1:2]
    met: Table = hit.sum(axis=1, dtype=np.float64)
    return met


def _beside(pieces: Table, rows: Table, across: int) -> Table:
    """Over what length rows of the same direction run close beside each piece; both share the side ``across``."""
    which, row = (np.abs(rows[2 * across] - pieces[:, across : across + 1]) < _NEAR).nonzero()
    along = 1 - across
    low, high = rows[2 * along][row], rows[2 * along + 1][row]
    length = np.minimum(high, pieces[which, along + 2]) - np.maximum(low, pieces[which, along])
    total = np.bincount(which, weights=np.maximum(length, 0.0), minlength=len(pieces))
    return total.astype(np.float64, copy=False)
