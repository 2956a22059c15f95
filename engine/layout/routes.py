"""Routes of flow edges: straight over the columns, S-curves in the gaps between them, never over a foreign node."""

from dataclasses import replace

import numpy as np

from engine.layout.compose import LevelPlan
from engine.layout.curves import smooth
from engine.layout.levels import Levels
from engine.layout.polylines import Corners, Floats, Ints, Polylines, members
from engine.layout.problem import Area, LayoutProblem, Point
from engine.layout.threads import Threads
from engine.layout.traffic import Obstacles

_WIDEST_SPREAD = 15.0
_MARGIN = 24.0
_PARALLEL = 9.0
_PARALLELS_PX = 40.0
_CABLE_PX = 4.0
"""Edges between the same two nodes that are too many to tell apart lie together like the wires of a cable, so broad."""
MOST_APART = 8
"""More arrows than this meet in one point: they come along a common way."""
_LEVEL = 0.5
"""Ends that are less apart than this lie on one line."""


class FlowRouter:
    """Builds the routes of all edges that run through the free space of their lane.

    Attributes:
        edges: Those edges.
    """

    def __init__(
        self,
        problem: LayoutProblem,
        levels: Levels,
        threads: Threads,
        plans: list[LevelPlan],
        origins: dict[tuple[int, int], Point],
        ports: list[float],
        areas: list[Area],
        obstacles: Obstacles | None,
    ) -> None:
        self._corners = Corners(problem, levels, threads, plans, origins, ports, areas)
        self.edges = [index for index, hops in enumerate(threads.hops) if hops]
        flowing = [problem.edges[index] for index in self.edges]
        self._sources = np.array([edge.source for edge in flowing], dtype=np.int64)
        self._targets = np.array([edge.target for edge in flowing], dtype=np.int64)
        self._breadth = np.array([area.breadth for area in areas], dtype=np.float64)
        self._lane = np.array([node.lane for node in problem.nodes], dtype=np.int64)
        self._obstacles = obstacles

    def curves(self) -> Polylines:
        """A route for each of ``edges``."""
        if not self.edges:
            return Polylines(np.zeros(0), np.zeros(0), np.zeros(1, dtype=np.int64))
        lines = self._corners.of_edges(self.edges, self._sources, self._targets)
        return smooth(self._spread(self._separated(lines)))

    def _separated(self, lines: Polylines) -> Polylines:
        """Edges between the same two nodes run side by side, and very many as one cable."""
        pair = self._sources * len(self._lane) + self._targets
        names, bundle = np.unique(pair, return_inverse=True)
        if len(names) == len(pair):
            return lines
        group = _Groups(bundle, np.arange(len(bundle)))
        breadth = np.where(group.size > MOST_APART, _CABLE_PX, _PARALLELS_PX)
        step = np.minimum(_PARALLEL, breadth / group.size)
        shift = step * (group.position - (group.size - 1) / 2)
        return replace(lines, across=lines.across + shift.repeat(np.diff(lines.starts)))

    def _spread(self, lines: Polylines) -> Polylines:
        """Arrows that end at the same side of a node end at different points; gradients also start so."""
        along, starts, last = lines.along, lines.starts[:-1], lines.starts[1:] - 1
        comes_from_low = (along[last] > along[last - 1]) | (along[last] > along[starts])
        # What an edge comes from counts as it was before other ends of it were moved.
        came, goes = _other_levels(lines)
        everyone = np.arange(len(starts))
        lines = self._moved(lines, last, everyone, self._targets * 2 + comes_from_low, came)
        backward = np.flatnonzero(self._lane[self._sources] > 0)
        return self._moved(lines, starts, backward, self._sources * 2, goes)

    def _moved(self, lines: Polylines, ends: Ints, edges: Ints, side: Ints, other: Floats) -> Polylines:
        """Move the ends of edges that meet apart; ``other`` is where across each comes from or goes to."""
        across = lines.across[ends][edges]
        shift = _shifts(side[edges], across, other[edges], self._breadth[side[edges] // 2])
        moving = np.flatnonzero(shift)
        if not moving.size:
            return lines
        moved = lines.across.copy()
        if self._obstacles is None:
            inwards = np.where(ends == lines.starts[:-1], 1, -1)[edges[moving]]
            for corner in (ends[edges[moving]], ends[edges[moving]] + inwards):
                moved[corner] += shift[moving]
            return replace(lines, across=moved)
        for index in moving.tolist():
            edge = int(edges[index])
            part = slice(int(lines.starts[edge]), int(lines.starts[edge + 1]))
            route = list(zip(lines.along[part].tolist(), moved[part].tolist(), strict=True))
            is_start = ends[edge] == lines.starts[edge]
            route = self._shifted(route if is_start else route[::-1], float(shift[index]), edge, self._obstacles)
            moved[part] = [at for _, at in (route if is_start else route[::-1])]
        return replace(lines, across=moved)

    def _shifted(self, route: list[Point], shift: float, edge: int, obstacles: Obstacles) -> list[Point]:
        """Move the start of a route sideways, as far as it runs straight on and nothing is in the way."""
        ends = (int(self._sources[edge]), int(self._targets[edge]))
        start = route[0][1]
        moved = [(along, across + shift) for along, across in route[:2]]
        for along, across in route[2:]:
            if abs(across - start) > _LEVEL:
                break
            point = (along, across + shift)
            if not obstacles.is_free(moved[-1], point, ends):
                break
            moved.append(point)
        while 2 < len(moved) < len(route) and not obstacles.is_free(moved[-1], route[len(moved)], ends):
            moved.pop()  # the way back to the old line must not lead over a box either
        return moved + route[len(moved) :]


class _Groups:
    """Members of groups in their order: the place of each in its group, and how many it has.

    Attributes:
        order: The members, sorted by group and ``key``.
        position: For each member its place in its group.
        size: For each member how many its group has.
        start: For each member the place in ``order`` at which its group begins.
    """

    def __init__(self, group: Ints, *keys: Floats | Ints) -> None:
        self.order: Ints = np.lexsort((*reversed(keys), group))
        in_order = group[self.order]
        is_first = np.ones(len(group), dtype=np.bool_)
        is_first[1:] = in_order[1:] != in_order[:-1]
        counts = np.diff(np.append(np.flatnonzero(is_first), len(group)))
        self.position = np.empty(len(group), dtype=np.int64)
        self.position[self.order] = members(counts)
        self.size = np.empty(len(group), dtype=np.int64)
        self.size[self.order] = counts.repeat(counts)
        self.number = np.empty(len(group), dtype=np.int64)
        self.number[self.order] = np.repeat(np.arange(len(counts)), counts)


def _shifts(side: Ints, across: Floats, other: Floats, breadth: Floats) -> Floats:
    """How far the ends of edges that meet at one side of a node are moved; 0 for the one in the middle.

    Args:
        side: For each edge a number of the side of the node that it meets.
        across: Where it does so.
        other: Where across it comes from: they meet in this order.
        breadth: That of the node.
    """
    group = _Groups(side, other)
    is_straight = np.abs(other - across) <= _LEVEL
    # The middle one of the edges that come straight stays, and so do all others of those.
    straight = is_straight[group.order]
    before: Ints = np.cumsum(straight) - straight
    first = np.flatnonzero(group.position[group.order] == 0)
    count = np.bincount(group.number, weights=is_straight).astype(np.int64)
    which: Ints = before - before[first][group.number[group.order]]
    is_pivot = straight & (which == (count // 2)[group.number[group.order]])
    pivot = (np.bincount(group.number) - 1) / 2
    pivot[group.number[group.order][is_pivot]] = group.position[group.order][is_pivot]
    step = np.minimum(_WIDEST_SPREAD, np.maximum(breadth - _MARGIN, 8.0) / group.size)
    meets = (group.size > 1) & (group.size <= MOST_APART) & ~is_straight
    return np.where(meets, step * (group.position - pivot[group.number]), 0.0)


def _other_levels(lines: Polylines) -> tuple[Floats, Floats]:
    """For each line the last ``across`` that differs from that of its end, and the first that does from its start's."""
    starts, last = lines.starts[:-1], lines.starts[1:] - 1
    corner = np.arange(len(lines.across))
    counts = np.diff(lines.starts)
    off_end = np.abs(lines.across - lines.across[last].repeat(counts)) > _LEVEL
    off_start = np.abs(lines.across - lines.across[starts].repeat(counts)) > _LEVEL
    came = np.maximum.reduceat(np.where(off_end, corner, -1), starts)
    goes = np.minimum.reduceat(np.where(off_start, corner, len(corner)), starts)
    came_from = np.where(came < 0, lines.across[last], lines.across[came])
    goes_to = np.where(goes == len(corner), lines.across[starts], lines.across[np.minimum(goes, len(corner) - 1)])
    return came_from, goes_to
