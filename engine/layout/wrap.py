"""Long levels folded into columns that stand side by side, like text in a newspaper."""

import math
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from engine.layout.compose import Composer, LanePlan, LevelPlan
from engine.layout.levels import Levels
from engine.layout.polylines import Floats
from engine.layout.problem import LayoutProblem
from engine.layout.threads import LOW, End, Piece, Threads

_LINE_PRICE = 90.0
"""A column may be this much longer or shorter, in pixels, for each edge less from column to column."""
_OVERVIEW = 250
_INNER = 1.8
"""In pictures of more nodes than these, which no screen holds, groups may be so many times longer before they are
folded: each turn bends the main path."""
_WORTH = 0.8
"""A level is folded only if it becomes shorter than this share of its length."""
_SAME = 1.0
CHANNEL = 26.0
"""Room at both ends of a level for the edges that go from column to column."""
COLUMN_GAP = 56.0


@dataclass(frozen=True, slots=True)
class _Part:
    """The ranks ``first`` to ``last`` make one column."""

    first: int
    last: int


def _longest(plan: LevelPlan, parts: list[_Part]) -> float:
    return max(plan.starts[part.last] + plan.lengths[part.last] - plan.starts[part.first] for part in parts)


class Wrapper:
    """Folds one level after the composer has planned it."""

    def __init__(self, problem: LayoutProblem, levels: Levels, threads: Threads, composer: Composer) -> None:
        self._problem = problem
        self._levels = levels
        self._threads = threads
        self._composer = composer

    def wrap(self, level: int) -> None:
        """Fold the level if it is too long."""
        plan = self._composer.plans[level]
        limit = self._problem.spacing.wrap_length
        if limit is None or len(plan.lengths) < 2:
            return
        if plan.length <= limit * (_INNER if level and len(self._problem.nodes) > _OVERVIEW else 1.0):
            return
        breadth = sum(lane.breadth for lane in plan.lanes.values())
        breadth += self._problem.spacing.lane_gap * (len(plan.lanes) - 1)
        aspect = self._problem.spacing.wrap_aspect
        count = min(round(math.sqrt(aspect * plan.length / max(breadth, 1.0))), len(plan.lengths))
        if count < 2:
            return
        parts, longest = self._fewest(level, plan, count)
        if longest > _WORTH * plan.length:
            return
        for lane, lane_plan in plan.lanes.items():
            self._move(level, lane, lane_plan, parts)
        self._restart(plan, parts, level)

    def _fewest(self, level: int, plan: LevelPlan, count: int) -> tuple[list[_Part], float]:
        """At most so many columns, or as few as are no longer, as large groups do not fill them evenly.

        Where they are not long, anyway, there are as few as fit: each column more bends the main path.
        """
        prices = _LINE_PRICE * np.array(self._crossing(level, len(plan.lengths))[: len(plan.starts)], dtype=np.float64)
        room = 0.0 if level else self._problem.spacing.wrap_room - 2 * CHANNEL
        parts = self._parts(plan, count, prices)
        longest = _longest(plan, parts)
        while len(parts) > 2:
            fewer = self._parts(plan, len(parts) - 1, prices)
            if _longest(plan, fewer) > max(longest + _SAME, room):
                break
            parts, longest = fewer, _longest(plan, fewer)
        return parts, longest

    def _parts(self, plan: LevelPlan, count: int, prices: Floats) -> list[_Part]:
        # A long level has very many ranks to cut at and is cut often.
        starts = np.array(plan.starts)
        parts: list[_Part] = []
        first = 0
        for index in range(1, count):
            target = plan.starts[0] + (plan.starts[-1] + plan.lengths[-1] - plan.starts[0]) * index / count
            if first + 1 >= len(plan.starts):
                break
            cut = first + 1 + int(np.argmin(prices[first + 1 :] + np.abs(starts[first + 1 :] - target)))
            parts.append(_Part(first, cut - 1))
            first = cut
        return [*parts, _Part(first, len(plan.lengths) - 1)]

    def _crossing(self, level: int, count: int) -> list[int]:
        """How many lines lead over the gap before each rank."""
        reach: dict[tuple[int, End], tuple[int, int]] = {}
        for lane in self._composer.plans[level].lanes:
            for index in self._threads.by_lane.get((level, lane), ()):
                piece = self._threads.pieces[index]
                low, high = self._rank_span(piece, count)
                reach[lane, piece.low] = (low, max(high, reach.get((lane, piece.low), (low, low))[1]))
        change = [0] * (count + 3)
        for low, high in reach.values():
            change[low + 1] += 1
            change[high + 1] -= 1
        return list(accumulate(change))[: count + 1]

    def _rank_span(self, piece: Piece, count: int) -> tuple[int, int]:
        low = -1 if piece.low[0] < 0 else self._levels.rank[piece.low[0]]
        return low, count if piece.high[0] < 0 else self._levels.rank[piece.high[0]]

    def _move(self, level: int, lane: int, plan: LanePlan, parts: list[_Part]) -> None:
        """Shift everything of a lane into the column of its part."""
        count = parts[-1].last + 1
        part_of = [index for index, part in enumerate(parts) for _ in range(part.first, part.last + 1)]
        lows, highs = [math.inf] * len(parts), [-math.inf] * len(parts)

        def cover(part: int, top: float, bottom: float) -> None:
            lows[part], highs[part] = min(lows[part], top), max(highs[part], bottom)

        pieces = [self._threads.pieces[index] for index in self._threads.by_lane.get((level, lane), ())]
        cells = self._levels.level_cells[level]
        parts_of = {place: part_of[self._levels.rank[cells[place]]] for place in plan.tops}
        for place, top in plan.tops.items():
            cover(parts_of[place], top, top + self._composer.item_breadth(cells[place], lane))
        for piece, bends in zip(pieces, plan.bends, strict=True):
            low = self._rank_span(piece, count)[0]
            for offset, bend in enumerate(bends, start=low + 1):
                cover(part_of[offset], bend, bend)
        shifts, position = [], 0.0
        for low_edge, high_edge in zip(lows, highs, strict=True):
            is_empty = math.isinf(low_edge)
            shifts.append(position - (0.0 if is_empty else low_edge))
            position += 0.0 if is_empty else high_edge - low_edge + COLUMN_GAP
            plan.channels.append(position - COLUMN_GAP / 2)
        plan.breadth = position - COLUMN_GAP
        plan.tops = {place: top + shifts[parts_of[place]] for place, top in plan.tops.items()}
        ports = [port for piece in pieces for cell, port in (piece.low, piece.high) if cell < 0]
        sides = [self._threads.ports[port].side for port in dict.fromkeys(ports)]
        plan.ports = [
            across + (shifts[0] if side == LOW else shifts[-1]) for across, side in zip(plan.ports, sides, strict=True)
        ]
        starts = [self._rank_span(piece, count)[0] + 1 for piece in pieces]
        plan.bends = [
            [bend + shifts[part_of[rank]] for rank, bend in enumerate(bends, start)]
            for start, bends in zip(starts, plan.bends, strict=True)
        ]

    def _restart(self, plan: LevelPlan, parts: list[_Part], level: int) -> None:
        """Let every column begin at the start of the level."""
        spacing = self._problem.spacing
        begin = (spacing.along_before if level else 0.0) + CHANNEL
        longest = 0.0
        for index, part in enumerate(parts):
            shift = plan.starts[part.first] - begin
            for rank in range(part.first, part.last + 1):
                plan.starts[rank] -= shift
                plan.parts.append(index)
            plan.ends.append(plan.starts[part.last] + plan.lengths[part.last] + 0.7 * CHANNEL)
            longest = max(longest, plan.starts[part.last] + plan.lengths[part.last])
        plan.length = longest + CHANNEL + (spacing.along_after if level else 0.0)
        plan.before = begin - CHANNEL / 2
