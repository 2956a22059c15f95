"""Routes of links: edges between lanes and edges too long for the ranks, through free channels where there are."""

from collections.abc import Iterator, Sequence
from itertools import product

from engine.layout.curves import rounded
from engine.layout.maze import Maze
from engine.layout.problem import Area, Point, Spacing
from engine.layout.traffic import Crowd, Obstacles, Traffic, Way
from engine.layout.ways import Ways

MOST_CHECKED = 700
"""In larger pictures links are plain curves: nobody follows them there, and checking them all would take long."""

MOST_LONG = 200
"""So many flow edges too long for the ranks are checked in larger pictures all the same."""
MOST_AROUND = 6000
"""In pictures with more boxes none are."""
MOST_LOOKED_AT = 12_000
"""In pictures with more boxes nobody looks whether curves run over boxes."""
MOST_WHOLE = 4
"""Where more long flow edges than this share an end in a picture that is not checked, each is drawn as a stub."""
_STUB_PX = 18.0
_NEIGHBOURS_PX = 30.0
"""Nodes of one stack that are further apart have another one between them."""
_SHOULDER = 0.25
"""Links leave and reach the sides of a node this share of its breadth off the middle, clear of the flow edges."""
_EXITS = (0.5, 0.72, 0.28)
"""Where along a node links leave and reach it on the side of the other lane."""
_BESIDE_PX = (10.0, 16.0)
"""How far beside a box links run along."""
_TRACKS = (0.0, -7.0, 7.0)
"""Links that share a channel keep this far apart, in pixels."""


class LinkRouter:
    """Finds the best way around everything: straight across, along a gap between columns, along a gap between lanes."""

    def __init__(
        self, areas: list[Area], lanes: dict[int, Area], headings: Sequence[Area], spacing: Spacing, traffic: Traffic
    ) -> None:
        self._areas = areas
        self._gap = spacing.column_gap / 2
        channels = [area.across - 0.6 * spacing.lane_gap for area in lanes.values()]
        channels.append(max((area.bottom for area in lanes.values()), default=0.0) + 0.4 * spacing.lane_gap)
        self._lanes = list(lanes.values())
        self._levels = [channel + track for channel, track in product(channels, _TRACKS)]
        self._is_small = len(areas) <= MOST_CHECKED
        self._obstacles: Obstacles | None = None
        self._traffic = traffic
        self._headings = headings
        self._maze: Maze | None = None
        self._boxes: Crowd | None = None

    def route(self, source: int, target: int, *, is_checked: bool = False) -> Way:
        """The route of one link; around all boxes in small pictures, and in larger ones where ``is_checked``."""
        found: Way = ()
        if self._is_small or is_checked:
            found = self._best(source, target) or self._search(source, target)
        route = rounded(found) if found else self._curve_or_stub(source, target)
        self._traffic.add_route(route, source, target)
        return route

    def _curve_or_stub(self, source: int, target: int) -> Way:
        """A plain curve where it runs over no other box."""
        curve = self._curve(source, target)
        if len(self._areas) > MOST_LOOKED_AT or not self._crowd().is_touched(curve, (source, target)):
            return curve
        return self.stub(source, target, at_source=False, rises=True)

    def _crowd(self) -> Crowd:
        if self._boxes is None:
            self._boxes = Crowd(self._areas)
        return self._boxes

    @property
    def finds_ways(self) -> bool:
        """Whether links go around all boxes: the picture is small."""
        return self._is_small

    def stub(self, source: int, target: int, *, at_source: bool, rises: bool) -> Way:
        """Only the beginning or the end of an edge: whole, it would run over all that lies between.

        Edges to a node that many share are drawn at their sources, edges from one at their targets. ``rises`` tells
        whether the edge runs along the flow, as values do and gradients do not.
        """
        near, far = (source, target) if at_source else (target, source)
        area, other = self._areas[near], self._areas[far]
        across = _shoulder(area, other.middle[1])
        length = min(_STUB_PX, self._gap)
        side, way = (area.end, length) if at_source == rises else (area.along, -length)
        ends: tuple[Point, Point] = ((side, across), (side + way, across))
        (ax, ay), (bx, by) = ends if at_source else ends[::-1]
        return ((ax, ay), (ax + (bx - ax) / 3, ay), (ax + (bx - ax) * 2 / 3, by), (bx, by))

    def beside(self, source: int, target: int) -> Way:
        """The route between two nodes of one stack: straight between neighbours, else through the gap beside it."""
        first, second = self._areas[source], self._areas[target]
        low, high = sorted((first, second), key=lambda area: area.across)
        is_near = high.across - low.bottom <= _NEIGHBOURS_PX
        ways = self._straight(source, target) if is_near else self._one_gap(source, target)
        found = next(ways, ())
        return rounded(found) if found else self._curve(source, target)

    def _search(self, source: int, target: int) -> Way:
        """A way with any number of corners."""
        if self._maze is None:
            self._maze = Maze(self._areas, self._headings)
        return self._maze.way(self._areas[source], self._areas[target]) if self._maze.is_usable else ()

    def _best(self, source: int, target: int) -> Way:
        """The cheapest free way, by length, corners and what it meets; empty when there is none."""
        first, second = self._areas[source], self._areas[target]
        if self._obstacles is None:
            self._obstacles = Obstacles(self._areas, self._headings)
        low, high = sorted((first.middle[1], second.middle[1]))
        # Ways that stay between both ends first.
        direct = [*self._straight(source, target), *self._one_gap(source, target)]
        between = [level for level in self._levels if low < level < high] + self._beside(first, second)
        beyond = [level for level in self._levels if not low < level < high]
        for whole, levels in ((direct, between), ([], beyond)):
            leave = [list(self._exits(first, second, level)) for level in levels]
            enter = [list(self._exits(second, first, level)) for level in levels]
            found = Ways(whole, leave, enter).best((source, target), self._obstacles, self._traffic)
            if found:
                return found
        return ()

    def _beside(self, first: Area, second: Area) -> list[float]:
        """Lines close beside both boxes of a lane: those between the lanes are far outside of all frames."""
        across = first.middle[1], second.middle[1]
        if not any(lane.across <= min(across) and max(across) <= lane.bottom for lane in self._lanes):
            return []
        sides = dict.fromkeys([(area.across, -1) for area in (first, second)])
        sides |= dict.fromkeys([(area.bottom, 1) for area in (first, second)])
        return [edge + sign * distance for edge, sign in sides for distance in _BESIDE_PX]

    def _straight(self, source: int, target: int) -> Iterator[Way]:
        first, second = self._areas[source], self._areas[target]
        left, right = max(first.along, second.along), min(first.end, second.end)
        if right - left < 12:
            return
        down = first.across < second.across
        ends = (first.bottom, second.across) if down else (first.across, second.bottom)
        if (ends[1] > ends[0]) == down:
            for share in _EXITS:
                along = left + share * (right - left)
                yield ((along, ends[0]), (along, ends[1]))

    def _one_gap(self, source: int, target: int) -> Iterator[Way]:
        first, second = self._areas[source], self._areas[target]
        start, end = _shoulder(first, second.middle[1]), _shoulder(second, first.middle[1])
        for channel in (*self._gaps(first), *self._gaps(second)):
            if not first.along <= channel <= first.end and not second.along <= channel <= second.end:
                yield (_side(first, channel, start), (channel, start), (channel, end), _side(second, channel, end))

    def _exits(self, area: Area, other: Area, level: float) -> Iterator[Way]:
        """Ways from a node to a line along the lanes, the last point on that line."""
        if level > area.bottom or level < area.across:
            edge = area.bottom if level > area.bottom else area.across
            for share in _EXITS:
                along = area.along + share * area.length
                yield ((along, edge), (along, level))
        start = _shoulder(area, level if other.middle[1] == area.middle[1] else other.middle[1])
        for gap in self._gaps(area):
            yield (_side(area, gap, start), (gap, start), (gap, level))

    def _curve(self, source: int, target: int) -> Way:
        first, second = self._areas[source], self._areas[target]
        start: Point = (first.end, first.middle[1])
        end: Point = (second.along, second.middle[1])
        reach = max(abs(end[0] - start[0]) / 3, 30.0)
        return (start, (start[0] + reach, start[1]), (end[0] - reach, end[1]), end)

    def _gaps(self, area: Area) -> tuple[float, ...]:
        return (area.end + self._gap, area.along - self._gap, area.end + self._gap - 6, area.along - self._gap + 6)


def _shoulder(area: Area, towards: float) -> float:
    """Across at which a link meets the side of ``area``: nearer to where the other end is."""
    sign = 1 if towards > area.middle[1] else -1
    return area.middle[1] + sign * _SHOULDER * area.breadth


def _side(area: Area, channel: float, across: float) -> Point:
    return (area.end if channel > area.end else area.along, across)
