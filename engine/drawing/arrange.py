"""A view graph laid out: the forward pass above, the backward pass mirrored below it."""

from engine.drawing.drawing import Direction, Drawing, EdgePath, LaneLabel, NodeBox, Rect
from engine.drawing.measure import node_size
from engine.graph.view import EdgeKind, NodeKind, ViewGraph

_GAP = 26.0


def arrange(view: ViewGraph, direction: Direction | None = None) -> Drawing:
    """Place every node and route every edge."""
    ranks = {}
    for node in view.nodes:
        ranks[node.key] = 0
    for _ in range(len(view.nodes)):
        changed = False
        for edge in view.edges:
            if edge.kind in (EdgeKind.DATA, EdgeKind.PARAMETER) and ranks[edge.target] <= ranks[edge.source]:
                if ranks[edge.source] < len(view.nodes):
                    ranks[edge.target] = ranks[edge.source] + 1
                    changed = True
        if not changed:
            break
    boxes, used = {}, {}
    for node in view.nodes:
        lane = (
            0
            if node.kind in (NodeKind.LEAF, NodeKind.OP, NodeKind.FAILED)
            else 2
            if node.kind is NodeKind.OPTIMIZER
            else 1
        )
        if node.kind is NodeKind.GROUP and node.mirrors:
            lane = 1
        rank = ranks.get(node.mirrors, ranks[node.key]) if node.mirrors else ranks[node.key]
        row = used.get((lane, rank), 0)
        used[lane, rank] = row + 1
        width, height = node_size(node)
        boxes[node.key] = NodeBox(node, Rect(rank * (width + _GAP), 20 + lane * 300 + row * 100, width, height))
    paths = []
    for edge in view.edges:
        a, b = boxes[edge.source].rect, boxes[edge.target].rect
        if edge.kind is EdgeKind.SAVED:
            start, end = (a.center[0], a.bottom), (b.center[0], b.y)
            c1, c2 = (start[0], start[1] + 30), (end[0], end[1] - 30)
        elif edge.kind is EdgeKind.GRADIENT:
            start, end = (a.x, a.center[1]), (b.right, b.center[1])
            c1, c2 = (start[0] - 13, start[1]), (end[0] + 13, end[1])
        else:
            start, end = (a.right, a.center[1]), (b.x, b.center[1])
            c1, c2 = (start[0] + 13, start[1]), (end[0] - 13, end[1])
        paths.append(EdgePath(edge, (start, c1, c2, end)))
    right = max((box.rect.right for box in boxes.values()), default=0)
    bottom = max((box.rect.bottom for box in boxes.values()), default=0)
    lanes = (LaneLabel("FORWARD", (0, 8)), LaneLabel("BACKWARD", (0, 308)))
    return Drawing(
        tuple(boxes.values()), tuple(paths), (), lanes, Rect(0, 0, right, bottom), direction or Direction.LEFT_RIGHT
    )
