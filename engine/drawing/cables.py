"""Edges that lie together because they are too many to lie apart: one thick line with a count."""

from collections.abc import Sequence

from engine.drawing.drawing import EdgePath
from engine.graph.view import EdgeKind, NodeKey

_TIMES = "×"


def count_label(count: int) -> str:
    """What each edge of a cable of so many says."""
    return f"{_TIMES}{count:,}"


def cables(edges: Sequence[EdgePath]) -> list[int]:
    """The edge in the middle of every cable, which stands for all of it, by its place among ``edges``."""
    found: dict[tuple[NodeKey, NodeKey, EdgeKind], list[int]] = {}
    for index, path in enumerate(edges):
        edge = path.edge
        if edge.label and edge.label.startswith(_TIMES) and path.points:
            found.setdefault((edge.source, edge.target, edge.kind), []).append(index)
    return [indices[len(indices) // 2] for indices in found.values()]
