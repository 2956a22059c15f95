"""The shortest way from one sequence to another, for sequences that differ in few elements (Myers, 1986)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

NONE = -1
"""The partner of what has none."""

Pairs = list[tuple[int, int]]


class Gap(NamedTuple):
    """Elements ``start_a`` to ``end_a`` (exclusive) of the first side, and those opposite; none has a partner."""

    start_a: int
    end_a: int
    start_b: int
    end_b: int


def unpaired(partner: Sequence[int], count_b: int) -> Iterator[Gap]:
    """Yield the stretches without partners that lie opposite each other."""
    start_a = start_b = 0
    for a, b in enumerate(partner):
        if b != NONE:
            if a > start_a and b > start_b:
                yield Gap(start_a, a, start_b, b)
            start_a, start_b = a + 1, b + 1
    if len(partner) > start_a and count_b > start_b:
        yield Gap(start_a, len(partner), start_b, count_b)


def shortest_edit(a: Sequence[int], b: Sequence[int], most_edits: int) -> Pairs | None:
    """Return the pairs of equal elements that the shortest edit keeps, in order.

    None when more than ``most_edits`` elements would have to be inserted or removed; equal beginnings and ends cost
    nothing. It takes O(n + edits²).
    """
    start = 0
    while start < len(a) and start < len(b) and a[start] == b[start]:
        start += 1
    end_a, end_b = len(a), len(b)
    while end_a > start and end_b > start and a[end_a - 1] == b[end_b - 1]:
        end_a -= 1
        end_b -= 1
    middle = _middle(a[start:end_a], b[start:end_b], most_edits)
    if middle is None:
        return None
    head = [(place, place) for place in range(start)]
    tail = [(end_a + place, end_b + place) for place in range(len(a) - end_a)]
    return [*head, *((start + x, start + y) for x, y in middle), *tail]


def _middle(a: Sequence[int], b: Sequence[int], most_edits: int) -> Pairs | None:
    if not a or not b:
        return []  # all of the other side was inserted or removed, however much that is
    reached = {1: 0}
    history: list[dict[int, int]] = []
    for edits in range(min(most_edits, len(a) + len(b)) + 1):
        history.append(reached.copy())
        for diagonal in range(-edits, edits + 1, 2):
            x = _arrival(reached, diagonal, edits)
            y = x - diagonal
            while x < len(a) and y < len(b) and a[x] == b[y]:
                x += 1
                y += 1
            reached[diagonal] = x
            if x >= len(a) and y >= len(b):
                return _walked_back(history, x, y)
    return None


def _arrival(reached: dict[int, int], diagonal: int, edits: int) -> int:
    """Return how far in ``a`` one gets on a diagonal by one more edit."""
    if diagonal == -edits or (diagonal != edits and reached[diagonal - 1] < reached[diagonal + 1]):
        return reached[diagonal + 1]
    return reached[diagonal - 1] + 1


def _walked_back(history: list[dict[int, int]], x: int, y: int) -> Pairs:
    pairs: Pairs = []
    for edits in range(len(history) - 1, -1, -1):
        reached = history[edits]
        diagonal = x - y
        if diagonal == -edits or (diagonal != edits and reached[diagonal - 1] < reached[diagonal + 1]):
            before = diagonal + 1
        else:
            before = diagonal - 1
        start_x = reached[before] if edits else 0
        start_y = start_x - before if edits else 0
        while x > start_x and y > start_y and x > 0 and y > 0:
            pairs.append((x - 1, y - 1))
            x -= 1
            y -= 1
        x, y = start_x, start_y
    pairs.reverse()
    return pairs
