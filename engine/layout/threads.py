"""Edges cut at the frames that they cross: one piece in every level that they run through."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from msgspec import Struct

from engine.layout.levels import Levels
from engine.layout.problem import EdgeRole, LayoutEdge, LayoutProblem

LONGEST_SPAN = 60
"""Edges that pass more ranks than this are not expanded; they are drawn around as links."""

MANY_CELLS = 1000
LONGEST_SPAN_OF_MANY = 16
"""The same for pictures with more than ``MANY_CELLS`` cells."""

_CROWDED = 700
_MOST_JOINED = 60
"""In pictures of more than so many nodes an edge over frames is not expanded either where more than so many such edges
leave its source or reach its target: nobody can follow one of them, and all together they push boxes apart."""

LOW, HIGH = 0, 1
"""The two sides of a frame along the flow."""

End = tuple[int, int]
"""(cell, node) or (cell, ``~port`` of that cell's frame), or (-1, port) for a port of the frame around the level."""


@dataclass(frozen=True, slots=True)
class Port:
    """Where edges of one low end cross the frame of a group in a lane."""

    group: int
    lane: int
    side: int


class Piece(Struct, gc=False):
    """The part of one or more edges within one level and lane."""

    level: int
    lane: int
    low: End
    high: End
    slot: int
    is_weak: bool
    bends: Sequence[float] = ()
    """Positions across, relative to the level's lane, at the ranks between both ends."""


@dataclass(slots=True)
class Threads:
    """All pieces and ports; ``hops[e]`` lists the pieces of edge ``e`` from source to target.

    A hop is (piece, whether the edge runs towards higher ranks). Edges without hops are drawn as links.
    """

    pieces: list[Piece] = field(default_factory=list)
    ports: list[Port] = field(default_factory=list)
    hops: list[Sequence[tuple[int, bool]]] = field(default_factory=list)
    by_lane: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    """(level, lane) -> pieces."""
    joined: set[int] = field(default_factory=set)
    """Edges of which one of the ends has too many to follow."""
    _port_index: dict[tuple[int, int, int, int], int] = field(default_factory=dict)
    _piece_index: dict[tuple[End, End], int] = field(default_factory=dict)

    def port(self, group: int, lane: int, side: int, origin: int) -> int:
        """The port of a frame for edges that share the node ``origin`` as their low end."""
        key = (group, lane, side, origin)
        found = self._port_index.get(key)
        if found is None:
            found = self._port_index[key] = len(self.ports)
            self.ports.append(Port(group, lane, side))
        return found

    def piece(self, level: int, lane: int, low: End, high: End, edge: LayoutEdge) -> int:
        """The piece between two ends, shared by all edges that need it."""
        pieces = self.pieces
        found = self._piece_index.setdefault((low, high), len(pieces))
        if found == len(pieces):
            pieces.append(Piece(level, lane, low, high, edge.slot, edge.is_weak))
            of_lane = self.by_lane.get((level, lane))
            if of_lane is None:
                of_lane = self.by_lane[level, lane] = []
            of_lane.append(found)
        elif not edge.is_weak:
            pieces[found].is_weak = False
        return found


def threads_of(problem: LayoutProblem, levels: Levels) -> Threads:
    """Cut every flow edge at the frames that it crosses."""
    threads = Threads()
    rank, level = levels.rank, levels.cell_level
    highest = [max([rank[cell] for cell in cells_of], default=0) for cells_of in levels.level_cells]
    longest = LONGEST_SPAN if len(rank) <= MANY_CELLS else LONGEST_SPAN_OF_MANY
    lanes = [node.lane for node in problem.nodes]
    tails, heads = _hubs(problem, levels)
    hops, piece, lifts = threads.hops, threads.piece, levels.lifts
    for index, (edge, (low, high)) in enumerate(zip(problem.edges, levels.meets, strict=True)):
        source, target = edge.source, edge.target
        lane, span = lanes[source], rank[high] - rank[low]
        if edge.role is not EdgeRole.FLOW or lane != lanes[target] or not 0 < abs(span) <= longest:
            hops.append(())
        elif index not in lifts:
            if span > 0:
                hops.append(((piece(level[low], lane, (low, source), (high, target), edge), True),))
            else:
                hops.append(((piece(level[low], lane, (high, target), (low, source), edge), False),))
        elif source in tails or target in heads:
            threads.joined.add(index)
            hops.append(())
        else:
            hops.append(_hops(levels, threads, highest, longest, edge, lane, lifts[index]))
    return threads


def _hubs(problem: LayoutProblem, levels: Levels) -> tuple[set[int], set[int]]:
    """Nodes that very many edges leave over frames, and nodes that very many reach."""
    if len(problem.nodes) <= _CROWDED:
        return set(), set()
    edges = problem.edges
    crossing = [edges[index] for index in levels.lifts if edges[index].role is EdgeRole.FLOW]
    tails, heads = Counter([edge.source for edge in crossing]), Counter([edge.target for edge in crossing])
    return _frequent(tails), _frequent(heads)


def _frequent(counts: Counter[int]) -> set[int]:
    return {node for node, count in counts.items() if count > _MOST_JOINED}


def _hops(
    levels: Levels,
    threads: Threads,
    highest: list[int],
    longest: int,
    edge: LayoutEdge,
    lane: int,
    lift: tuple[list[int], list[int]],
) -> Sequence[tuple[int, bool]]:
    """The pieces of an edge that crosses frames."""
    outwards, back = lift
    ranks, level, group = levels.rank, levels.cell_level, levels.cell_group
    rises = ranks[back[-1]] > ranks[outwards[-1]]
    spans = [_span(levels, highest, cell, to_high=rises) for cell in outwards[:-1]]
    spans += [_span(levels, highest, cell, to_high=not rises) for cell in back[:-1]]
    if max(spans) > longest:
        return ()
    # A value fans out from its source; gradients of it come together at the node that mirrors that source.
    origin = edge.source if lane == 0 else edge.target
    hops = []
    leaving, entering = (HIGH, LOW) if rises else (LOW, HIGH)
    leave: End = (outwards[0], edge.source)
    for cell, around in pairwise(outwards):
        port = threads.port(group[around], lane, leaving, origin)
        low, high = (leave, (-1, port)) if rises else ((-1, port), leave)
        hops.append((threads.piece(level[cell], lane, low, high, edge), rises))
        leave = (around, ~port)
    enter: End = (back[0], edge.target)
    last = []
    for cell, around in pairwise(back):
        port = threads.port(group[around], lane, entering, origin)
        low, high = ((-1, port), enter) if rises else (enter, (-1, port))
        last.append((threads.piece(level[cell], lane, low, high, edge), rises))
        enter = (around, ~port)
    low, high = (leave, enter) if rises else (enter, leave)
    hops.append((threads.piece(level[outwards[-1]], lane, low, high, edge), rises))
    return hops + last[::-1]


def _span(levels: Levels, highest: list[int], cell: int, *, to_high: bool) -> int:
    rank = levels.rank[cell]
    return highest[levels.cell_level[cell]] + 1 - rank if to_high else rank + 1
