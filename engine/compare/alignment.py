"""Which element of one sequence is which of another: anchors first, then what lies between them."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

from engine.compare.edits import NONE, Gap, shortest_edit, unpaired

MOST_EDITS = 600
FEWER_EDITS = 100
"""The same between the anchors of two sides that differ in more."""

Keys = tuple[Sequence[int], Sequence[int]]
"""A number for each element of both sequences; equal numbers may be the same element."""


def aligned(count_a: int, count_b: int, levels: Iterable[Keys]) -> list[int]:
    """Return for each element of the first sequence its partner in the second, or ``NONE``.

    Partners have the same key, and keep their order. Levels go from the strictest keys to the loosest; each only fills
    what lies between the pairs of those before, and is not asked for when everything has a partner. Within a level as
    many as possible get a partner where the two sides differ in up to ``MOST_EDITS`` elements; where they differ in
    more, the n-th of a key meets the n-th, and of pairs that cross the most that do not are kept. This takes
    O(n log n) and a number of steps that is bounded by the square of the edits.
    """
    partner = [NONE] * count_a
    wanted = iter(levels)
    while gaps := list(unpaired(partner, count_b)):
        keys = next(wanted, None)
        if keys is None:
            break
        for gap in gaps:
            _fill(partner, gap, keys)
    return partner


def with_crossing(partner: Sequence[int], keys: Keys) -> list[int]:
    """Return the partners with those added that have the same key and lie in another order (other threads, moves)."""
    taken = set(partner)
    waiting: dict[int, list[int]] = {}
    for b in reversed(range(len(keys[1]))):
        if b not in taken:
            waiting.setdefault(keys[1][b], []).append(b)
    found = list(partner)
    for a, b in enumerate(partner):
        if b == NONE and (places := waiting.get(keys[0][a])):
            found[a] = places.pop()
    return found


def _fill(partner: list[int], gap: Gap, keys: Keys) -> None:
    """Find partners within one gap."""
    a, b = keys[0][gap.start_a : gap.end_a], keys[1][gap.start_b : gap.end_b]
    found = shortest_edit(a, b, MOST_EDITS)
    if found is None:
        within = [NONE] * len(a)
        for first, second in _rising(_alike(a, b)):
            within[first] = second
        for part in list(unpaired(within, len(b))):
            inner = shortest_edit(a[part.start_a : part.end_a], b[part.start_b : part.end_b], FEWER_EDITS)
            for first, second in inner or ():
                within[part.start_a + first] = part.start_b + second
        found = [(first, second) for first, second in enumerate(within) if second != NONE]
    for first, second in found:
        partner[gap.start_a + first] = gap.start_b + second


def _alike(a: Sequence[int], b: Sequence[int]) -> list[tuple[int, int]]:
    """Pair the n-th element of each key with the n-th of the other side, in order of the first side."""
    waiting: dict[int, list[int]] = {}
    for place in reversed(range(len(b))):
        waiting.setdefault(b[place], []).append(place)
    return [(place, like.pop()) for place, key in enumerate(a) if (like := waiting.get(key))]


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of ``pairs`` whose second numbers rise."""
    if all(first[1] < second[1] for first, second in pairwise(pairs)):
        return pairs
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for position, (_a, b) in enumerate(pairs):
        place = bisect_left(tails, b)
        before.append(ends[place - 1] if place else NONE)
        if place == len(tails):
            tails.append(b)
            ends.append(position)
        else:
            tails[place] = b
            ends[place] = position
    chain = []
    position = ends[-1]
    while position != NONE:
        chain.append(pairs[position])
        position = before[position]
    return chain[::-1]
