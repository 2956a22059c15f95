"""Parts of a drawing that nothing joins, put beside and below each other like lines of text."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from engine.drawing.drawing import Drawing, EdgePath, GroupFrame, NodeBox, Point, Rect

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


def _roots(count: int, pairs: list[tuple[int, int]]) -> list[int]:
    """For each of so many numbers the smallest that it is joined with, over any number of pairs."""
    root = np.arange(count)
    first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    while first.size:
        low, high = np.minimum(root[first], root[second]), np.maximum(root[first], root[second])
        is_apart = low < high
        first, second = first[is_apart], second[is_apart]
        np.minimum.at(root, high[is_apart], low[is_apart])
        while (root != root[root]).any():
            root = root[root]
    found: list[int] = root.tolist()
    return found


def _parts(drawing: Drawing) -> list[_Part]:
    """What is joined by edges or by a group around both."""
    count = len(drawing.nodes)
    number = {box.node.key: index for index, box in enumerate(drawing.nodes)}
    group = {frame.group.key: index for index, frame in enumerate(drawing.frames, start=count)}
    sources = [number[path.edge.source] for path in drawing.edges]
    pairs = list(zip(sources, [number[path.edge.target] for path in drawing.edges], strict=True))
    pairs += [(index, group[box.node.group]) for index, box in enumerate(drawing.nodes) if box.node.group in group]
    pairs += [
        (group[frame.group.key], group[frame.group.parent]) for frame in drawing.frames if frame.group.parent in group
    ]
    root = _roots(count + len(group), pairs)
    parts: dict[int, _Part] = {}
    for index in range(count):
        part = parts.get(root[index])
        if part is None:
            part = parts[root[index]] = _Part()
        part.nodes.append(index)
    for index, source in enumerate(sources):
        parts[root[source]].edges.append(index)
    for index, frame in enumerate(drawing.frames):
        if (place := root[group[frame.group.key]]) in parts:
            parts[place].frames.append(index)
    return list(parts.values())


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
