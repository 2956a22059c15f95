"""A part of a drawing: some of its nodes, or what lies in a rectangle. Everything keeps its place."""

from dataclasses import replace

from engine.drawing.drawing import Drawing, EdgePath, GroupFrame, NodeBox, Rect
from engine.graph.view import GroupKey, NodeKey

_MARGIN_PX = 24.0


def only(drawing: Drawing, keys: frozenset[NodeKey]) -> Drawing:
    """Return the drawing with only these nodes, the edges between two of them, and the frames that hold no others.

    Headings of lanes are left out, and the bounds are those of what is left.
    """
    nodes = tuple(box for box in drawing.nodes if box.node.key in keys)
    edges = tuple(path for path in drawing.edges if path.edge.source in keys and path.edge.target in keys)
    frames = _whole_frames(drawing, keys)
    return replace(drawing, nodes=nodes, edges=edges, frames=frames, lanes=(), bounds=_bounds(nodes, edges, frames))


def cut(drawing: Drawing, page: Rect) -> Drawing:
    """Return what touches ``page``, which becomes the bounds of the drawing."""
    return replace(
        drawing,
        nodes=tuple(box for box in drawing.nodes if touches(box.rect, page)),
        edges=tuple(path for path in drawing.edges if touches(_reach(path), page)),
        frames=tuple(frame for frame in drawing.frames if touches(frame.rect, page)),
        lanes=tuple(lane for lane in drawing.lanes if page.y <= lane.position[1] <= page.bottom),
        bounds=page,
    )


def touches(first: Rect, second: Rect) -> bool:
    """Whether two rectangles have a point in common."""
    beside = first.x <= second.right and second.x <= first.right
    return beside and first.y <= second.bottom and second.y <= first.bottom


def _whole_frames(drawing: Drawing, keys: frozenset[NodeKey]) -> tuple[GroupFrame, ...]:
    parents = {frame.group.key: frame.group.parent for frame in drawing.frames}
    filled: set[GroupKey] = set()
    broken: set[GroupKey] = set()
    for box in drawing.nodes:
        kind = filled if box.node.key in keys else broken
        key = box.node.group
        while key is not None and key not in kind:
            kind.add(key)
            key = parents.get(key)
    return tuple(frame for frame in drawing.frames if frame.group.key in filled - broken)


def _bounds(boxes: tuple[NodeBox, ...], paths: tuple[EdgePath, ...], frames: tuple[GroupFrame, ...]) -> Rect:
    rects = [box.rect for box in boxes] + [frame.rect for frame in frames] + [_reach(path) for path in paths]
    if not rects:
        return Rect(0.0, 0.0, 0.0, 0.0)
    left, top = min(rect.x for rect in rects) - _MARGIN_PX, min(rect.y for rect in rects) - _MARGIN_PX
    right, bottom = max(rect.right for rect in rects) + _MARGIN_PX, max(rect.bottom for rect in rects) + _MARGIN_PX
    return Rect(left, top, right - left, bottom - top)


def _reach(path: EdgePath) -> Rect:
    """The box of the points of an edge; its curve lies inside."""
    across, along = [x for x, _ in path.points], [y for _, y in path.points]
    return Rect(min(across), min(along), max(across) - min(across), max(along) - min(along))
