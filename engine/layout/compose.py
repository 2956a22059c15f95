"""One level after the other, from the innermost outwards: order, place, and measure each lane of it."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from engine.layout.levels import Levels
from engine.layout.likeness import MainStep, Member, Offsets, Pattern, Sketch, sketch_of
from engine.layout.net import THREAD_PX, Net, join
from engine.layout.place import Rod
from engine.layout.problem import LayoutProblem
from engine.layout.solver import solved
from engine.layout.threads import HIGH, LOW, End, Threads

_TITLE_GAP = 10.0
_MOST_TITLE_ROOM = 160.0
"""How much broader a frame may become for its title."""

_Sketches = dict[int, tuple[Sketch, Pattern]]
"""Lane -> how it looks, and its plan."""


@dataclass(slots=True)
class LanePlan:
    """One lane of one level: positions across, relative to the inner top.

    ``tops`` holds the tops of its cells by their places in the level, ``ports`` and ``bends`` those of its ports and of
    its pieces, in order.
    """

    tops: Mapping[int, float]
    ports: Sequence[float]
    bends: Sequence[Sequence[float]]
    main: Sequence[MainStep]
    breadth: float
    channels: list[float] = field(default_factory=list)
    """Free lines across, after each column of a folded level."""


@dataclass(slots=True)
class LevelPlan:
    """One level: where its columns start, how long they are, and its lanes. Levels that are alike share their plan."""

    starts: list[float] = field(default_factory=list)
    lengths: Sequence[float] = ()
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
    """Plans every level of a problem; the plans are in ``plans``, level by level.

    Attributes:
        stack_top: For each node its top within the stack of its cell and lane.
        item_length: The size of each cell along the flow, the same in all lanes; of groups once they are planned.
        port_at: Where each port lies across, relative to the inner top of its frame.
    """

    def __init__(self, problem: LayoutProblem, levels: Levels, threads: Threads) -> None:
        self.plans: list[LevelPlan] = [LevelPlan() for _ in levels.level_cells]
        self.stack_top = [0.0] * len(problem.nodes)
        self.item_length = [0.0] * len(levels.rank)
        self.port_at = [0.0] * len(threads.ports)
        self._problem = problem
        self._levels = levels
        self._threads = threads
        self._entries: dict[int, float] = {}
        self._title_room = [0.0] * len(problem.group_parents)
        self._lanes = sorted({node.lane for node in problem.nodes})
        self._gaps = (problem.spacing.row_gap, problem.spacing.thread_gap)
        self._patterns: dict[Hashable, Pattern] = {}
        self._known: dict[Hashable, LevelPlan] = {}
        self._middle = [0.0] * len(problem.nodes)
        self._members: dict[int, list[Member | None]] = {lane: [None] * len(levels.rank) for lane in self._lanes}
        self._measure_stacks()

    def run(self, wrap: Callable[[int], None]) -> list[LevelPlan]:
        """Plan all levels, inner ones first (groups come after the groups around them).

        ``wrap`` is called for each kind of level once it is planned and may fold it.
        """
        for level in range(len(self.plans) - 1, -1, -1):
            sketches = self._plan_lanes(level)
            lengths = self._column_lengths(level)
            key = (level == 0, lengths, *[(lane, pattern.number) for lane, (_, pattern) in sketches.items()])
            plan = self._known.get(key)
            if plan is None:
                plan = self._known[key] = self.plans[level]
                self._plan_columns(plan, lengths, is_inner=level > 0)
                wrap(level)
            self._take(level, plan, sketches)
        return self.plans

    def _take(self, level: int, plan: LevelPlan, sketches: _Sketches) -> None:
        """Give a level, its ports and its pieces their places."""
        self.plans[level] = plan
        pieces = self._threads.pieces
        for lane, (sketch, _) in sketches.items():
            of_lane = plan.lanes[lane]
            for port, across in zip(sketch.ports, of_lane.ports, strict=True):
                self.port_at[port] = across
            for index, bends in zip(self._threads.by_lane.get((level, lane), ()), of_lane.bends, strict=True):
                pieces[index].bends = bends
        if level > 0:
            self.item_length[self._levels.group_cell[level - 1]] = plan.length
            self._make_title_room(level - 1, sketches[0][0].ports if 0 in sketches else ())

    def _measure_stacks(self) -> None:
        """Find out how large each cell of nodes is, and where in its stack each node stands."""
        nodes, gap = self._problem.nodes, self._problem.spacing.stack_gap
        middle, tops, ranks = self._middle, self.stack_top, self._levels.rank
        for cell, members in enumerate(self._levels.members):
            longest = 0.0
            home = nodes[members[0][0]].across / 2 if 0 in members else 0.0
            for lane, stack in members.items():
                top, is_leaf = 0.0, False
                for index in stack:
                    node = nodes[index]
                    across = node.across
                    tops[index], middle[index] = top, top + across / 2
                    breadth = top + across
                    top = breadth + node.note + gap
                    is_leaf = is_leaf or node.is_leaf
                    longest = max(longest, node.along)
                first = middle[stack[0]]
                self._members[lane][cell] = (ranks[cell], breadth, False, is_leaf, first, home if lane else 0.0)
            self.item_length[cell] = longest

    def item_breadth(self, cell: int, lane: int) -> float:
        """Size of a cell across the flow in a lane; 0 when it has nothing there."""
        group = self._levels.cell_group[cell]
        if group >= 0:
            plan = self.plans[group + 1].lanes.get(lane)
            if plan is None:
                return 0.0
            return plan.breadth + self.inset(group, lane) + (self._problem.spacing.across_after if lane == 0 else 0.0)
        member = self._members[lane][cell]
        return 0.0 if member is None else member[1]

    def offset(self, end: End, lane: int) -> float:
        """Where an edge attaches to a cell, measured from the cell's top."""
        cell, attached = end
        if attached >= 0:
            return self._middle[attached]
        return self.inset(self._levels.cell_group[cell], lane) + self.port_at[~attached]

    def _offsets(self, lane: int) -> Offsets:
        return Offsets(self._middle, partial(self.offset, lane=lane))

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
        return self._entries.get(group)

    def _make_title_room(self, group: int, ports: Sequence[int]) -> None:
        entering = [self.port_at[port] for port in ports if self._threads.ports[port].side == LOW]
        if not entering:
            return
        entry = self._entries[group] = min(entering)
        if group < len(self._problem.group_headings):
            heading = self._problem.group_headings[group]
            missing = heading.bottom + _TITLE_GAP - self._problem.spacing.across_before - entry
            self._title_room[group] = min(max(missing, 0.0), _MOST_TITLE_ROOM)

    def _plan_lanes(self, level: int) -> _Sketches:
        """Plan all lanes of a level."""
        found: _Sketches = {}
        threads, plan, cells = self._threads, self.plans[level], self._levels.level_cells[level]
        for lane in self._lanes:
            pieces = [threads.pieces[index] for index in threads.by_lane.get((level, lane), ())]
            of_lane = self._members[lane]
            members = [of_lane[cell] or self._member(cell, lane) for cell in cells]
            if not pieces and not any(member[1] for member in members):
                continue
            base = found[0][1].number if lane and 0 in found else None
            sketch = sketch_of(self._levels.place, members, pieces, threads.ports, self._offsets(lane), base)
            pattern = self._patterns.get(sketch.key)
            if pattern is None:
                pattern = self._patterns[sketch.key] = self._pattern(level, lane, sketch)
            found[lane] = (sketch, pattern)
            plan.lanes[lane] = LanePlan(pattern.tops, pattern.ports, pattern.bends, pattern.main, pattern.breadth)
        return found

    def _member(self, cell: int, lane: int) -> Member:
        """What a group, or a cell of which nothing is in a lane, is there."""
        rank, home = self._levels.rank[cell], self.first_middle(cell, 0) if lane else 0.0
        if self._levels.cell_group[cell] < 0:
            return (rank, 0.0, False, False, 0.0, home)
        breadth = self.item_breadth(cell, lane)
        return (rank, breadth, True, False, breadth / 2, home)

    def _pattern(self, level: int, lane: int, sketch: Sketch) -> Pattern:
        """Plan a lane."""
        net = self._net(level, lane)
        placed = solved(net, self._homes(level, lane, net), self._gaps)
        top, start = placed.top, placed.start
        place = self._levels.place
        place_of = {vertex: place[cell] for cell, vertex in net.cells.items()}
        middles = [position - start + THREAD_PX / 2 for position in top]
        return Pattern(
            number=len(self._patterns),
            tops={place[cell]: top[vertex] - start for cell, vertex in net.cells.items()},
            ports=[middles[net.ports[port]] for port in sketch.ports],
            bends=[[middles[bend] for bend in bends] for bends in net.bends.values()],
            main=[MainStep(layer, net.breadth[vertex], place_of.get(vertex, -1)) for vertex, layer in placed.main],
            breadth=max(position + size for position, size in zip(top, net.breadth, strict=True)) - start,
        )

    def _homes(self, level: int, lane: int, net: Net) -> dict[int, float]:
        """Where the vertices of a lane would stand if it were a copy of the forward lane."""
        base = self.plans[level].lanes.get(0)
        if lane == 0 or base is None:
            return {}
        homes = {}
        for cell, vertex in net.cells.items():
            top = base.tops.get(self._levels.place[cell])
            if top is not None:
                homes[vertex] = top + self.first_middle(cell, 0) - self.first_middle(cell, lane)
        return homes

    def _column_lengths(self, level: int) -> tuple[float, ...]:
        """The length of every column: that of its longest cell."""
        rank, lengths = self._levels.rank, self.item_length
        found: list[float] = []
        for cell in self._levels.level_cells[level]:
            at = rank[cell]
            if at >= len(found):
                found += [0.0] * (at + 1 - len(found))
            found[at] = max(found[at], lengths[cell])
        return tuple(found)

    def _plan_columns(self, plan: LevelPlan, lengths: tuple[float, ...], *, is_inner: bool) -> None:
        spacing = self._problem.spacing
        plan.lengths = lengths
        position = spacing.along_before if is_inner else 0.0
        for length in lengths:
            plan.starts.append(position)
            position += length + spacing.column_gap
        plan.length = position - (spacing.column_gap if lengths else 0.0) + (spacing.along_after if is_inner else 0.0)

    def _net(self, level: int, lane: int) -> Net:
        breadths = {cell: self.item_breadth(cell, lane) for cell in self._levels.level_cells[level]}
        cells = [cell for cell, breadth in breadths.items() if breadth > 0]
        missing = self._missing_start(level, lane, cells)
        highest = max((self._levels.rank[cell] for cell in self._levels.level_cells[level]), default=0)
        net = Net([[] for _ in range(highest + 3)])
        base = self.plans[level].lanes.get(0)
        if lane > 0 and base is not None:
            cells.sort(key=lambda cell: base.tops.get(self._levels.place[cell], 0.0))
        phantoms = [net.add(step.layer, step.breadth, is_thread=step.place < 0) for step in missing[:-1]]
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
        of_level = self._levels.level_cells[level]
        for low, high in pairwise([*phantoms, *(net.cells[of_level[step.place]] for step in missing[-1:])]):
            is_phantom = high in phantoms
            middle = net.breadth[high] / 2 if is_phantom else self.first_middle(of_level[missing[-1].place], lane)
            join(net, Rod(low, high, net.breadth[low] / 2, middle, 2.0), 0, is_weak=False)
        return net

    def _missing_start(self, level: int, lane: int, cells: list[int]) -> Sequence[MainStep]:
        """The start of the forward main path as far as it has no counterpart in this lane, and the first step that has.

        An input that gets no gradient leaves its place free, so that what stands below it forward does so backward.
        """
        base = self.plans[level].lanes.get(0)
        if lane == 0 or base is None:
            return []
        present = {self._levels.place[cell] for cell in cells}
        count = next((index for index, step in enumerate(base.main) if step.place in present), 0)
        if count == 0 or self._is_fed(level, lane, self._levels.level_cells[level][base.main[count].place]):
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
