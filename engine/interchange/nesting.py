"""The nodes of a view graph inside of their groups, in the order in which a nested text names them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from engine.graph.view import GroupKey, ViewGraph, ViewGroup, ViewNode


@dataclass(frozen=True, slots=True)
class Opened:
    """A group begins; ``index`` is its position in ``ViewGraph.groups``."""

    index: int
    group: ViewGroup


@dataclass(frozen=True, slots=True)
class Closed:
    """The group that was opened last, of those still open, ends."""


def nested(view: ViewGraph) -> Iterator[ViewNode | Opened | Closed]:
    """Yield every node once, between the ends of its group; those of unknown groups last. No recursion."""
    inside: defaultdict[GroupKey | None, list[ViewNode]] = defaultdict(list)
    for node in view.nodes:
        inside[node.group].append(node)
    children: defaultdict[GroupKey | None, list[int]] = defaultdict(list)
    for index, group in enumerate(view.groups):
        children[group.parent].append(index)
    yield from inside.pop(None, [])
    pending: list[int | Closed] = [*reversed(children[None])]
    while pending:
        index_or_end = pending.pop()
        if isinstance(index_or_end, Closed):
            yield index_or_end
            continue
        group = view.groups[index_or_end]
        yield Opened(index_or_end, group)
        yield from inside.pop(group.key, [])
        pending += [Closed(), *reversed(children[group.key])]
    for nodes in inside.values():
        yield from nodes
