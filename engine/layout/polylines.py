"""The corners of all edges that flow through ranks, made for all of them at once.

An edge is a chain of pieces, one for each level that it runs through; a piece is a chain of *stations*: where it leaves
its low end, every rank that it passes, where it reaches its high end. A station has two corners with one ``across``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from engine.layout.compose import LevelPlan
from engine.layout.levels import Levels
from engine.layout.problem import Area, LayoutProblem, Point
from engine.layout.threads import Threads

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_TRACK = 4.5
_TRACKS = 5
_ROOM_TO_TURN = 12.0
_CORNERS_OF_STATION, _CORNERS_OF_TURN = 2, 4


@dataclass(frozen=True, slots=True)
class Polylines:
    """Corners of polylines, one after the other; polyline ``i`` begins at corner ``starts[i]``."""

    along: Floats
    across: Floats
    starts: Ints
    """One more than there are polylines: the last one is the number of corners."""


def members(counts: Ints) -> Ints:
    """For groups of so many members, the place of each member in its group."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


class Corners:
    """Builds the corners of edges from the plans of the levels.

    Args:
        origins: (level, lane) -> where the inside of the level begins.
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
    ) -> None:
        self._headings = problem.group_headings
        self._levels = levels
        self._threads = threads
        self._plans = plans
        self._origins = origins
        self._ports = np.array(ports, dtype=np.float64)
        self._along = np.array([area.along for area in areas], dtype=np.float64)
        self._end = self._along + np.array([area.length for area in areas], dtype=np.float64)
        self._middle = np.array([area.across + area.breadth / 2 for area in areas], dtype=np.float64)

    def of_edges(self, edges: Sequence[int], source: Ints, target: Ints) -> Polylines:
        """The polyline from source to target of each edge: two neighbours share ``across`` or span a gap."""
        hops = [self._threads.hops[edge] for edge in edges]
        table = np.fromiter(chain.from_iterable(chain.from_iterable(hops)), dtype=np.int64).reshape(-1, 2)
        piece, rises = table[:, 0], table[:, 1].astype(np.bool_)
        pieces = self._of_pieces(piece)
        counts = np.diff(pieces.starts)[piece]
        step = members(counts)
        # A piece that the edge runs against is read from its end.
        corner = pieces.starts[piece].repeat(counts)
        corner += np.where(rises.repeat(counts), step, counts.repeat(counts) - 1 - step)
        hop_counts = np.array([len(way) for way in hops], dtype=np.int64)
        ends = np.cumsum(hop_counts)
        starts = np.concatenate(([0], np.concatenate(([0], np.cumsum(counts)))[ends]))
        along, across = pieces.along[corner], pieces.across[corner]
        # By rank, not by place: in a folded level what comes later may stand further up.
        if len(edges):
            leaves, enters = rises[ends - hop_counts], rises[ends - 1]
            along[starts[:-1]] = np.where(leaves, self._end[source], self._along[source])
            along[starts[1:] - 1] = np.where(enters, self._along[target], self._end[target])
        return Polylines(along, across, starts)

    def _of_pieces(self, in_order: Ints) -> Polylines:
        """The polyline of every piece from its low to its high end; ``in_order`` is how edges need them."""
        pieces = self._threads.pieces
        level = np.array([piece.level for piece in pieces], dtype=np.int64)
        lane = np.array([piece.lane for piece in pieces], dtype=np.int64)
        place = _Places(self._plans, self._origins, level, lane)
        low_cell = np.array([piece.low[0] for piece in pieces], dtype=np.int64)
        high_cell = np.array([piece.high[0] for piece in pieces], dtype=np.int64)
        # -1 for the frame around stands at the end of the ranks, too.
        low_rank = np.array([*self._levels.rank, -1], dtype=np.int64)[low_cell]
        bends = np.array([len(piece.bends) for piece in pieces], dtype=np.int64)
        counts = bends + _CORNERS_OF_STATION
        starts = np.concatenate(([0], np.cumsum(counts)))
        across = np.empty(starts[-1])
        first, last = starts[:-1], starts[1:] - 1
        is_end = np.zeros(starts[-1], dtype=np.bool_)
        is_end[first] = is_end[last] = True
        passed = np.array(list(chain.from_iterable([piece.bends for piece in pieces])), dtype=np.float64)
        across[~is_end] = passed + place.top.repeat(bends)
        across[first] = self._attached(low_cell, [piece.low[1] for piece in pieces])
        across[last] = self._attached(high_cell, [piece.high[1] for piece in pieces])
        rank = np.repeat(low_rank, counts) + members(counts)
        owner = np.repeat(np.arange(len(pieces)), counts)
        start, end = place.columns(level[owner], rank, place.origin[owner])
        begin, close = start.copy(), end.copy()
        comes_in, goes_out = low_cell < 0, high_cell < 0
        lows, highs = first[~comes_in], last[~goes_out]
        begin[lows], close[highs] = end[lows], start[highs]
        frames, far = first[comes_in], last[goes_out]
        begin[frames] = place.origin[comes_in]
        close[frames] = place.origin[comes_in] + self._past_titles()[level[comes_in]]
        begin[far] = close[far] = place.origin[goes_out] + place.length[level[goes_out]]
        along = np.stack((begin, close), axis=1).ravel()
        polylines = Polylines(along, across.repeat(_CORNERS_OF_STATION), starts * _CORNERS_OF_STATION)
        turns = place.is_fold(level[owner], rank)
        turns[last] = False
        turning = np.flatnonzero(turns)
        return self._turned(polylines, turning, rank, owner, in_order) if turning.size else polylines

    def _attached(self, cell: Ints, ends: list[int]) -> Floats:
        """Where across pieces meet their ends: the middle of a node, or a port."""
        attached = np.array(ends, dtype=np.int64)
        found = np.empty(len(ends))
        is_node = (cell >= 0) & (attached >= 0)
        found[is_node] = self._middle[attached[is_node]]
        found[~is_node] = self._ports[np.where(cell < 0, attached, ~attached)[~is_node]]
        return found

    def _past_titles(self) -> Floats:
        """For each level how far an edge runs straight on within its frame: it turns only where the title has ended."""
        found = np.zeros(len(self._plans))
        for level, heading in enumerate(self._headings, start=1):
            starts = self._plans[level].starts
            if starts and heading.end < starts[0] - _ROOM_TO_TURN:
                found[level] = heading.end
        return found

    def _turned(self, lines: Polylines, turning: Ints, rank: Ints, owner: Ints, in_order: Ints) -> Polylines:
        """Insert the ways from the end of one column of a folded level to the start of the next.

        Args:
            lines: Polylines of all pieces.
            turning: The stations after which a new column begins.
            rank: The rank of each station.
            owner: The piece of each station.
            in_order: The pieces in the order in which edges need them: who comes first gets the first track.
        """
        along, across = np.empty((len(turning), 4)), np.empty((len(turning), 4))
        tracks: dict[tuple[int, int, tuple[int, int]], int] = {}
        for index in dict.fromkeys(in_order[np.isin(in_order, owner[turning])].tolist()):
            piece = self._threads.pieces[index]
            tracks.setdefault((piece.level, piece.lane, piece.low), len(tracks))
        for row, station in enumerate(turning.tolist()):
            piece = self._threads.pieces[owner[station]]
            plan = self._plans[piece.level]
            origin, top = self._origins[piece.level, piece.lane]
            # Edges that turn together keep a little apart.
            track = tracks[piece.level, piece.lane, piece.low]
            shift = _TRACK * (track % _TRACKS - _TRACKS // 2)
            column = plan.parts[rank[station]]
            before, after = origin + plan.before + shift, origin + plan.ends[column] + shift
            between = top + plan.lanes[piece.lane].channels[column] + shift
            leave, enter = lines.across[2 * station], lines.across[2 * station + 2]
            along[row], across[row] = (after, after, before, before), (leave, between, between, enter)
        after_corner = np.repeat(2 * turning + 2, _CORNERS_OF_TURN)
        turned = np.bincount(owner[turning], minlength=len(lines.starts) - 1) * _CORNERS_OF_TURN
        return Polylines(
            np.insert(lines.along, after_corner, along.ravel()),
            np.insert(lines.across, after_corner, across.ravel()),
            lines.starts + np.concatenate(([0], np.cumsum(turned))),
        )


class _Places:
    """Where levels and their columns lie, as columns; ``top`` and ``origin`` are those of the level of each piece."""

    def __init__(self, plans: list[LevelPlan], origins: dict[tuple[int, int], Point], level: Ints, lane: Ints) -> None:
        along = np.zeros((len(plans), max(lane.max(initial=0), *(lane for _, lane in origins), 0) + 1))
        across = np.zeros_like(along)
        for at, corner in origins.items():
            along[at], across[at] = corner
        self.origin, self.top = along[level, lane], across[level, lane]
        self.length = np.array([plan.length for plan in plans])
        counts = np.array([len(plan.lengths) for plan in plans], dtype=np.int64)
        self._count = counts
        self._offset = np.cumsum(counts) - counts
        self._starts = np.array(list(chain.from_iterable([plan.starts for plan in plans])), dtype=np.float64)
        self._lengths = np.array(list(chain.from_iterable([plan.lengths for plan in plans])), dtype=np.float64)
        parts = [plan.parts or [0] * len(plan.lengths) for plan in plans]
        self._parts = np.array(list(chain.from_iterable(parts)), dtype=np.int64)

    def columns(self, level: Ints, rank: Ints, origin: Floats) -> tuple[Floats, Floats]:
        """Where the columns of some ranks begin and end; without meaning for a rank that its level has not."""
        index = np.clip(self._offset[level] + rank, 0, max(len(self._starts) - 1, 0))
        start = origin + self._starts[index]
        return start, start + self._lengths[index]

    def is_fold(self, level: Ints, rank: Ints) -> Mask:
        """Whether a new column of a folded level begins after a rank."""
        index = np.clip(self._offset[level] + rank, 0, max(len(self._parts) - 2, 0))
        if len(self._parts) < 2:
            return np.zeros(len(rank), dtype=np.bool_)
        found: Mask = (rank >= 0) & (rank < self._count[level] - 1)
        found &= self._parts[index] != self._parts[index + 1]
        return found
