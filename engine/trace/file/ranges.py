"""Which bytes of the store a batch needs in the file, in pieces."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

PIECE_BYTES = 16_000_000
"""A piece ends at the first tensor boundary past this: a file that is cut off loses at most about so much."""


class WrittenRanges:
    """Ranges of bytes that are in the file already; neighbours are merged, so that there are few."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int) -> None:
        """Say that the bytes from ``start`` up to ``end`` are written; they were not before."""
        position = bisect_right(self._starts, start)
        joins_before = position > 0 and self._ends[position - 1] == start
        joins_after = position < len(self._starts) and self._starts[position] == end
        match joins_before, joins_after:
            case True, True:
                self._ends[position - 1] = self._ends.pop(position)
                del self._starts[position]
            case True, False:
                self._ends[position - 1] = end
            case False, True:
                self._starts[position] = start
            case _:
                self._starts.insert(position, start)
                self._ends.insert(position, end)

    def missing(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the parts of the range from ``start`` up to ``end`` that are not written, in order."""
        gaps = []
        position = max(0, bisect_right(self._starts, start) - 1)
        while start < end and position < len(self._starts):
            if self._starts[position] >= end:
                break
            if self._starts[position] > start:
                gaps.append((start, self._starts[position]))
            start = max(start, self._ends[position])
            position += 1
        if start < end:
            gaps.append((start, end))
        return gaps


def pieces(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Merge ranges (start, end) that touch or overlap, and cut between tensors where a piece gets long."""
    current: tuple[int, int] | None = None
    for start, end in sorted(ranges):
        if current is None:
            current = (start, end)
        elif start < current[1] or (start == current[1] and end - current[0] <= PIECE_BYTES):
            current = (current[0], max(current[1], end))
        else:
            yield current
            current = (start, end)
    if current is not None:
        yield current
