"""Parts of a drawing that nothing joins, put beside and below each other like lines of text."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from engine.drawing.drawing import Drawing, EdgePath, GroupFrame, NodeBox, Point, Rect
from engine.graph.view import GroupKey

_GAP_PX = 40.0
_SCREEN_PX = (1000.0, 650.0)
_WORTH = 1.15
"""Parts are moved only where the picture can then be shown at least so much larger."""


@dataclass(slots=True)
class _Part:
    """Positions of nodes, edges and frames that belong together."""

    nodes: list[int] = field(default_factory=list)
    edges: list[int] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)


def packed(drawing: Drawing) -> Drawing:
    """Return the drawing with its separate parts packed, in the order in which they begin; else the drawing itself.

    A drawing with a backward lane keeps its places: there the lanes say what belongs together.
    """
    if drawing.lanes or any(box.node.mirrors is not None for box in drawing.nodes):
        return drawing
    parts = _parts(drawing)
    if len(parts) < 2:
        return drawing
    boxes = [_around(_rects(drawing, part)) for part in parts]
    whole = _around(boxes)
    places = min((_shelves(boxes, width) for width in _widths(boxes)), key=lambda found: -_scale(_union(boxes, found)))
    if _scale(_union(boxes, places)) < _WORTH * _scale(whole):
        return drawing
    return _moved(drawing, parts, boxes, places, whole)


class _Joined:
    """Which numbers belong together (union-find)."""

    def __init__(self, count: int) -> None:
        self._root = list(range(count))

    def find(self, index: int) -> int:
        """The smallest number that belongs to this one."""
        root = self._root
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    def join(self, first: int, second: int) -> None:
        """Say that two belong together."""
        low, high = sorted((self.find(first), self.find(second)))
        self._root[high] = low


def _parts(drawing: Drawing) -> list[_Part]:
    """What is joined by edges or by a group around both."""
    number = {box.node.key: index for index, box in enumerate(drawing.nodes)}
    joined = _Joined(len(drawing.nodes))
    for path in drawing.edges:
        joined.join(number[path.edge.source], number[path.edge.target])
    of_group = _members(drawing, joined)
    parts: dict[int, _Part] = {}
    for index in range(len(drawing.nodes)):
        parts.setdefault(joined.find(index), _Part()).nodes.append(index)
    for index, path in enumerate(drawing.edges):
        parts[joined.find(number[path.edge.source])].edges.append(index)
    for index, frame in enumerate(drawing.frames):
        if frame.group.key in of_group:
            parts[joined.find(of_group[frame.group.key])].frames.append(index)
    return list(parts.values())


def _members(drawing: Drawing, joined: _Joined) -> dict[GroupKey, int]:
    """Join what lies in one group, and return a node of each group."""
    parents = {frame.group.key: frame.group.parent for frame in drawing.frames}
    of_group: dict[GroupKey, int] = {}
    for index, box in enumerate(drawing.nodes):
        key = box.node.group
        while key is not None:
            joined.join(of_group.setdefault(key, index), index)
            key = parents.get(key)
    return of_group


def _rects(drawing: Drawing, part: _Part) -> list[Rect]:
    rects = [drawing.nodes[index].rect for index in part.nodes]
    rects += [drawing.frames[index].rect for index in part.frames]
    for index in part.edges:
        rects += [Rect(x, y, 0.0, 0.0) for x, y in drawing.edges[index].points]
    return rects


def _widths(boxes: list[Rect]) -> Iterable[float]:
    """Some widths to try: from the widest part to all in a line."""
    widest = max(box.width for box in boxes)
    total = sum(box.width + _GAP_PX for box in boxes)
    count = min(len(boxes), 24)
    return [widest + (total - widest) * step / count for step in range(count + 1)]


def _shelves(boxes: list[Rect], width: float) -> list[Point]:
    """Left top corners of the parts, as many on a line as fit."""
    places: list[Point] = []
    x = y = high = 0.0
    for box in boxes:
        if x > 0 and x + box.width > width:
            x, y, high = 0.0, y + high + _GAP_PX, 0.0
        places.append((x, y))
        x, high = x + box.width + _GAP_PX, max(high, box.height)
    return places


def _union(boxes: list[Rect], places: list[Point]) -> Rect:
    return _around(Rect(x, y, box.width, box.height) for box, (x, y) in zip(boxes, places, strict=True))


def _around(rects: Iterable[Rect]) -> Rect:
    found = list(rects)
    left, top = min(rect.x for rect in found), min(rect.y for rect in found)
    return Rect(left, top, max(rect.right for rect in found) - left, max(rect.bottom for rect in found) - top)


def _scale(size: Rect) -> float:
    return min(_SCREEN_PX[0] / max(size.width, 1.0), _SCREEN_PX[1] / max(size.height, 1.0))


def _moved(drawing: Drawing, parts: list[_Part], boxes: list[Rect], places: list[Point], whole: Rect) -> Drawing:
    nodes, edges, frames = list(drawing.nodes), list(drawing.edges), list(drawing.frames)
    for part, box, (x, y) in zip(parts, boxes, places, strict=True):
        dx, dy = whole.x + x - box.x, whole.y + y - box.y
        for index in part.nodes:
            nodes[index] = NodeBox(nodes[index].node, _shifted(nodes[index].rect, dx, dy))
        for index in part.edges:
            path = edges[index]
            edges[index] = EdgePath(path.edge, tuple((px + dx, py + dy) for px, py in path.points))
        for index in part.frames:
            frames[index] = _framed(frames[index], dx, dy)
    bounds, size = drawing.bounds, _union(boxes, places)
    bounds = Rect(
        bounds.x, bounds.y, bounds.width + size.width - whole.width, bounds.height + size.height - whole.height
    )
    return replace(drawing, nodes=tuple(nodes), edges=tuple(edges), frames=tuple(frames), bounds=bounds)


def _shifted(rect: Rect, dx: float, dy: float) -> Rect:
    return Rect(rect.x + dx, rect.y + dy, rect.width, rect.height)


def _framed(frame: GroupFrame, dx: float, dy: float) -> GroupFrame:
    return replace(frame, rect=_shifted(frame.rect, dx, dy))
