"""Positions across the flow: the main path exactly straight, the rest as near to its neighbours as there is room.

Each layer is solved exactly as an isotonic regression (pool adjacent violators) of the wished positions under the
minimal distances; layers are swept in both directions, as in the priority method of Sugiyama et al.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

_SWEEPS = 4
_MOST_DRIFT_PX = 480.0
_MOST_DRIFT = 1.2
"""The same as a multiple of the furthest that one frame leads to a side."""
_HOME = 8.0
"""Weight of the wish to stand where the counterpart in the forward lane stands."""


class Rod(NamedTuple):
    """An edge between neighbouring layers that attaches at offsets from the tops of its ends."""

    low: int
    high: int
    low_offset: float
    high_offset: float
    weight: float


@dataclass(slots=True)
class Strip:
    """What is placed: layers of vertices in their order, sizes, distances to the next one, and the main path."""

    layers: list[list[int]]
    breadth: list[float]
    rods: list[Rod]
    main: list[tuple[int, float, float]]
    """Vertices of the main path in order of rank, with the offsets at which it enters and leaves them."""
    is_thread: list[bool]
    row_gap: float
    thread_gap: float
    mirrored: Mapping[int, float] = field(default_factory=dict)
    """Vertices with the top that corresponds to their counterpart in the forward lane, up to a common shift."""

    crowded: frozenset[int] = frozenset()
    """Vertices that stand closer together."""

    def gap(self, first: int, second: int) -> float:
        """Free space between two neighbours in a layer."""
        if first in self.crowded and second in self.crowded:
            return self.row_gap / 2
        if self.is_thread[first] and self.is_thread[second]:
            return self.thread_gap * 0.75
        return self.thread_gap if self.is_thread[first] or self.is_thread[second] else self.row_gap


_Pull = tuple[int, float, float, float]
"""A neighbour, the offset of the edge on it, the offset on the own side, and the weight."""
_Pulls = tuple[list[list[_Pull]], list[list[_Pull]]]
"""For each vertex what pulls it, on the side that counts first and on the other one."""
_Stretch = tuple[int, int, int, int]
"""Begin and end of places next to each other that can move, and the fixed ones before and after them; -1 for none."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A layer: how far each vertex stands from the first at the least, and which of them can move."""

    layer: list[int]
    shift: list[float]
    stretches: list[_Stretch]


def tops(strip: Strip) -> list[float]:
    """Return the position of the top of every vertex."""
    top = [0.0] * len(strip.breadth)
    fixed = _fix_main(strip, top)
    shift = next((top[vertex] - strip.mirrored[vertex] for vertex, _, _ in strip.main if vertex in strip.mirrored), 0.0)
    homes = {vertex: home + shift for vertex, home in strip.mirrored.items()}
    _stack(strip, fixed, top)
    below: list[list[_Pull]] = [[] for _ in top]
    above: list[list[_Pull]] = [[] for _ in top]
    for rod in strip.rods:
        below[rod.high].append((rod.low, rod.low_offset, rod.high_offset, rod.weight))
        above[rod.low].append((rod.high, rod.high_offset, rod.low_offset, rod.weight))
    rows = [row for row in (_row(strip, layer, fixed) for layer in strip.layers if layer) if row.stretches]
    for sweep in range(_SWEEPS):
        goes_up = sweep % 2 == 0
        pulls = (above, below) if goes_up else (below, above)
        for row in reversed(rows) if goes_up else rows:
            _solve(row, pulls, homes, top)
    return top


def _fix_main(strip: Strip, top: list[float]) -> set[int]:
    """Put the main path on one line.

    Frames that it leaves at another place than it enters (the rounds of a recurrence) would drift ever further to one
    side, much further than any single one leads; then each stands where it is entered, and the path bends once behind
    each.
    """
    drift = sum(leave - entry for _, entry, leave in strip.main)
    furthest = max([abs(leave - entry) for _, entry, leave in strip.main], default=0.0)
    keeps_line = abs(drift) > max(_MOST_DRIFT_PX, _MOST_DRIFT * furthest)
    line = 0.0
    for vertex, entry, leave in strip.main:
        top[vertex] = line - entry
        line += 0.0 if keeps_line else leave - entry
    return {vertex for vertex, _, _ in strip.main}


def _stack(strip: Strip, fixed: set[int], top: list[float]) -> None:
    for layer in filter(None, strip.layers):
        pivot = next((index for index, vertex in enumerate(layer) if vertex in fixed), None)
        if pivot is None:
            top[layer[0]] = 0.0
            pivot = 0
        for index in range(pivot + 1, len(layer)):
            upper, lower = layer[index - 1], layer[index]
            top[lower] = top[upper] + strip.breadth[upper] + strip.gap(upper, lower)
        for index in range(pivot - 1, -1, -1):
            upper, lower = layer[index], layer[index + 1]
            top[upper] = top[lower] - strip.breadth[upper] - strip.gap(upper, lower)


def _row(strip: Strip, layer: list[int], fixed: set[int]) -> _Row:
    shift = [0.0] * len(layer)
    for index in range(1, len(layer)):
        upper = layer[index - 1]
        shift[index] = shift[index - 1] + strip.breadth[upper] + strip.gap(upper, layer[index])
    stretches: list[_Stretch] = []
    start, before = 0, -1
    for pivot in [*(index for index, vertex in enumerate(layer) if vertex in fixed), len(layer)]:
        if start < pivot:
            stretches.append((start, pivot, before, pivot if pivot < len(layer) else -1))
        start, before = pivot + 1, pivot
    return _Row(layer, shift, stretches)


def _solve(row: _Row, pulls: _Pulls, homes: Mapping[int, float], top: list[float]) -> None:
    layer, shift = row.layer, row.shift
    if len(layer) == 1:
        top[layer[0]] = _wish(layer[0], pulls, homes, top)[0]
        return
    for start, end, before, after in row.stretches:
        wished = []
        for index in range(start, end):
            wish, weight = _wish(layer[index], pulls, homes, top)
            wished.append((wish - shift[index], weight))
        floor = top[layer[before]] - shift[before] if before >= 0 else -inf
        ceiling = top[layer[after]] - shift[after] if after >= 0 else inf
        for index, position in enumerate(_isotonic(wished), start=start):
            top[layer[index]] = min(max(position, floor), ceiling) + shift[index]


def _wish(vertex: int, pulls: _Pulls, homes: Mapping[int, float], top: list[float]) -> tuple[float, float]:
    """Wished top and its weight: home, else near the neighbours of the first side that has any."""
    if vertex in homes:
        return (homes[vertex], _HOME)
    for side in pulls:
        total = weight = 0.0
        for other, offset, own_offset, pull in side[vertex]:
            total += (top[other] + offset - own_offset) * pull
            weight += pull
        if weight:
            return (total / weight, weight)
    return (top[vertex], 0.1)


def _isotonic(wished: Sequence[tuple[float, float]]) -> list[float]:
    """Weighted least-squares fit that never falls."""
    if len(wished) == 1:
        position, weight = wished[0]
        return [position * weight / weight]
    blocks: list[list[float]] = []
    for position, weight in wished:
        block = [position * weight, weight, 1.0]
        while blocks and blocks[-1][0] * block[1] > block[0] * blocks[-1][1]:
            last = blocks.pop()
            block = [last[0] + block[0], last[1] + block[1], last[2] + block[2]]
        blocks.append(block)
    result: list[float] = []
    for total, weight, count in blocks:
        result.extend([total / weight] * int(count))
    return result
