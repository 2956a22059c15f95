"""The layout: ranks, order and positions of a whole problem, then the routes of its edges."""

from collections import Counter
from itertools import chain

import numpy as np

from engine.layout.compose import Composer, LevelPlan
from engine.layout.curves import points_of
from engine.layout.levels import Levels
from engine.layout.links import MOST_AROUND, MOST_CHECKED, MOST_LONG, MOST_WHOLE, LinkRouter
from engine.layout.polylines import Polylines
from engine.layout.problem import Area, EdgeRole, LayoutProblem, LayoutResult, Point
from engine.layout.routes import FlowRouter
from engine.layout.threads import Threads, threads_of
from engine.layout.traffic import Obstacles, Traffic, Way
from engine.layout.wrap import Wrapper

_LARGE_SLACK = 80.0
"""A leaf with more room than this in its column (beside an opened group) stands at the end, near its consumer."""


def lay_out(problem: LayoutProblem, *, across_first: bool = False) -> LayoutResult:
    """Place every node and route every edge; deterministic, and safe for cycles and for any depth.

    The method is layered layout (Sugiyama et al. 1981) for each opened group on its own, with edges cut at the frames
    that they cross, and with the backward pass mirrored into lanes of its own.

    Args:
        problem: What is laid out.
        across_first: Let the points of routes be (across, along).
    """
    placing, threads = _placed(problem)
    areas, frames = placing.areas(), placing.frames()
    obstacles = Obstacles(areas, placing.headings()) if len(areas) <= MOST_CHECKED else None
    ports = placing.ports(threads)
    flow = FlowRouter(problem, placing.levels, threads, placing.plans, placing.origins, ports, areas, obstacles)
    curves = flow.curves()
    links = _links(problem, placing, areas, threads.joined, flow.edges, curves)
    routes: list[Way] = [()] * len(problem.edges)
    for index, route in zip(flow.edges, points_of(curves, across_first=across_first), strict=True):
        routes[index] = route
    for index, route in links.items():
        routes[index] = tuple([(across, along) for along, across in route]) if across_first else route
    ranks = len(placing.plans[0].lengths)
    return LayoutResult(areas, routes, frames, placing.lanes, ranks, placing.entries(), _reach(curves, links))


def _reach(curves: Polylines, links: dict[int, Way]) -> Area | None:
    """The rectangle around all routes."""
    of_links = np.array(list(chain.from_iterable(links.values())), dtype=np.float64).reshape(-1, 2)
    points = [(curves.along, curves.across), (of_links[:, 0], of_links[:, 1])]
    sides = [(*map(np.min, columns), *map(np.max, columns)) for columns in points if columns[0].size]
    if not sides:
        return None
    table = np.array(sides)
    (along, across), (end, bottom) = table[:, :2].min(axis=0).tolist(), table[:, 2:].max(axis=0).tolist()
    return Area(along, across, end - along, bottom - across)


def places(problem: LayoutProblem) -> list[Area]:
    """Place every node as ``lay_out`` does, without routes, which is quicker."""
    return _placed(problem)[0].areas()


def _placed(problem: LayoutProblem) -> tuple["_Placing", Threads]:
    levels = Levels(problem)
    threads = threads_of(problem, levels)
    composer = Composer(problem, levels, threads)
    plans = composer.run(Wrapper(problem, levels, threads, composer).wrap)
    return _Placing(problem, levels, composer, plans), threads


def _links(
    problem: LayoutProblem,
    placing: "_Placing",
    areas: list[Area],
    joined: set[int],
    routed: list[int],
    curves: Polylines,
) -> dict[int, Way]:
    """The routes of all edges that are drawn and not ``routed`` along ``curves``."""
    edges = problem.edges
    done = bytearray(len(edges))
    for index in routed:
        done[index] = True
    missing = [index for index, edge in enumerate(edges) if not done[index] and edge.role is not EdgeRole.ORDER]
    flow = {index for index in missing if edges[index].role is EdgeRole.FLOW}
    # The main data of a larger picture keeps off its boxes, too, as long as few edges are too long for the ranks.
    is_checked = len(flow) - len(joined) <= MOST_LONG and len(areas) <= MOST_AROUND
    traffic = Traffic()
    if missing and (len(areas) <= MOST_CHECKED or is_checked):
        for index, route in zip(routed, points_of(curves, across_first=False), strict=True):
            traffic.add_route(route, edges[index].source, edges[index].target)
    links = LinkRouter(areas, placing.lanes, placing.headings(), problem.spacing, traffic)
    tails, heads = Counter([edges[index].source for index in flow]), Counter([edges[index].target for index in flow])
    cells = placing.levels.node_cell
    routes = {}
    for index in missing:
        source, target = edges[index].source, edges[index].target
        is_long = index in flow and not is_checked and not links.finds_ways
        if is_long and cells[source] == cells[target]:
            routes[index] = links.beside(source, target)
        elif index in joined or (is_long and max(tails[source], heads[target]) > MOST_WHOLE):
            at_source, rises = heads[target] > tails[source], problem.nodes[source].lane == 0
            routes[index] = links.stub(source, target, at_source=at_source, rises=rises)
        else:
            routes[index] = links.route(source, target, is_checked=is_checked and index in flow)
    return routes


class _Placing:
    """Turns relative positions into absolute ones, outer levels first.

    Attributes:
        levels: The nesting.
        plans: The plan of each level.
        origins: (level, lane) -> where the inside of the level begins.
        lanes: lane -> its part of the picture.
    """

    def __init__(self, problem: LayoutProblem, levels: Levels, composer: Composer, plans: list[LevelPlan]) -> None:
        self._problem = problem
        self.levels = levels
        self._composer = composer
        self.plans = plans
        self.origins: dict[tuple[int, int], Point] = {}
        self.lanes: dict[int, Area] = {}
        self._frames: dict[tuple[int, int], Area] = {}
        self._along = [0.0] * len(levels.rank)
        self._across = {lane: [0.0] * len(levels.rank) for lane in sorted({node.lane for node in problem.nodes})}
        self._place_lanes()
        for level in range(len(plans)):
            if level > 0:
                self._place_group(level - 1)
            self._place_cells(level)

    def _place_lanes(self) -> None:
        across = 0.0
        root = self.plans[0]
        for lane in sorted(root.lanes):
            self.origins[0, lane] = (0.0, across)
            self.lanes[lane] = Area(0.0, across, root.length, root.lanes[lane].breadth)
            across += root.lanes[lane].breadth + self._problem.spacing.lane_gap

    def _place_group(self, group: int) -> None:
        """Groups come after the groups around them, so the cell of this one is placed already."""
        cell = self.levels.group_cell[group]
        for lane in self.plans[group + 1].lanes:
            along, across = self._along[cell], self._across[lane][cell]
            breadth = self._composer.item_breadth(cell, lane)
            self._frames[group, lane] = Area(along, across, self.plans[group + 1].length, breadth)
            self.origins[group + 1, lane] = (along, across + self._composer.inset(group, lane))

    def _place_cells(self, level: int) -> None:
        """Put the cells of a level that has its place; each stands in the middle of its column."""
        plan, cells, rank = self.plans[level], self.levels.level_cells[level], self.levels.rank
        origin = next((self.origins[level, lane][0] for lane in plan.lanes), 0.0)
        lengths, along = self._composer.item_length, self._along
        for cell in cells:
            slack = plan.lengths[rank[cell]] - lengths[cell]
            along[cell] = origin + plan.starts[rank[cell]] + (self._share(cell, slack) * slack if slack else 0.0)
        for lane, of_lane in plan.lanes.items():
            top, across = self.origins[level, lane][1], self._across[lane]
            for place, at in of_lane.tops.items():
                across[cells[place]] = top + at

    def _share(self, cell: int, slack: float) -> float:
        """Where in its column a narrower cell stands: 0 at the start, 1 at the end."""
        members = self.levels.members[cell]
        if self.levels.cell_group[cell] < 0 and 0 not in members:
            return 0.0
        is_leaf = slack > _LARGE_SLACK and any(self._problem.nodes[node].is_leaf for node in members.get(0, ()))
        return 1.0 if is_leaf else 0.5

    def frames(self) -> dict[tuple[int, int], Area]:
        """(group, lane) -> frame."""
        return self._frames

    def entries(self) -> dict[int, float]:
        """Group -> where across the first edge comes in past its title."""
        entries = {group: self._composer.entry(group) for group, lane in self._frames if lane == 0}
        return {group: self.origins[group + 1, 0][1] + entry for group, entry in entries.items() if entry is not None}

    def ports(self, threads: Threads) -> list[float]:
        """Where across every port of a frame lies."""
        origins, places = self.origins, zip(threads.ports, self._composer.port_at, strict=True)
        return [origins[port.group + 1, port.lane][1] + across for port, across in places]

    def headings(self) -> list[Area]:
        """The places of all headings: of the forward frames and of the lanes."""
        found = []
        for group, heading in enumerate(self._problem.group_headings):
            if (group, 0) in self._frames:
                found.append(_shifted(heading, self._frames[group, 0]))
        of_lane = self._problem.lane_heading
        if of_lane is not None and len(self.lanes) > 1:
            found += [_shifted(of_lane, area) for area in self.lanes.values()]
        return found

    def areas(self) -> list[Area]:
        """The place of every node."""
        cells, lengths = self.levels.node_cell, self._composer.item_length
        return [
            Area(
                self._along[cell] + (lengths[cell] - node.along) / 2,
                self._across[node.lane][cell] + top,
                node.along,
                node.across,
            )
            for node, cell, top in zip(self._problem.nodes, cells, self._composer.stack_top, strict=True)
        ]


def _shifted(heading: Area, around: Area) -> Area:
    return Area(around.along + heading.along, around.across + heading.across, heading.length, heading.breadth)
