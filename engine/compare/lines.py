"""Which line of an edited program is which line of the other text."""

import re

from engine.compare.alignment import aligned
from engine.compare.edits import NONE, unpaired

_WORD = re.compile(r"\w+|[^\w\s]")
_MOST_PAIRS = 10_000
"""So many pairs of lines of one gap are looked at; in larger gaps lines are taken in order."""
_ALIKE = 0.3
"""Lines that share less of their words than this are not the same line."""


def line_map(a: str, b: str) -> dict[int, tuple[int, bool]] | None:
    """Map lines of B (from 1) to those of A that they became, and say whether they read the same.

    Lines that did not change are anchors; between them each line meets the one that it shares most words with, in
    order. None for the same text.
    """
    if a == b:
        return None
    texts_a, texts_b = ([line.rstrip() for line in text.split("\n")] for text in (a, b))
    numbers: dict[str, int] = {}
    keys = tuple([numbers.setdefault(text, len(numbers)) for text in texts] for texts in (texts_a, texts_b))
    partner = aligned(len(texts_a), len(texts_b), [(keys[0], keys[1])])
    for start_a, end_a, start_b, end_b in unpaired(partner, len(texts_b)):
        for first, second in _alike(texts_a[start_a:end_a], texts_b[start_b:end_b]):
            partner[start_a + first] = start_b + second
    return {
        line_b + 1: (line_a + 1, texts_a[line_a] == texts_b[line_b])
        for line_a, line_b in enumerate(partner)
        if line_b != NONE
    }


def _alike(a: list[str], b: list[str]) -> list[tuple[int, int]]:
    """Pair lines in order so that what they share is the most."""
    if len(a) * len(b) > _MOST_PAIRS:
        return list(zip(range(len(a)), range(len(b)), strict=False))
    words_a, words_b = ([frozenset(_WORD.findall(text)) for text in texts] for texts in (a, b))
    best = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, words in enumerate(words_a, start=1):
        for j, others in enumerate(words_b, start=1):
            best[i][j] = max(best[i - 1][j], best[i][j - 1], best[i - 1][j - 1] + _shared(words, others))
    pairs = []
    i, j = len(a), len(b)
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]


def _shared(a: frozenset[str], b: frozenset[str]) -> float:
    share = len(a & b) / len(a | b) if a and b else 0.0
    return share if share >= _ALIKE else 0.0
