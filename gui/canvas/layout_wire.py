"""What the window and the process that lays out send each other: numbers and short rows in pieces, and few objects.

Objects would be made one by one by the pickle machine, in a single call that holds the interpreter's lock: the window
would stand still for seconds. Pieces let it go on in between. Qt-free, for the other process loads this module.
"""

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from engine.drawing import arrange
from engine.drawing.drawing import Direction, Drawing, EdgePath, GroupFrame, LaneLabel, NodeBox, Rect
from engine.graph.view import ViewEdge, ViewGraph, ViewGroup, ViewNode

_PIECE = 2_000
"""So many rows are packed or unpacked in one go, in a few milliseconds."""

_Row = TypeVar("_Row", ViewNode, ViewEdge, ViewGroup)
_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A graph on its way to the other process."""

    nodes: tuple[bytes, ...]
    edges: tuple[bytes, ...]
    groups: tuple[bytes, ...]
    direction: Direction | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A layout on its way back; boxes stand in the order of the nodes of the graph.

    Attributes:
        boxes: x, y, width and height of each box.
        drawn: The edges that are drawn, by their place in the graph.
        labels: What edges are labelled that are not as in the graph, by the same.
        points: x and y of the points of all routes, one after the other.
        counts: How many points each route has.
        frames: Place of the group in the graph, x, y, width and height of each frame.
        headings: The room for the heading of each frame.
    """

    boxes: _Floats
    drawn: _Ints
    labels: dict[int, str]
    points: _Floats
    counts: _Ints
    frames: _Floats
    headings: tuple[float | None, ...]
    lanes: tuple[LaneLabel, ...]
    bounds: Rect
    direction: Direction


def parcel_of(view: ViewGraph, direction: Direction | None) -> Parcel:
    """Pack a graph for ``answer_to``."""
    return Parcel(_packed(view.nodes), _packed(view.edges), _packed(view.groups), direction)


def answer_to(parcel: Parcel) -> Answer:
    """Lay out; this is what the other process does."""
    nodes, groups = _unpacked(parcel.nodes, ViewNode), _unpacked(parcel.groups, ViewGroup)
    view = ViewGraph(nodes, _unpacked(parcel.edges, ViewEdge), groups)
    drawing = arrange(view, parcel.direction)
    drawn, labels = _places_of(drawing.edges, view.edges)
    number = {group.key: place for place, group in enumerate(groups)}
    frames = [(number[frame.group.key], *_numbers(frame.rect)) for frame in drawing.frames]
    return Answer(
        boxes=np.array([_numbers(box.rect) for box in drawing.nodes], dtype=np.float64).reshape(-1, 4),
        drawn=np.array(drawn, dtype=np.int64),
        labels=labels,
        points=np.array([point for path in drawing.edges for point in path.points], np.float64).reshape(-1, 2),
        counts=np.array([len(path.points) for path in drawing.edges], dtype=np.int64),
        frames=np.array(frames, dtype=np.float64).reshape(-1, 5),
        headings=tuple(frame.heading_px for frame in drawing.frames),
        lanes=drawing.lanes,
        bounds=drawing.bounds,
        direction=drawing.direction,
    )


def drawing_from(view: ViewGraph, answer: Answer) -> Drawing:
    """Return the drawing of ``view`` that the other process answered with."""
    boxes = (
        NodeBox(node, Rect(*row))
        for nodes, rows in zip(_pieces(view.nodes), _pieces(answer.boxes), strict=True)
        for node, row in zip(nodes, rows.tolist(), strict=True)
    )
    frames = (
        GroupFrame(view.groups[int(place)], Rect(*rect), heading)
        for (place, *rect), heading in zip(answer.frames.tolist(), answer.headings, strict=True)
    )
    return Drawing(
        tuple(boxes), tuple(_paths(view, answer)), tuple(frames), answer.lanes, answer.bounds, answer.direction
    )


def _paths(view: ViewGraph, answer: Answer) -> Iterator[EdgePath]:
    ends = np.cumsum(answer.counts)
    begins = ends - answer.counts
    for rows in _pieces(np.arange(len(ends))):
        if not len(rows):
            return
        first = int(begins[rows[0]])
        numbers = iter(answer.points[first : int(ends[rows[-1]])].ravel().tolist())
        points = list(zip(numbers, numbers, strict=True))
        for place, begin, end in zip(
            answer.drawn[rows].tolist(), (begins[rows] - first).tolist(), (ends[rows] - first).tolist(), strict=True
        ):
            edge, label = view.edges[place], answer.labels.get(place)
            yield EdgePath(edge if label is None else replace(edge, label=label), tuple(points[begin:end]))


def _places_of(paths: Sequence[EdgePath], edges: Sequence[ViewEdge]) -> tuple[list[int], dict[int, str]]:
    """Which edges are drawn, for they come in the order of the graph; and what those say that were labelled anew."""
    drawn: list[int] = []
    labels: dict[int, str] = {}
    waiting = enumerate(edges)
    for path in paths:
        for place, edge in waiting:
            if edge is path.edge:
                break
            if edge.label != path.edge.label and replace(edge, label=path.edge.label) == path.edge:
                labels[place] = path.edge.label
                break
        drawn.append(place)
    return drawn, labels


def _numbers(rect: Rect) -> tuple[float, float, float, float]:
    return (rect.x, rect.y, rect.width, rect.height)


def _pieces(rows: Any) -> Iterator[Any]:  # noqa: ANN401 - a sequence or an array, and slices of the same kind
    for start in range(0, len(rows) or 1, _PIECE):
        yield rows[start : start + _PIECE]


def _packed(rows: Sequence[_Row]) -> tuple[bytes, ...]:
    if not rows:
        return ()
    row_of: Callable[[_Row], tuple[object, ...]] = attrgetter(*_names(type(rows[0])))
    return tuple(pickle.dumps([row_of(row) for row in piece], pickle.HIGHEST_PROTOCOL) for piece in _pieces(rows))


def _unpacked(pieces: Sequence[bytes], kind: type[_Row]) -> tuple[_Row, ...]:
    names = _names(kind)
    rows = (row for piece in pieces for row in pickle.loads(piece))  # noqa: S301 - bytes of this program's own window
    return tuple(kind(**dict(zip(names, row, strict=True))) for row in rows)


def _names(kind: type[_Row]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
