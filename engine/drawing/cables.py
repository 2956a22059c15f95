"""Edges that lie together because they are too many to lie apart: one thick line with a count."""

from collections.abc import Iterable, Iterator, Sequence

from engine.drawing.drawing import EdgePath, Point
from engine.graph.view import EdgeKind, NodeKey

_TIMES = "×"
_ONE_CURVE = 4
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
        paths = [edges[index] for index in indices]
        (first_x, first_y), (last_x, last_y) = paths[0].points[0], paths[0].points[-1]
        middles = [_middle(path.points) for path in paths]
        if abs(last_x - first_x) > abs(last_y - first_y):
            place = middles[0][0], min(y for _, y in middles) - _ABOVE_PX
        else:
            place = max(x for x, _ in middles) + _BESIDE_PX, middles[0][1] + _BELOW_PX
        yield paths[0].edge.label, place


def _bundles(edges: Sequence[EdgePath]) -> Iterable[list[int]]:
    found: dict[tuple[NodeKey, NodeKey, EdgeKind], list[int]] = {}
    for index, path in enumerate(edges):
        edge = path.edge
        if edge.label and edge.label.startswith(_TIMES) and path.points:
            found.setdefault((edge.source, edge.target, edge.kind), []).append(index)
    return found.values()


def _middle(points: tuple[Point, ...]) -> Point:
    """A point half way along a route of curves."""
    if len(points) > _ONE_CURVE:
        return points[3 * ((len(points) - 1) // 6)]
    (x, y), (end_x, end_y) = points[0], points[-1]
    return (x + end_x) / 2, (y + end_y) / 2
