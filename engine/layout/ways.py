"""The ways that a link may take, priced by length, by corners and by what they meet.

Most ways consist of an arm out of either box and of the line between them; very many ways share few arms, so that each
arm is looked at once, and only the lines of the cheapest pairs of arms are.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np

from engine.layout.traffic import Mask, Obstacles, Others, Places, Table, Traffic, Way, pieces_of

_CORNER_PRICE = 18.0
_BATCH = 16


class Ways:
    """The ways of one link.

    Args:
        whole: Ways from box to box.
        leave: For each line that a link may run along, arms from the source to it.
        enter: For each of these lines, arms from the target to it.
    """

    def __init__(self, whole: Sequence[Way], leave: Sequence[Sequence[Way]], enter: Sequence[Sequence[Way]]) -> None:
        arms = [*chain.from_iterable(leave), *chain.from_iterable(enter)]
        self._ways = [*whole, *arms]
        self._whole = len(whole)
        self._enter_from = len(whole) + sum(map(len, leave))
        lines = [number for side in (leave, enter) for number, some in enumerate(side) for _ in some]
        self._line = np.array([-1] * len(whole) + lines, dtype=np.int64)

    def best(self, ends: tuple[int, int], obstacles: Obstacles, traffic: Traffic) -> Way:
        """The cheapest way that touches nothing but the two nodes at its ends; empty when there is none."""
        if not self._ways:
            return ()
        pieces, starts = pieces_of(self._ways)
        is_free = self._free(pieces, starts, ends, obstacles)
        others = traffic.others(*ends, pieces)
        lengths = np.hypot(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1])
        corners = np.diff(np.append(starts, len(pieces))) - 1
        # Rounded, so that of ways that cost the same the one found first is taken.
        cost = np.add.reduceat(lengths + others.prices(pieces), starts) + _CORNER_PRICE * corners
        cost = np.where(is_free, np.round(cost, 6), np.inf)
        best = int(np.argmin(cost[: self._whole])) if self._whole else -1
        lowest = float(cost[best]) if best >= 0 else np.inf
        pair = self._best_pair(cost, lowest, obstacles, others)
        if pair is not None:
            return (*self._ways[pair[0]], *reversed(self._ways[pair[1]]))
        return self._ways[best] if lowest < np.inf else ()

    def _free(self, pieces: Table, starts: Places, ends: tuple[int, int], obstacles: Obstacles) -> Mask:
        """Which ways and arms touch nothing else; they may touch the box at their end, but not come back under it."""
        hit = obstacles.hits(pieces)
        hit[starts[: self._enter_from], ends[0]] = False
        hit[starts[self._enter_from :], ends[1]] = False
        last = np.append(starts[1:], len(pieces))[: self._whole] - 1
        hit[last, ends[1]] = False
        return ~np.logical_or.reduceat(hit.any(axis=1), starts)

    def _best_pair(self, cost: Table, lowest: float, obstacles: Obstacles, others: Others) -> tuple[int, int] | None:
        """The two arms of the cheapest way that costs less than ``lowest``."""
        leave = np.flatnonzero(cost[self._whole : self._enter_from] < np.inf) + self._whole
        enter = np.flatnonzero(cost[self._enter_from :] < np.inf) + self._enter_from
        first, second = np.nonzero(self._line[leave][:, None] == self._line[enter])
        first, second = leave[first], enter[second]
        tips = np.array([way[-1] for way in self._ways])
        least = cost[first] + cost[second] + np.abs(tips[first, 0] - tips[second, 0]) + 2 * _CORNER_PRICE
        found: tuple[int, int] | None = None
        order = np.argsort(least, kind="stable")
        for start in range(0, len(order), _BATCH):
            some = order[start : start + _BATCH]
            if least[some[0]] >= lowest:
                break
            begins, stops = tips[first[some]], tips[second[some]]
            lines = np.hstack((np.minimum(begins, stops), np.maximum(begins, stops)))
            total = np.round(least[some] + others.prices(lines), 6)
            total[obstacles.hits(lines).any(axis=1)] = np.inf
            cheapest = int(np.argmin(total))
            if total[cheapest] < lowest:
                lowest = float(total[cheapest])
                found = (int(first[some[cheapest]]), int(second[some[cheapest]]))
        return found
