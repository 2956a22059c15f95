"""Long runs of ops divided into artificial groups: rounds of a loop where there is one, else stretches."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from operator import ne

import numpy as np
import numpy.typing as npt

Mark = tuple[int, Hashable]
"""Source line of a member, and its name with all else that tells it from others on that line."""

_MIN_ROUNDS = 2
_LEAST_BLOCK = 8
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Run:
    """Members that follow each other; those with equal ``marks`` are the same piece of program, on these ``lines``."""

    children: Sequence[int]
    lines: Sequence[int]
    marks: _Ints

    def __len__(self) -> int:
        return len(self.children)

    def part(self, start: int, stop: int) -> "Run":
        """The members from ``start`` on, before ``stop``."""
        return Run(self.children[start:stop], self.lines[start:stop], self.marks[start:stop])


def run_of(children: Sequence[int], marks: Sequence[Mark]) -> Run:
    """Return members with a mark each."""
    numbers: dict[Mark, int] = {}
    ids = [numbers.setdefault(mark, len(numbers)) for mark in marks]
    return Run(children, [line for line, _ in marks], np.array(ids, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Chunk:
    """An artificial group of members that follow each other."""

    title: str
    subtitle: str
    line: int
    members: Run
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


def chunked(run: Run, limit: int, before: Counted = Counted()) -> Iterator[int | Chunk]:
    """Yield the members of a long run, put together into chunks so that no more than about ``limit`` remain.

    Chunks may again be too long; the caller divides them in turn. Chunks of rounds come as chunks whose members are
    those of all its rounds, so that dividing them finds the rounds again.
    """
    blocks = loop_blocks(run.lines)
    if len(blocks) > 0 and blocks[0] != (0, len(run)):
        yield from _with_blocks(run, blocks, limit, before)
        return
    loop = find_loop(run)
    if loop is None:
        yield from _stretches(run, before.ops, limit)
        return
    stop = loop.start + loop.period * loop.rounds
    yield from _few(run.part(0, loop.start), before.ops, limit)
    yield from _rounds(run, loop, limit, before)
    yield from _few(run.part(stop, len(run)), before.ops + stop, limit)


def loop_blocks(lines: Sequence[int]) -> list[tuple[int, int]]:
    """Return stretches (start, end) in which the program comes back to lines that it has left: the runs of loops."""
    if len(lines) < _LEAST_BLOCK:
        return []
    numbers = np.array(lines, dtype=np.int64)
    numbers -= numbers.min()
    last = np.zeros(int(numbers.max()) + 1, dtype=np.int64)
    places = np.arange(len(numbers))
    np.maximum.at(last, numbers, places)
    # A block ends where no line so far comes again.
    ends = np.flatnonzero(np.maximum.accumulate(last[numbers]) == places) + 1
    starts = np.concatenate(([0], ends[:-1]))
    is_long = ends - starts >= _LEAST_BLOCK
    blocks = zip(starts[is_long].tolist(), ends[is_long].tolist(), strict=True)
    return [(start, end) for start, end in blocks if _comes_back(lines[start:end])]


def _comes_back(lines: Sequence[int]) -> bool:
    """Whether there are more changes from line to line than lines."""
    changes: int = sum(map(ne, lines, lines[1:]))
    return len(set(lines)) < 1 + changes


def _with_blocks(run: Run, blocks: list[tuple[int, int]], limit: int, before: Counted) -> Iterator[int | Chunk]:
    done = 0
    for start, stop in [*blocks, (len(run), len(run))]:
        yield from _few(run.part(done, start), before.ops + done, limit)
        if stop > start:
            part = run.part(start, stop)
            title = f"loop {_lines(part.lines)}"
            yield Chunk(title, f"{len(part)} ops", part.lines[0], part, Counted(0, before.ops + start))
        done = stop


def find_loop(run: Run) -> Loop | None:
    """Return the loop that covers most of the run, or None when nothing repeats over half of it."""
    ids = run.marks
    middle = len(ids) // 2
    again = np.flatnonzero(ids[middle + 1 :] == ids[middle])[:32] + 1
    for period in again.tolist():
        if period * _MIN_ROUNDS > len(ids) or (period == 1 and run.lines[middle] == 0):
            continue
        start, stop = _repeating(ids, period, middle)
        if stop - start >= max(_MIN_ROUNDS * period, len(ids) // 2):
            return _aligned(run, start, stop, period)
    return None


def _repeating(ids: _Ints, period: int, middle: int) -> tuple[int, int]:
    differs = np.flatnonzero(ids[:-period] != ids[period:])
    before, after = differs[differs < middle], differs[differs >= middle]
    start = int(before[-1]) + 1 if before.size else 0
    stop = (int(after[0]) if after.size else len(ids) - period) + period
    return start, stop


def _aligned(run: Run, start: int, stop: int, period: int) -> Loop:
    """Let the rounds begin at the smallest source line, where the body of a loop begins."""
    shift = min(range(period), key=lambda offset: run.lines[start + offset])
    return Loop(start + shift, period, (stop - start - shift) // period)


def _rounds(run: Run, loop: Loop, limit: int, before: Counted) -> Iterator[Chunk]:
    step = -(-loop.rounds // limit)
    lines = _lines(run.lines[loop.start : loop.start + loop.period])  # the same in every round
    line = run.lines[loop.start]
    for first in range(0, loop.rounds, step):
        last = min(first + step, loop.rounds)
        begin, end = loop.start + first * loop.period, loop.start + last * loop.period
        low, high = before.rounds + first + 1, before.rounds + last
        title = f"round {low}" if low == high else f"rounds {low}–{high}"
        yield Chunk(title, lines, line, run.part(begin, end), Counted(low - 1, before.ops + begin))


def _few(run: Run, offset: int, limit: int) -> Iterator[int | Chunk]:
    if len(run) <= limit // 3:
        yield from run.children
    else:
        yield from _stretches(run, offset, max(limit // 3, 2))


def _stretches(run: Run, offset: int, limit: int) -> Iterator[Chunk]:
    size = max(-(-len(run) // limit), min(limit, 12))
    for first in range(0, len(run), size):
        last = min(first + size, len(run))
        part = run.part(first, last)
        title = f"ops {offset + first + 1}–{offset + last}"
        yield Chunk(title, _lines(part.lines), part.lines[0], part, Counted(0, offset + first))


def _lines(lines: Sequence[int]) -> str:
    known = [line for line in lines if line > 0]
    if not known:
        return ""
    low, high = min(known), max(known)
    return f"line {low}" if low == high else f"lines {low}–{high}"
