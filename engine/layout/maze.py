"""Ways through crowded pictures: the shortest one along the lines that run close beside the boxes.

Used where no simple way is free; the search is A* (Hart, Nilsson and Raphael, 1968) with a price for each corner.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush

import numpy as np

from engine.layout.problem import Area, Point

_MOST_LINES = 260
"""In pictures with more lines in one direction than this nothing is searched."""
_MOST_VISITED = 40_000
_BESIDE = 8.0
_CLEARANCE = 3.0
_SAME = 3.0
_CORNER_PRICE = 40.0

_Place = tuple[int, int, int]
"""Line along, line across, and the direction of arrival: 0 along, 1 across."""


class Maze:
    """The grid of all lines beside and through the middle of the boxes, and which of its pieces are free."""

    def __init__(self, nodes: Sequence[Area], headings: Sequence[Area]) -> None:
        self._along = _lines(at for area in nodes for at in (area.along - _BESIDE, area.middle[0], area.end + _BESIDE))
        self._across = _lines(
            at for area in nodes for at in (area.across - _BESIDE, area.middle[1], area.bottom + _BESIDE)
        )
        self.is_usable = max(len(self._along), len(self._across)) <= _MOST_LINES
        if self.is_usable:
            self._block([*nodes, *headings])

    def _block(self, areas: Sequence[Area]) -> None:
        """Mark the pieces from each crossing to the next one along and across that an area is in the way of."""
        shape = (len(self._along), len(self._across))
        along, across = np.ones(shape, dtype=np.bool_), np.ones(shape, dtype=np.bool_)
        for area in areas:
            left = bisect_left(self._along, area.along - _CLEARANCE)
            right = bisect_left(self._along, area.end + _CLEARANCE)
            top = bisect_left(self._across, area.across - _CLEARANCE)
            bottom = bisect_left(self._across, area.bottom + _CLEARANCE)
            along[max(left - 1, 0) : right, top:bottom] = False
            across[left:right, max(top - 1, 0) : bottom] = False
        self._is_open = (along.tolist(), across.tolist())

    def way(self, source: Area, target: Area) -> tuple[Point, ...]:
        """The best way from box to box; empty when there is none, or none was found in reasonable time."""
        goals = dict(self._doors(target))
        aim = target.middle
        came: dict[_Place, _Place | None] = {}
        queue: list[tuple[float, float, _Place, _Place | None]] = []
        first = {}
        for place, corner in self._doors(source):
            first[place] = corner
            heappush(queue, (self._distance(place, aim), 0.0, place, None))
        while queue and len(came) < _MOST_VISITED:
            _, walked, place, before = heappop(queue)
            if place in came:
                continue
            came[place] = before
            if place in goals:
                return self._corners(came, place, first, goals[place])
            for after, length in self._steps(place):
                if after not in came:
                    so_far = walked + length
                    heappush(queue, (so_far + self._distance(after, aim), so_far, after, place))
        return ()

    def _doors(self, area: Area) -> Iterator[tuple[_Place, Point]]:
        """Where a way can begin or end beside a box, with the point on the side of the box."""
        middle_along, middle_across = self._nearest(area.middle[0], area.middle[1])
        for value, edge in ((area.along - _BESIDE, area.along), (area.end + _BESIDE, area.end)):
            line, _ = self._nearest(value, 0.0)
            yield (line, middle_across, 0), (edge, self._across[middle_across])
        for value, edge in ((area.across - _BESIDE, area.across), (area.bottom + _BESIDE, area.bottom)):
            _, line = self._nearest(0.0, value)
            yield (middle_along, line, 1), (self._along[middle_along], edge)

    def _nearest(self, along: float, across: float) -> tuple[int, int]:
        return _closest(self._along, along), _closest(self._across, across)

    def _steps(self, place: _Place) -> Iterator[tuple[_Place, float]]:
        line, row, heading = place
        open_along, open_across = self._is_open
        turn = (_CORNER_PRICE if heading == 1 else 0.0, _CORNER_PRICE if heading == 0 else 0.0)
        if line + 1 < len(self._along) and open_along[line][row]:
            yield (line + 1, row, 0), turn[0] + self._along[line + 1] - self._along[line]
        if line > 0 and open_along[line - 1][row]:
            yield (line - 1, row, 0), turn[0] + self._along[line] - self._along[line - 1]
        if row + 1 < len(self._across) and open_across[line][row]:
            yield (line, row + 1, 1), turn[1] + self._across[row + 1] - self._across[row]
        if row > 0 and open_across[line][row - 1]:
            yield (line, row - 1, 1), turn[1] + self._across[row] - self._across[row - 1]

    def _distance(self, place: _Place, aim: Point) -> float:
        return abs(self._along[place[0]] - aim[0]) + abs(self._across[place[1]] - aim[1])

    def _corners(
        self, came: dict[_Place, _Place | None], last: _Place, first: dict[_Place, Point], end: Point
    ) -> tuple[Point, ...]:
        places = [last]
        while (before := came[places[-1]]) is not None:
            places.append(before)
        places.reverse()
        points = [first[places[0]], *((self._along[line], self._across[row]) for line, row, _ in places), end]
        corners = points[:1]
        for index in range(1, len(points) - 1):
            before_point, point, after_point = points[index - 1 : index + 2]
            is_straight = any(abs(before_point[k] - point[k]) < 0.01 > abs(after_point[k] - point[k]) for k in (0, 1))
            if not is_straight:
                corners.append(point)
        return (*corners, points[-1])


def _lines(values: Iterable[float]) -> list[float]:
    """The values in order, without those that are nearly equal."""
    lines: list[float] = []
    for value in sorted(values):
        if not lines or value - lines[-1] > _SAME:
            lines.append(value)
    return lines


def _closest(lines: list[float], value: float) -> int:
    position = bisect_left(lines, value)
    if position == 0:
        return 0
    if position == len(lines) or value - lines[position - 1] <= lines[position] - value:
        return position - 1
    return position
