"""One level after the other, from the innermost outwards: order, place, and measure each lane of it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from engine.layout.levels import Levels
from engine.layout.likeness import Member, Pattern, Sketch, sketch_of
from engine.layout.net import THREAD_PX, Net, join
from engine.layout.place import Rod
from engine.layout.problem import LayoutProblem
from engine.layout.solver import solved
from engine.layout.threads import HIGH, LOW, End, Threads

LARGEST_ALIKE = 400
"""Levels with more cells are hardly ever alike."""
_TITLE_GAP = 10.0
_MOST_TITLE_ROOM = 160.0
"""How much broader a frame may become for its title."""


@dataclass(frozen=True, slots=True)
class MainStep:
    """A vertex of the main path: its layer, its breadth, and its cell (-1 for a port or a bend)."""

    layer: int
    breadth: float
    cell: int


@dataclass(slots=True)
class LanePlan:
    """One lane of one level: positions across, relative to the inner top."""

    cell_top: dict[int, float] = field(default_factory=dict)
    port: dict[int, float] = field(default_factory=dict)
    main: list["MainStep"] = field(default_factory=list)
    breadth: float = 0.0
    channels: list[float] = field(default_factory=list)
    """Free lines across, after each column of a folded level."""


@dataclass(slots=True)
class LevelPlan:
    """One level: where its columns start, how long they are, and its lanes."""

    starts: list[float] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    length: float = 0.0
    lanes: dict[int, LanePlan] = field(default_factory=dict)
    parts: list[int] = field(default_factory=list)
    """The column that each rank lies in; empty when the level is not folded."""
    before: float = 0.0
    """A free line along, before the columns of a folded level."""
    ends: list[float] = field(default_factory=list)
    """Free lines along, after each column of a folded level."""

    def is_fold(self, rank: int) -> bool:
        """Whether a new column begins after ``rank``."""
        return 0 <= rank < len(self.parts) - 1 and self.parts[rank] != self.parts[rank + 1]


class Composer:
    """Plans every level of a problem; the plans are in ``plans``, level by level."""

    def __init__(self, problem: LayoutProblem, levels: Levels, threads: Threads) -> None:
        self.plans: list[LevelPlan] = [LevelPlan() for _ in levels.level_cells]
        self._problem = problem
        self._levels = levels
        self._threads = threads
        self._title_room = [0.0] * len(problem.group_parents)
        self._lanes = sorted({node.lane for node in problem.nodes})
        self._gaps = (problem.spacing.row_gap, problem.spacing.thread_gap)
        self._patterns: dict[Hashable, Pattern] = {}
        self._patterns_of: dict[tuple[int, int], int] = {}
        self._lengths: dict[int, float] = {}

    def run(self, wrap: Callable[[int], None]) -> list[LevelPlan]:
        """Plan all levels, inner ones first (groups come after the groups around them).

        ``wrap`` is called for each level once it is planned and may fold it.
        """
        for level in range(len(self.plans) - 1, -1, -1):
            for lane in self._lanes:
                self._plan_lane(level, lane)
            self._plan_columns(level)
            wrap(level)
            if level > 0:
                self._make_title_room(level - 1)
        return self.plans

    def item_breadth(self, cell: int, lane: int) -> float:
        """Size of a cell across the flow in a lane; 0 when it has nothing there."""
        group = self._levels.cell_group[cell]
        spacing = self._problem.spacing
        if group >= 0:
            plan = self.plans[group + 1].lanes.get(lane)
            if plan is None:
                return 0.0
            return plan.breadth + self.inset(group, lane) + (spacing.across_after if lane == 0 else 0.0)
        nodes = self._levels.members[cell].get(lane, ())
        if len(nodes) == 1:
            return self._problem.nodes[nodes[0]].across
        total = sum(self._problem.nodes[node].across for node in nodes)
        notes = sum(self._problem.nodes[node].note for node in nodes[:-1])
        return total + notes + spacing.stack_gap * max(len(nodes) - 1, 0)

    def item_length(self, cell: int) -> float:
        """Size of a cell along the flow, the same in all lanes."""
        group = self._levels.cell_group[cell]
        if group >= 0:
            return self.plans[group + 1].length
        found = self._lengths.get(cell)
        if found is None:
            lanes = self._levels.members[cell].values()
            found = max([self._problem.nodes[node].along for nodes in lanes for node in nodes])
            self._lengths[cell] = found
        return found

    def offset(self, end: End, lane: int) -> float:
        """Where an edge attaches to a cell, measured from the cell's top."""
        cell, attached = end
        if attached < 0:
            group = self._levels.cell_group[cell]
            return self.inset(group, lane) + self.plans[group + 1].lanes[lane].port[~attached]
        return self.stack_offset(attached) + self._problem.nodes[attached].across / 2

    def first_middle(self, cell: int, lane: int) -> float:
        """Middle of the first node of a stack, or of a group."""
        nodes = self._levels.members[cell].get(lane)
        return (self._problem.nodes[nodes[0]].across if nodes else self.item_breadth(cell, lane)) / 2

    def inset(self, group: int, lane: int) -> float:
        """Distance from the edge of a group to its content; only in the forward lane there is a frame.

        A frame is broader where an edge would else run in through its title.
        """
        if lane > 0:
            return 0.0
        return self._problem.spacing.across_before + self._title_room[group]

    def entry(self, group: int) -> float | None:
        """The first place across at which an edge comes in past the title, from the edge of the content."""
        ports = self.plans[group + 1].lanes[0].port if 0 in self.plans[group + 1].lanes else {}
        return min((across for port, across in ports.items() if self._threads.ports[port].side == LOW), default=None)

    def _make_title_room(self, group: int) -> None:
        entry = self.entry(group)
        if entry is None or group >= len(self._problem.group_headings):
            return
        heading = self._problem.group_headings[group]
        missing = heading.bottom + _TITLE_GAP - self._problem.spacing.across_before - entry
        self._title_room[group] = min(max(missing, 0.0), _MOST_TITLE_ROOM)

    def stack_offset(self, node: int) -> float:
        """Top of a node within the stack of its cell and lane."""
        stack = self._levels.members[self._levels.node_cell[node]][self._problem.nodes[node].lane]
        offset = 0.0
        for other in stack if stack[0] != node else ():
            if other == node:
                break
            above = self._problem.nodes[other]
            offset += above.across + above.note + self._problem.spacing.stack_gap
        return offset

    def _plan_lane(self, level: int, lane: int) -> None:
        cells = self._levels.level_cells[level]
        pieces = [self._threads.pieces[index] for index in self._threads.by_lane.get((level, lane), ())]
        members = [self._member(cell, lane) for cell in cells]
        if not pieces and not any(member.breadth for member in members):
            return
        base = self._patterns_of.get((level, 0)) if lane else None
        sketch = sketch_of(cells, members, pieces, self._threads.ports, partial(self.offset, lane=lane), base)
        pattern = self._patterns.get(sketch.key) if len(cells) <= LARGEST_ALIKE else None
        if pattern is None:
            pattern = self._patterns[sketch.key] = self._pattern(level, lane, sketch)
        self._patterns_of[level, lane] = pattern.number
        plan = self.plans[level].lanes[lane] = LanePlan()
        plan.cell_top = {cells[index]: top for index, top in pattern.tops}
        plan.port = dict(zip(sketch.ports, pattern.ports, strict=True))
        plan.main = [MainStep(layer, size, cells[index] if index >= 0 else -1) for layer, size, index in pattern.main]
        plan.breadth = pattern.breadth
        for piece, bends in zip(pieces, pattern.bends, strict=True):
            piece.bends = bends

    def _member(self, cell: int, lane: int) -> Member:
        """What a cell is in a lane."""
        levels, nodes = self._levels, self._problem.nodes
        breadth = self.item_breadth(cell, lane)
        stack = levels.members[cell].get(lane, ())
        return Member(
            rank=levels.rank[cell],
            breadth=breadth,
            is_group=levels.cell_group[cell] >= 0,
            is_leaf=any(nodes[node].is_leaf for node in stack),
            first_middle=self.first_middle(cell, lane) if breadth else 0.0,
            home_middle=self.first_middle(cell, 0) if lane else 0.0,
        )

    def _pattern(self, level: int, lane: int, sketch: Sketch) -> Pattern:
        """Plan a lane."""
        net = self._net(level, lane)
        placed = solved(net, self._homes(level, lane, net), self._gaps)
        top, start = placed.top, placed.start
        place = {cell: index for index, cell in enumerate(self._levels.level_cells[level])}
        index_of = {vertex: place[cell] for cell, vertex in net.cells.items()}
        middles = [position - start + THREAD_PX / 2 for position in top]
        return Pattern(
            number=len(self._patterns),
            tops=tuple((place[cell], top[vertex] - start) for cell, vertex in net.cells.items()),
            ports=tuple(middles[net.ports[port]] for port in sketch.ports),
            bends=tuple(tuple(middles[bend] for bend in bends) for bends in net.bends.values()),
            main=tuple((layer, net.breadth[vertex], index_of.get(vertex, -1)) for vertex, layer in placed.main),
            breadth=max(position + size for position, size in zip(top, net.breadth, strict=True)) - start,
        )

    def _homes(self, level: int, lane: int, net: Net) -> dict[int, float]:
        """Where the vertices of a lane would stand if it were a copy of the forward lane."""
        base = self.plans[level].lanes.get(0)
        if lane == 0 or base is None:
            return {}
        homes = {}
        for cell, vertex in net.cells.items():
            if cell in base.cell_top:
                middle = base.cell_top[cell] + self.first_middle(cell, 0)
                homes[vertex] = middle - self.first_middle(cell, lane)
        return homes

    def _plan_columns(self, level: int) -> None:
        cells = self._levels.level_cells[level]
        count = max((self._levels.rank[cell] for cell in cells), default=-1) + 1
        plan = self.plans[level]
        plan.lengths = [0.0] * count
        for cell in cells:
            rank = self._levels.rank[cell]
            plan.lengths[rank] = max(plan.lengths[rank], self.item_length(cell))
        spacing = self._problem.spacing
        position = spacing.along_before if level else 0.0
        for length in plan.lengths:
            plan.starts.append(position)
            position += length + spacing.column_gap
        plan.length = position - (spacing.column_gap if count else 0.0) + (spacing.along_after if level else 0.0)

    def _net(self, level: int, lane: int) -> Net:
        breadths = {cell: self.item_breadth(cell, lane) for cell in self._levels.level_cells[level]}
        cells = [cell for cell, breadth in breadths.items() if breadth > 0]
        missing = self._missing_start(level, lane, cells)
        highest = max((self._levels.rank[cell] for cell in self._levels.level_cells[level]), default=0)
        net = Net([[] for _ in range(highest + 3)])
        base = self.plans[level].lanes.get(0)
        if lane > 0 and base is not None:
            cells.sort(key=lambda cell: base.cell_top.get(cell, 0.0))
        phantoms = [net.add(step.layer, step.breadth, is_thread=step.cell < 0) for step in missing[:-1]]
        for cell in cells:
            is_leaf = any(self._problem.nodes[node].is_leaf for node in self._levels.members[cell].get(lane, ()))
            layer = self._levels.rank[cell] + 1
            vertex = net.cells[cell] = net.add(layer, breadths[cell], is_thread=False, is_leaf=is_leaf)
            if self._levels.cell_group[cell] < 0:
                net.line[vertex] = self.first_middle(cell, lane)
        for index in self._threads.by_lane.get((level, lane), ()):
            self._add_piece(net, index, lane)
        strong = {rod.low for ways in net.strong for _, rod in ways}
        net.stored += [vertex for vertex in net.cells.values() if net.is_leaf[vertex] and vertex not in strong]
        for low, high in pairwise([*phantoms, *(net.cells[step.cell] for step in missing[-1:])]):
            middle = self.first_middle(missing[-1].cell, lane) if high not in phantoms else net.breadth[high] / 2
            join(net, Rod(low, high, net.breadth[low] / 2, middle, 2.0), 0, is_weak=False)
        return net

    def _missing_start(self, level: int, lane: int, cells: list[int]) -> list["MainStep"]:
        """The start of the forward main path as far as it has no counterpart in this lane, and the first step that has.

        An input that gets no gradient leaves its place free, so that what stands below it forward does so backward.
        """
        base = self.plans[level].lanes.get(0)
        if lane == 0 or base is None:
            return []
        present = set(cells)
        count = next((index for index, step in enumerate(base.main) if step.cell in present), 0)
        if count == 0 or self._is_fed(level, lane, base.main[count].cell):
            return []
        return base.main[: count + 1]

    def _is_fed(self, level: int, lane: int, cell: int) -> bool:
        pieces = (self._threads.pieces[index] for index in self._threads.by_lane.get((level, lane), ()))
        return any(piece.high[0] == cell and not piece.is_weak for piece in pieces)

    def _add_piece(self, net: Net, index: int, lane: int) -> None:
        piece = self._threads.pieces[index]
        low, low_layer, low_offset = self._vertex(net, piece.low, lane)
        high, high_layer, high_offset = self._vertex(net, piece.high, lane)
        previous, offset = low, low_offset
        net.bends[index] = []
        for layer in range(low_layer + 1, high_layer):
            bend = net.trunks.get((piece.low, layer), -1)
            if bend < 0:
                bend = net.trunks[piece.low, layer] = net.add(layer, THREAD_PX, is_thread=True)
                weight = 2.0 if previous == low else 6.0
                join(net, Rod(previous, bend, offset, THREAD_PX / 2, weight), 0, is_weak=piece.is_weak)
            net.bends[index].append(bend)
            previous, offset = bend, THREAD_PX / 2
        weight = 0.5 if piece.is_weak else 2.0
        # Nothing else comes to a port of the frame around; without a slot there, groups are alike more often.
        slot = piece.slot if piece.high[0] >= 0 else 0
        join(net, Rod(previous, high, offset, high_offset, weight), slot, is_weak=piece.is_weak)

    def _vertex(self, net: Net, end: End, lane: int) -> tuple[int, int, float]:
        """Vertex, layer and offset of an end."""
        cell, attached = end
        if cell >= 0:
            return net.cells[cell], self._levels.rank[cell] + 1, self.offset(end, lane)
        side = self._threads.ports[attached].side
        layer = {LOW: 0, HIGH: len(net.layers) - 1}[side]
        if attached not in net.ports:
            net.ports[attached] = net.add(layer, THREAD_PX, is_thread=True)
        return net.ports[attached], layer, THREAD_PX / 2
