"""Drawings made by hand, so that painting can be tested without the layout."""

from engine.drawing.drawing import Direction, Drawing, EdgePath, GroupFrame, LaneLabel, NodeBox, Point, Rect
from engine.graph.view import Category, EdgeKind, GroupKey, NodeKey, NodeKind, ViewEdge, ViewGroup, ViewNode
from engine.trace.facts import Role
from engine.trace.ids import StepIndex, ValueId

WIDTH, HEIGHT = 118.0, 66.0
_COLUMN, _ROW = 142.0, 186.0


def starter_drawing() -> Drawing:
    """Return the drawing of ``starter_recording``: five boxes forward, five backward under them."""
    forward = [
        _node("x", NodeKind.LEAF, Category.TENSOR, "x", "leaf [3] f32", None, 0, role=Role.INPUT),
        _node("mul", NodeKind.OP, Category.ARITHMETIC, "mul", "2 * x [3]", 0, 1),
        _node("add", NodeKind.OP, Category.ARITHMETIC, "add", "+ 1 [3]", 1, 2),
        _node("relu", NodeKind.OP, Category.ACTIVATION, "relu", "y [3]", 2, 3),
        _node("sum", NodeKind.OP, Category.REDUCTION, "sum", "[ ]", 3, 4),
    ]
    backward = [
        _node("x.grad", NodeKind.GRADIENT, Category.TENSOR, "x.grad", "[3]", 8, 9, mirrors="x"),
        _node("MulBackward0", NodeKind.BACKWARD, Category.ARITHMETIC, "Mul", "sent [3]", 7, 9, mirrors="mul"),
        _node("AddBackward0", NodeKind.BACKWARD, Category.ARITHMETIC, "Add", "sent [3]", 6, 8, mirrors="add"),
        _node("ReluBackward0", NodeKind.BACKWARD, Category.ACTIVATION, "Relu", "sent [3]", 5, 7, mirrors="relu"),
        _node("SumBackward0", NodeKind.BACKWARD, Category.REDUCTION, "Sum", "sent [3]", 4, 6, mirrors="sum"),
    ]
    boxes = [NodeBox(node, Rect(i * _COLUMN, 24.0, WIDTH, HEIGHT)) for i, node in enumerate(forward)]
    boxes += [NodeBox(node, Rect(i * _COLUMN, 24.0 + _ROW, WIDTH, HEIGHT)) for i, node in enumerate(backward)]
    edges = [_edge(boxes[i], boxes[i + 1], EdgeKind.DATA, value=i, step=i) for i in range(4)] + [
        _edge(boxes[i + 1], boxes[i], EdgeKind.GRADIENT, value=14 - i, step=13 - i) for i in (8, 7, 6, 5)
    ]
    edges.append(_thread(boxes[3], boxes[8], "saved: result", value=3, step=5))
    lanes = (LaneLabel("forward", (3.0, 6.0)), LaneLabel("backward", (3.0, 192.0)))
    bounds = Rect(0.0, -6.0, 4 * _COLUMN + WIDTH, 24.0 + _ROW + HEIGHT + 6.0)
    return Drawing(tuple(boxes), tuple(edges), (), lanes, bounds, Direction.LEFT_RIGHT)


def grid_drawing(columns: int, rows: int) -> Drawing:
    """Return a big drawing: columns of boxes, each joined to the one below, in frames of ten rows."""
    boxes, edges, frames = [], [], []
    categories = list(Category)
    for index in range(columns * rows):
        column, row = divmod(index, rows)
        rect = Rect(column * 170.0, row * 100.0 + row // 10 * 80.0 + 60.0, WIDTH, HEIGHT)
        category = categories[index % len(categories)]
        boxes.append(
            NodeBox(_node(f"op{index}", NodeKind.OP, category, f"op {index}", "[8, 64] f32", index, None), rect)
        )
        if row:
            edges.append(_edge_down(boxes[index - 1], boxes[index], step=index))
    for block in range((rows + 9) // 10):
        key = GroupKey(f"model.layers.{block}")
        group = ViewGroup(
            key=key,
            title=f"layers.{block}",
            subtitle="TransformerEncoderLayer · call 1 · 7.1 M parameters",
            parent=None,
            first_step=StepIndex(block * 10),
            last_step=StepIndex(block * 10 + 9),
        )
        frames.append(GroupFrame(group, Rect(-30.0, block * 1080.0 + 10.0, columns * 170.0 + 8.0, 1040.0)))
    bounds = Rect(-30.0, 10.0, columns * 170.0 + 8.0, rows * 108.0 + 60.0)
    return Drawing(tuple(boxes), tuple(edges), tuple(frames), (), bounds, Direction.TOP_DOWN)


def _node(
    key: str,
    kind: NodeKind,
    category: Category,
    title: str,
    subtitle: str,
    step: int | None,
    value: int | None,
    *,
    role: Role | None = None,
    mirrors: str | None = None,
) -> ViewNode:
    return ViewNode(
        key=NodeKey(key),
        kind=kind,
        category=category,
        title=title,
        subtitle=subtitle,
        step=None if step is None else StepIndex(step),
        value=None if value is None else ValueId(value),
        role=role,
        mirrors=None if mirrors is None else NodeKey(mirrors),
    )


def _edge(source: NodeBox, target: NodeBox, kind: EdgeKind, value: int, step: int) -> EdgePath:
    forward = source.rect.x < target.rect.x
    start = (source.rect.right if forward else source.rect.x, source.rect.center[1])
    end = (target.rect.x - 2 if forward else target.rect.right + 2, target.rect.center[1])
    edge = ViewEdge(
        source=source.node.key, target=target.node.key, kind=kind, value=ValueId(value), step=StepIndex(step)
    )
    return EdgePath(edge, _straight(start, end))


def _edge_down(source: NodeBox, target: NodeBox, step: int) -> EdgePath:
    start = (source.rect.center[0], source.rect.bottom)
    end = (target.rect.center[0], target.rect.y - 2)
    edge = ViewEdge(source=source.node.key, target=target.node.key, kind=EdgeKind.DATA, step=StepIndex(step))
    return EdgePath(edge, _straight(start, end))


def _thread(source: NodeBox, target: NodeBox, label: str, value: int, step: int) -> EdgePath:
    start = (source.rect.center[0], source.rect.bottom)
    end = (target.rect.center[0], target.rect.y - 8)
    edge = ViewEdge(
        source=source.node.key,
        target=target.node.key,
        kind=EdgeKind.SAVED,
        value=ValueId(value),
        step=StepIndex(step),
        label=label,
    )
    return EdgePath(edge, _straight(start, end))


def _straight(start: Point, end: Point) -> tuple[Point, ...]:
    third = ((end[0] - start[0]) / 3, (end[1] - start[1]) / 3)
    return (
        start,
        (start[0] + third[0], start[1] + third[1]),
        (end[0] - third[0], end[1] - third[1]),
        end,
    )
