"""Edges that lie together because they are too many to lie apart: one thick line with a count."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from engine.drawing.drawing import EdgePath, Point
from engine.graph.view import EdgeKind, NodeKey

_TIMES = "×"
_BESIDE_PX, _BELOW_PX, _ABOVE_PX = 7.0, 4.0, 6.0


def count_label(count: int) -> str:
    """What each edge of a cable of so many says."""
    return f"{_TIMES}{count:,}"


def cables(edges: Sequence[EdgePath]) -> list[int]:
    """The edge in the middle of every cable, which stands for all of it, by its place among ``edges``."""
    return [indices[len(indices) // 2] for indices in _bundles(edges)]


def counts(edges: Sequence[EdgePath]) -> Iterator[tuple[str, Point]]:
    """Yield what is written beside each cable, and where its baseline begins."""
    for indices in _bundles(edges):
        pieces = [_longest(edges[index].points) for index in indices]
        (x, y), (end_x, end_y) = pieces[0]
        if abs(end_x - x) > abs(end_y - y):
            place = (x + end_x) / 2, min(min(one[1], two[1]) for one, two in pieces) - _ABOVE_PX
        else:
            place = max(max(one[0], two[0]) for one, two in pieces) + _BESIDE_PX, (y + end_y) / 2 + _BELOW_PX
        yield edges[indices[0]].edge.label, place


def _bundles(edges: Sequence[EdgePath]) -> Iterable[list[int]]:
    found: dict[tuple[NodeKey, NodeKey, EdgeKind], list[int]] = {}
    for index, path in enumerate(edges):
        edge = path.edge
        if edge.label and edge.label.startswith(_TIMES) and path.points:
            found.setdefault((edge.source, edge.target, edge.kind), []).append(index)
    return found.values()


def _longest(points: tuple[Point, ...]) -> tuple[Point, Point]:
    """The ends of the longest curve of a route."""
    ends = points[::3]
    return max(pairwise(ends), key=lambda pair: abs(pair[1][0] - pair[0][0]) + abs(pair[1][1] - pair[0][1]))
