"""A drawing with nodes where a person put them: so far from their place in the layout, whatever that is by now."""

from collections.abc import Mapping
from dataclasses import replace

from engine.drawing.drawing import Drawing, EdgePath, GroupFrame, NodeBox, Point, Rect
from engine.graph.stage import backward_group_key, group_node_key
from engine.graph.view import GroupKey, NodeKey, NodeKind

Moves = Mapping[NodeKey, Point]
"""How far nodes were moved, in world units. What is said of a folded group holds for all in it once it is open."""

_ROOM_PX = 14.0
_TITLE_ROOM_PX = 36.0
_STILL: Point = (0.0, 0.0)


def moved(drawing: Drawing, moves: Moves) -> Drawing:
    """Return the drawing with moved nodes; their arrows follow, and frames grow where they hold one no longer."""
    if not moves:
        return drawing
    by = _Shifts(drawing, moves)
    boxes = tuple(NodeBox(box.node, _shifted(box.rect, by.node[box.node.key])) for box in drawing.nodes)
    frames = _grown(
        [replace(frame, rect=_shifted(frame.rect, by.group(frame.group.key))) for frame in drawing.frames],
        [box for box in boxes if by.node[box.node.key] != _STILL],
    )
    edges = tuple(_followed(path, by) for path in drawing.edges)
    around = [box.rect for box in boxes] + [frame.rect for frame in frames]
    return replace(drawing, nodes=boxes, edges=edges, frames=frames, bounds=_around(drawing.bounds, around))


class _Shifts:
    """How far each node and group of a drawing is moved."""

    def __init__(self, drawing: Drawing, moves: Moves) -> None:
        self._moves = moves
        self._parents = {frame.group.key: frame.group.parent for frame in drawing.frames}
        self.node: dict[NodeKey, Point] = {}
        for box in drawing.nodes:
            is_backward = box.node.kind in (NodeKind.BACKWARD, NodeKind.GRADIENT)
            x, y = moves.get(box.node.key, _STILL)
            dx, dy = self.group(box.node.group, is_backward=is_backward)
            self.node[box.node.key] = (x + dx, y + dy)

    def group(self, group: GroupKey | None, *, is_backward: bool = False) -> Point:
        """How far everything in an open group is moved."""
        x, y = 0.0, 0.0
        while group is not None:
            key = backward_group_key(group) if is_backward else group_node_key(group)
            dx, dy = self._moves.get(key, _STILL)
            x, y, group = x + dx, y + dy, self._parents.get(group)
        return (x, y)


def _shifted(rect: Rect, by: Point) -> Rect:
    return rect if by == _STILL else Rect(rect.x + by[0], rect.y + by[1], rect.width, rect.height)


def _followed(path: EdgePath, by: _Shifts) -> EdgePath:
    """An arrow whose ends went elsewhere: it leaves and arrives as before and bends on the way."""
    source = by.node.get(path.edge.source, _STILL)
    target = by.node.get(path.edge.target, _STILL)
    if source == target == _STILL:
        return path
    last = len(path.points) - 1
    shares = [min(1.0, max(0.0, (index - 1) / max(1, last - 2))) for index in range(last + 1)]
    points = tuple(
        (x + source[0] + (target[0] - source[0]) * share, y + source[1] + (target[1] - source[1]) * share)
        for (x, y), share in zip(path.points, shares, strict=True)
    )
    return EdgePath(path.edge, points)


def _grown(frames: list[GroupFrame], boxes: list[NodeBox]) -> tuple[GroupFrame, ...]:
    """Frames that hold all of their moved nodes again, inner ones before those around them."""
    needs: dict[GroupKey, Rect] = {}
    for box in boxes:
        if box.node.group is not None and box.node.mirrors is None:
            known = needs.get(box.node.group)
            needs[box.node.group] = box.rect if known is None else _around(known, [box.rect])
    grown: dict[GroupKey, GroupFrame] = {}
    for frame in reversed(frames):
        need, parent = needs.get(frame.group.key), frame.group.parent
        rect = frame.rect if need is None else _around(frame.rect, [_with_room(need)])
        if need is not None and parent is not None:
            needs[parent] = rect if parent not in needs else _around(needs[parent], [rect])
        grown[frame.group.key] = replace(frame, rect=rect)
    return tuple(grown[frame.group.key] for frame in frames)


def _with_room(rect: Rect) -> Rect:
    high = rect.height + _TITLE_ROOM_PX + _ROOM_PX
    return Rect(rect.x - _ROOM_PX, rect.y - _TITLE_ROOM_PX, rect.width + 2 * _ROOM_PX, high)


def _around(first: Rect, others: list[Rect]) -> Rect:
    rects = [first, *others]
    left, top = min(rect.x for rect in rects), min(rect.y for rect in rects)
    return Rect(left, top, max(rect.right for rect in rects) - left, max(rect.bottom for rect in rects) - top)
