"""Pictures between two drawings, for the fifth of a second in which a group opens or folds. Qt-free."""

from collections.abc import Callable

from engine.drawing.drawing import Drawing, EdgePath, GroupFrame, NodeBox, Point, Rect
from engine.graph.view import GroupKey, NodeKey

LIMIT = 400
"""Larger drawings change at once: in-between pictures would stutter."""
_MOST_POINTS = 1_500
"""Of more than so many points of edges, the longest edges are seen only when everything stands still again."""


class Morph:
    """The way from one drawing to another.

    Nodes that both hold move; nodes that are new grow out of where the group stood; what is gone is gone.
    """

    def __init__(self, old: Drawing, new: Drawing, origin: Rect | None) -> None:
        self._new = new
        self._edges = _shortest(new.edges)
        self._starts: dict[NodeKey, Rect] = {box.node.key: box.rect for box in old.nodes}
        self._frames: dict[GroupKey, Rect] = {frame.group.key: frame.rect for frame in old.frames}
        self._origin = origin

    @staticmethod
    def is_cheap(old: Drawing, new: Drawing) -> bool:
        """Whether in-between pictures can be painted fast enough."""
        return max(len(old.nodes), len(new.nodes)) <= LIMIT

    def at(self, share: float) -> Drawing:
        """Return the picture ``share`` (0 to 1) of the way."""
        new = self._new
        if share >= 1.0:
            return new
        boxes = tuple(
            NodeBox(box.node, self._rect(self._starts.get(box.node.key), box.rect, share)) for box in new.nodes
        )
        moved = {
            box.node.key: (after.rect.x - box.rect.x, after.rect.y - box.rect.y)
            for box, after in zip(new.nodes, boxes, strict=True)
        }
        frames = tuple(
            GroupFrame(frame.group, self._rect(self._frames.get(frame.group.key), frame.rect, share))
            for frame in new.frames
        )
        edges = tuple(_moved(path, moved.get) for path in self._edges)
        return Drawing(boxes, edges, frames, new.lanes, new.bounds, new.direction)

    def _rect(self, start: Rect | None, end: Rect, share: float) -> Rect:
        if start is None:
            if self._origin is None:
                return end
            x, y = self._origin.center
            start = Rect(x - end.width / 2, y - end.height / 2, end.width, end.height)
        return Rect(
            start.x + (end.x - start.x) * share,
            start.y + (end.y - start.y) * share,
            end.width,
            end.height,
        )


def _shortest(edges: tuple[EdgePath, ...]) -> tuple[EdgePath, ...]:
    """As many edges as can be painted in every picture on the way, in their order."""
    chosen, points = set(), 0
    for index in sorted(range(len(edges)), key=lambda index: len(edges[index].points)):
        points += len(edges[index].points)
        if points > _MOST_POINTS:
            break
        chosen.add(index)
    return tuple(path for index, path in enumerate(edges) if index in chosen)


def _moved(path: EdgePath, by: Callable[[NodeKey], Point | None]) -> EdgePath:
    """Shift an edge with its ends: each point by a mixture of what its two nodes moved."""
    source, target = by(path.edge.source) or (0.0, 0.0), by(path.edge.target) or (0.0, 0.0)
    last = max(1, len(path.points) - 1)
    points = tuple(
        (
            x + source[0] + (target[0] - source[0]) * index / last,
            y + source[1] + (target[1] - source[1]) * index / last,
        )
        for index, (x, y) in enumerate(path.points)
    )
    return EdgePath(path.edge, points)
