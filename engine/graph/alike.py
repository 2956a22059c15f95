"""Neighbouring groups of the same structure and the same shapes, rolled into one group of groups."""

from collections.abc import Hashable, Iterator, Sequence

from engine.trace.recording import Recording

LEAST_ALIKE = 3
"""Fewer neighbours than this are shown one by one."""


def signatures(recording: Recording, groups: Sequence[tuple[str, Sequence[int]]]) -> list[int]:
    """Return a number for each group; two groups with the same number hold the same ops on the same shapes.

    Args:
        recording: Where the ops are described.
        groups: Kind and children of each group: indices of steps, or ``~index`` of a group further back in the list.
    """
    numbers: dict[Hashable, int] = {}
    found = [0] * len(groups)
    for index in range(len(groups) - 1, -1, -1):
        kind, children = groups[index]
        inside = tuple([found[~child] if child < 0 else _of_step(recording, child) for child in children])
        found[index] = numbers.setdefault((kind, inside), len(numbers))
    return found


def _of_step(recording: Recording, step: int) -> Hashable:
    if step >= len(recording.steps):
        return "failed"
    fact = recording.steps[step]
    values, outputs = recording.values, fact.outputs
    if len(outputs) == 1 and outputs[0] is not None:  # nearly all have one
        return (fact.name, values[outputs[0]].shape, 1)
    return (fact.name, tuple([None if value is None else values[value].shape for value in outputs]))


def runs_of_alike(children: Sequence[int], signature: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield stretches (start, end) of at least ``LEAST_ALIKE`` neighbouring groups that are alike.

    A stretch that makes up all children is left out: it is what the group around them is there for.
    """
    start = 0
    while start < len(children):
        stop = start + 1
        while stop < len(children) and _are_alike(children[start], children[stop], signature):
            stop += 1
        if stop - start >= LEAST_ALIKE and stop - start < len(children):
            yield (start, stop)
        start = stop


def are_alike(recording: Recording, children: Sequence[int], signature: Sequence[int]) -> bool:
    """Whether all children are the same op on the same shapes, or groups of the same structure."""
    kinds = {_of_step(recording, child) if child >= 0 else (signature[~child],) for child in children}
    return len(kinds) == 1


def _are_alike(first: int, second: int, signature: Sequence[int]) -> bool:
    return first < 0 and second < 0 and signature[~first] == signature[~second]


def rolled_title(first: str, last: str) -> str:
    """``layers.6`` and ``layers.11`` give ``layers.6 … 11``."""
    if first == last:
        return first
    stem, _, end = last.rpartition(".")
    return f"{first} … {end}" if stem and stem == first.rpartition(".")[0] else f"{first} … {last}"
