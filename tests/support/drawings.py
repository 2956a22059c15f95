"""Drawings made by hand, so that painting can be tested without the layout."""

import numpy as np
import numpy.typing as npt

from engine.drawing.drawing import Direction, Drawing, EdgePath, GroupFrame, LaneLabel, NodeBox, Point, Rect
from engine.graph.view import Category, EdgeKind, GroupKey, NodeKey, NodeKind, ViewEdge, ViewGroup, ViewNode
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Data, Phase, Role, Span, Step, Value
from engine.trace.ids import StepIndex, TensorId, ValueId
from engine.trace.recording import Recording

WIDTH, HEIGHT = 118.0, 66.0
_COLUMN, _ROW = 142.0, 186.0


def starter_drawing(add_title: str = "add") -> Drawing:
    """Return the drawing of ``starter_recording``: five boxes forward, five backward under them."""
    forward = [
        _node("x", NodeKind.LEAF, Category.TENSOR, "x", "leaf [3] f32", None, 0, role=Role.INPUT),
        _node("mul", NodeKind.OP, Category.ARITHMETIC, "mul", "2 * x [3]", 0, 1),
        _node("add", NodeKind.OP, Category.ARITHMETIC, add_title, "+ 1 [3]", 1, 2),
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


def states_drawing() -> Drawing:
    """Return boxes in every state that a node can be in, for ``states_recording``."""
    nodes = [
        _node("w", NodeKind.LEAF, Category.TENSOR, "weight", "param [4, 6]", None, 0, role=Role.PARAMETER),
        _node("b", NodeKind.LEAF, Category.TENSOR, "running_mean", "buffer [2]", None, 1, role=Role.BUFFER),
        _node("log", NodeKind.OP, Category.ACTIVATION, "log", "y [3]", 0, 2),
        _node("long", NodeKind.OP, Category.NORMALIZATION, "scaled_dot_product_attention", "q, k, v [8, 64]", 0, 0),
        _node("zero", NodeKind.BACKWARD, Category.ACTIVATION, "Relu", "sent [3]", 1, 3),
        _node("failed", NodeKind.FAILED, Category.LAYER, "matmul", "[2, 3] @ [4, 5]", 2, None),
        _group("layers.0", "Linear, ReLU", 0, 1),
        _node("adam", NodeKind.OPTIMIZER, Category.OPTIMIZER, "Adam.step", "2 parameters", 1, None),
        _node("later", NodeKind.BACKWARD, Category.LAYER, "Addmm", "sent [3]", 3, 3),
    ]
    boxes = [
        NodeBox(node, Rect(index % 3 * _COLUMN + 20, index // 3 * 90.0 + (50, 50, 80)[index // 3], WIDTH, HEIGHT))
        for index, node in enumerate(nodes)
    ]
    outer = ViewGroup(
        key=GroupKey("model#0"),
        title="model",
        subtitle="TransformerEncoderLayer · call 1 · 7.1 M parameters",
        parent=None,
        first_step=StepIndex(0),
        last_step=StepIndex(2),
    )
    inner = ViewGroup(
        key=GroupKey("model.head#0"),
        title="head",
        subtitle="Linear",
        parent=outer.key,
        first_step=StepIndex(0),
        last_step=StepIndex(2),
    )
    frames = (
        GroupFrame(outer, Rect(0.0, 0.0, 3 * _COLUMN + 20, 350.0)),
        GroupFrame(inner, Rect(8.0, 222.0, 3 * _COLUMN + 4, 116.0)),
    )
    edges = (_edge_down(boxes[2], boxes[8], step=1), _edge_down(boxes[1], boxes[7], step=5))
    return Drawing(tuple(boxes), edges, frames, (), Rect(0, 0, 3 * _COLUMN + 20, 350), Direction.LEFT_RIGHT)


def _group(title: str, subtitle: str, first: int, last: int) -> ViewNode:
    return ViewNode(
        key=NodeKey(f"group:{title}"),
        kind=NodeKind.GROUP,
        category=Category.LAYER,
        title=title,
        subtitle=subtitle,
        step=StepIndex(first),
        last_step=StepIndex(last),
        stands_for=GroupKey(title),
        count=2,
    )


def states_recording() -> Recording:
    """Return values in every state: a matrix, a pair, NaN and infinity, zeros."""
    return recording_of(
        np.linspace(-1, 2, 24).reshape(4, 6),
        np.array([0.5, -1.25]),
        np.array([np.nan, np.inf, 0.25]),
        np.zeros(3),
    )


def recording_of(*arrays: npt.NDArray[np.float64]) -> Recording:
    """Return a recording of two steps with these values."""
    store = MemoryBytes()
    values, data = [], []
    for index, array in enumerate(arrays):
        raw = array.astype("<f4")
        offset = store.write(memoryview(raw.tobytes()))
        assert offset is not None
        data.append(Data(ValueId(index), offset, raw.nbytes, None))
        values.append(_value(index, array.shape))
    steps = tuple(_step(index) for index in range(2))
    recording = Recording(RunInfo(program="log(x)\n"), store)
    recording.append(Batch(steps=steps, values=tuple(values), data=tuple(data)))
    return recording


def _value(index: int, shape: tuple[int, ...]) -> Value:
    return Value(
        id=ValueId(index),
        tensor=TensorId(index),
        version=0,
        shape=shape,
        dtype="float32",
        device="cpu",
        requires_grad=index == 0,
        is_leaf=True,
        role=Role.PARAMETER,
        storage=None,
        base=None,
        producer=None,
        span=None,
        grad_node=None,
        grad_slot=0,
    )


def _step(index: int) -> Step:
    return Step(
        index=StepIndex(index),
        phase=Phase.FORWARD,
        name="log",
        target="torch.log",
        span=Span(0, 1, 0, 1, 6),
        inputs=(),
        outputs=(),
        arguments=(),
        module=None,
        grad_node=None,
        backward_call=None,
        started_ns=0,
        duration_ns=1000 * 10**index,
        function="<module>",
        thread=0,
    )
