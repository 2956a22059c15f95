"""Long runs of ops divided into artificial groups: rounds of a loop where there is one, else stretches."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Mark = tuple[int, Hashable]
"""Source line of a member, and its name with all else that tells it from others on that line."""

_MIN_ROUNDS = 2
_LEAST_BLOCK = 8


@dataclass(frozen=True, slots=True)
class Chunk:
    """An artificial group of members that follow each other."""

    title: str
    subtitle: str
    line: int
    children: tuple[int, ...]
    counted: "Counted"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rounds and ops of the same run come before: numbering goes on inside a chunk of chunks."""

    rounds: int = 0
    ops: int = 0


@dataclass(frozen=True, slots=True)
class Loop:
    """Members ``start`` to ``start + period * rounds`` repeat."""

    start: int
    period: int
    rounds: int


def chunked(
    children: Sequence[int], marks: Sequence[Mark], limit: int, before: Counted = Counted()
) -> Iterator[int | Chunk]:
    """Yield the members of a long run, put together into chunks so that no more than about ``limit`` remain.

    Chunks may again be too long; the caller divides them in turn. Chunks of rounds come as chunks whose members are
    those of all its rounds, so that dividing them finds the rounds again.
    """
    blocks = list(loop_blocks(marks))
    if len(blocks) > 0 and blocks[0] != (0, len(marks)):
        yield from _with_blocks(children, marks, blocks, limit, before)
        return
    loop = find_loop(marks)
    if loop is None:
        yield from _stretches(children, marks, before.ops, limit)
        return
    stop = loop.start + loop.period * loop.rounds
    yield from _few(children[: loop.start], marks[: loop.start], before.ops, limit)
    yield from _rounds(children, marks, loop, limit, before)
    yield from _few(children[stop:], marks[stop:], before.ops + stop, limit)


def loop_blocks(marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Yield stretches (start, end) in which the program comes back to lines that it has left: the runs of loops."""
    last = {line: position for position, (line, _) in enumerate(marks)}
    start = 0
    while start < len(marks):
        stop, returns = start, False
        position = start
        while position <= stop:
            line = marks[position][0]
            stop = max(stop, last[line])
            returns |= position > start and line == marks[start][0] != marks[position - 1][0]
            position += 1
        if stop + 1 - start >= _LEAST_BLOCK and (returns or _comes_back(marks, start, stop)):
            yield (start, stop + 1)
        start = stop + 1


def _comes_back(marks: Sequence[Mark], start: int, stop: int) -> bool:
    left: set[int] = set()
    for before, after in pairwise(marks[start : stop + 1]):
        if after[0] != before[0]:
            left.add(before[0])
            if after[0] in left:
                return True
    return False


def _with_blocks(
    children: Sequence[int], marks: Sequence[Mark], blocks: list[tuple[int, int]], limit: int, before: Counted
) -> Iterator[int | Chunk]:
    done = 0
    for start, stop in [*blocks, (len(marks), len(marks))]:
        yield from _few(children[done:start], marks[done:start], before.ops + done, limit)
        if stop > start:
            title = f"loop {_lines(marks[start:stop])}"
            part = tuple(children[start:stop])
            yield Chunk(title, f"{stop - start} ops", marks[start][0], part, Counted(0, before.ops + start))
        done = stop


def find_loop(marks: Sequence[Mark]) -> Loop | None:
    """Return the loop that covers most of the run, or None when nothing repeats over half of it."""
    numbers: dict[Mark, int] = {}
    ids = np.fromiter((numbers.setdefault(mark, len(numbers)) for mark in marks), dtype=np.int64, count=len(marks))
    middle = len(ids) // 2
    again = np.flatnonzero(ids[middle + 1 :] == ids[middle])[:32] + 1
    for period in again.tolist():
        if period * _MIN_ROUNDS > len(ids) or (period == 1 and marks[middle][0] == 0):
            continue
        start, stop = _repeating(ids, period, middle)
        if stop - start >= max(_MIN_ROUNDS * period, len(ids) // 2):
            return _aligned(marks, start, stop, period)
    return None


def _repeating(ids: npt.NDArray[np.int64], period: int, middle: int) -> tuple[int, int]:
    differs = np.flatnonzero(ids[:-period] != ids[period:])
    before, after = differs[differs < middle], differs[differs >= middle]
    start = int(before[-1]) + 1 if before.size else 0
    stop = (int(after[0]) if after.size else len(ids) - period) + period
    return start, stop


def _aligned(marks: Sequence[Mark], start: int, stop: int, period: int) -> Loop:
    """Let the rounds begin at the smallest source line, where the body of a loop begins."""
    shift = min(range(period), key=lambda offset: marks[start + offset][0])
    return Loop(start + shift, period, (stop - start - shift) // period)


def _rounds(children: Sequence[int], marks: Sequence[Mark], loop: Loop, limit: int, before: Counted) -> Iterator[Chunk]:
    step = -(-loop.rounds // limit)
    for first in range(0, loop.rounds, step):
        last = min(first + step, loop.rounds)
        begin, end = loop.start + first * loop.period, loop.start + last * loop.period
        low, high = before.rounds + first + 1, before.rounds + last
        title = f"round {low}" if low == high else f"rounds {low}–{high}"
        lines = _lines(marks[begin : begin + loop.period])
        yield Chunk(title, lines, marks[begin][0], tuple(children[begin:end]), Counted(low - 1, before.ops + begin))


def _few(children: Sequence[int], marks: Sequence[Mark], offset: int, limit: int) -> Iterator[int | Chunk]:
    if len(children) <= limit // 3:
        yield from children
    else:
        yield from _stretches(children, marks, offset, max(limit // 3, 2))


def _stretches(children: Sequence[int], marks: Sequence[Mark], offset: int, limit: int) -> Iterator[Chunk]:
    size = max(-(-len(children) // limit), min(limit, 12))
    for first in range(0, len(children), size):
        last = min(first + size, len(children))
        title = f"ops {offset + first + 1}–{offset + last}"
        yield Chunk(
            title, _lines(marks[first:last]), marks[first][0], tuple(children[first:last]), Counted(0, offset + first)
        )


def _lines(marks: Sequence[Mark]) -> str:
    lines = [line for line, _ in marks if line > 0]
    if not lines:
        return ""
    low, high = min(lines), max(lines)
    return f"line {low}" if low == high else f"lines {low}–{high}"
