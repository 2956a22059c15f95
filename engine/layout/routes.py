"""Routes of flow edges: straight over the columns, S-curves in the gaps between them, never over a foreign node."""

from collections import defaultdict

from engine.layout.compose import LevelPlan
from engine.layout.curves import smooth
from engine.layout.levels import Levels
from engine.layout.problem import Area, LayoutProblem, Point
from engine.layout.threads import End, Threads
from engine.layout.traffic import Obstacles

_WIDEST_SPREAD = 15.0
_MARGIN = 24.0
_PARALLEL = 9.0
_TRACK = 4.5
_TRACKS = 5
_ROOM_TO_TURN = 12.0
_MOST_SPREAD = 8
"""More arrows than this meet in one point: they come along a common way."""


class FlowRouter:
    """Builds the routes of all edges that run through the free space of their lane."""

    def __init__(
        self,
        problem: LayoutProblem,
        levels: Levels,
        threads: Threads,
        plans: list[LevelPlan],
        origins: dict[tuple[int, int], Point],
        areas: list[Area],
        obstacles: Obstacles | None,
    ) -> None:
        self._problem = problem
        self._levels = levels
        self._threads = threads
        self._plans = plans
        self._origins = origins
        self._areas = areas
        self._obstacles = obstacles
        self._tracks: dict[tuple[int, int, End], int] = {}

    def routes(self) -> list[tuple[Point, ...]]:
        """A route for each edge, empty for those that do not flow through ranks."""
        knots = {index: self._knots(index) for index, hops in enumerate(self._threads.hops) if hops}
        self._separate_parallels(knots)
        self._spread(knots)
        return [smooth(knots[index]) if index in knots else () for index in range(len(self._threads.hops))]

    def _knots(self, index: int) -> list[Point]:
        """Corners of the polyline from source to target; two neighbours either share ``across`` or span a gap."""
        knots: list[Point] = []
        hops = self._threads.hops[index]
        for piece_index, rises in hops:
            part = self._piece_knots(piece_index)
            knots += part if rises else part[::-1]
        edge = self._problem.edges[index]
        source, target = self._areas[edge.source], self._areas[edge.target]
        # By rank, not by place: in a folded level what comes later may stand further up.
        knots[0] = (source.end if hops[0][1] else source.along, knots[0][1])
        knots[-1] = (target.along if hops[-1][1] else target.end, knots[-1][1])
        return knots

    def _piece_knots(self, piece_index: int) -> list[Point]:
        piece = self._threads.pieces[piece_index]
        plan = self._plans[piece.level]
        origin, top = self._origins[piece.level, piece.lane]
        starts, lengths = plan.starts, plan.lengths
        rank = -1 if piece.low[0] < 0 else self._levels.rank[piece.low[0]]
        across = top + self._across(piece.low, piece.lane, plan)
        if rank < 0:
            knots = [(origin, across), (origin + self._past_title(piece.level, plan), across)]
        else:
            end = origin + starts[rank] + lengths[rank]
            knots = [(end, across), (end, across)]
        for bend in piece.bends:
            if plan.parts:
                knots += self._turn(piece_index, rank, across, top + bend)
            rank += 1
            across, start = top + bend, origin + starts[rank]
            knots += ((start, across), (start + lengths[rank], across))
        enter = top + self._across(piece.high, piece.lane, plan)
        if plan.parts:
            knots += self._turn(piece_index, rank, across, enter)
        if piece.high[0] < 0:
            knots.append((origin + plan.length, enter))
        else:
            start = origin + starts[rank + 1]
            knots += ((start, enter), (start, enter))
        return knots

    def _past_title(self, level: int, plan: LevelPlan) -> float:
        """How far an edge runs straight on within a frame, so that it turns only where the title has ended."""
        headings = self._problem.group_headings
        if not 0 < level <= len(headings) or not plan.starts:
            return 0.0
        end = headings[level - 1].end
        return end if end < plan.starts[0] - _ROOM_TO_TURN else 0.0

    def _turn(self, piece_index: int, rank: int, leave: float, enter: float) -> list[Point]:
        """The way from the end of one column of a folded level to the start of the next."""
        piece = self._threads.pieces[piece_index]
        plan = self._plans[piece.level]
        if not plan.is_fold(rank):
            return []
        origin, top = self._origins[piece.level, piece.lane]
        # Edges that turn together keep a little apart.
        track = self._tracks.setdefault((piece.level, piece.lane, piece.low), len(self._tracks))
        shift = _TRACK * (track % _TRACKS - _TRACKS // 2)
        before, after = origin + plan.before + shift, origin + plan.ends[plan.parts[rank]] + shift
        between = top + plan.lanes[piece.lane].channels[plan.parts[rank]] + shift
        return [(after, leave), (after, between), (before, between), (before, enter)]

    def _across(self, end: End, lane: int, plan: LevelPlan) -> float:
        cell, attached = end
        if cell < 0:
            return plan.lanes[lane].port[attached]
        if attached >= 0:
            return self._areas[attached].middle[1] - self._origins[self._levels.cell_level[cell], lane][1]
        group = self._levels.cell_group[cell]
        inner = self._origins[group + 1, lane][1] + self._plans[group + 1].lanes[lane].port[~attached]
        return inner - self._origins[self._levels.cell_level[cell], lane][1]

    def _separate_parallels(self, knots: dict[int, list[Point]]) -> None:
        """Edges between the same two nodes run side by side."""
        same: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for index in knots:
            edge = self._problem.edges[index]
            same[edge.source, edge.target].append(index)
        for bundle in same.values():
            if len(bundle) == 1:
                continue
            step = min(_PARALLEL, 40.0 / len(bundle))
            for position, index in enumerate(bundle):
                shift = step * (position - (len(bundle) - 1) / 2)
                if shift:
                    knots[index] = [(along, across + shift) for along, across in knots[index]]

    def _spread(self, knots: dict[int, list[Point]]) -> None:
        """Arrows that end at the same side of a node end at different points; gradients also start so."""
        ends: defaultdict[tuple[int, bool], list[int]] = defaultdict(list)
        starts: defaultdict[int, list[int]] = defaultdict(list)
        for index, route in knots.items():
            edge = self._problem.edges[index]
            ends[edge.target, route[-1][0] > route[-2][0] or route[-1][0] > route[0][0]].append(index)
            if self._problem.nodes[edge.source].lane > 0:
                starts[edge.source].append(index)
        # What an edge comes from counts as it was before other ends of it were moved.
        came = {edge: _other_level(knots[edge][::-1]) for edges in ends.values() if _meets(edges) for edge in edges}
        goes = {edge: _other_level(knots[edge]) for edges in starts.values() if _meets(edges) for edge in edges}
        for (node, _), arriving in ends.items():
            for index, shift in _shifts(arriving, came, knots, -1, self._areas[node].breadth):
                knots[index] = self._shifted(knots[index][::-1], shift, index)[::-1]
        for node, leaving in starts.items():
            for index, shift in _shifts(leaving, goes, knots, 0, self._areas[node].breadth):
                knots[index] = self._shifted(knots[index], shift, index)

    def _shifted(self, route: list[Point], shift: float, index: int) -> list[Point]:
        """Move the start of a route sideways, as far as it runs straight on and nothing is in the way."""
        start = route[0][1]
        moved = [(along, across + shift) for along, across in route[:2]]
        for along, across in route[2:]:
            if abs(across - start) > 0.5:
                break
            point = (along, across + shift)
            if not self._is_free(moved[-1], point, index):
                break
            moved.append(point)
        while 2 < len(moved) < len(route) and not self._is_free(moved[-1], route[len(moved)], index):
            moved.pop()  # the way back to the old line must not lead over a box either
        return moved + route[len(moved) :]

    def _is_free(self, start: Point, end: Point, index: int) -> bool:
        if self._obstacles is None:
            return False
        edge = self._problem.edges[index]
        return self._obstacles.free([(start, end)], (edge.source, edge.target))[0]


def _other_level(route: list[Point]) -> float:
    """The first ``across`` that differs from that of the start, else that of the start."""
    start = route[0][1]
    for _, across in route:
        if abs(across - start) > 0.5:
            return across
    return start


def _meets(edges: list[int]) -> bool:
    """Whether edges meet in one point that have room to be spread."""
    return 1 < len(edges) <= _MOST_SPREAD


def _shifts(
    edges: list[int], other: dict[int, float], knots: dict[int, list[Point]], end: int, breadth: float
) -> list[tuple[int, float]]:
    """How far the ends of edges that meet are moved; ``other`` is where across each comes from."""
    if not _meets(edges):
        return []
    meeting = sorted((other[index], index) for index in edges)
    step = min(_WIDEST_SPREAD, max(breadth - _MARGIN, 8.0) / len(meeting))
    straight = [position for position, (came, index) in enumerate(meeting) if abs(came - knots[index][end][1]) <= 0.5]
    pivot = straight[len(straight) // 2] if straight else (len(meeting) - 1) / 2
    fixed = set(straight)
    return [(index, step * (position - pivot)) for position, (_, index) in enumerate(meeting) if position not in fixed]
