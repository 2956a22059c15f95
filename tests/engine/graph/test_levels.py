"""The detail slider goes from one box to every op, and never back."""

import pytest
from hypothesis import given, settings

from engine.graph import Folding, build_view_graph, iterations
from engine.graph.levels import Detail, DetailName, detail_of, folding_at
from engine.graph.view import NodeKind
from engine.trace.batch import Batch
from engine.trace.execution import Kernel, KernelOperand
from engine.trace.ids import StepIndex
from tests.engine.graph.test_nesting import looped, programs, two_ops
from tests.support.made import Maker, chain, mlp, recurrence, residual
from tests.support.recordings import starter_recording


def view_of(recording, folding=None):
    return build_view_graph(recording, iterations(recording)[0], folding or Folding())


def every_position(recording):
    view = view_of(recording)
    deepest = detail_of(view, Folding()).deepest
    return [(position, view_of(recording, folding_at(view, position))) for position in range(deepest + 1)]


def check_monotone(recording):
    before = -1
    for position, view in every_position(recording):
        assert detail_of(view, folding_at(view, position)).position == position
        assert len(view.nodes) >= before
        before = len(view.nodes)


@pytest.mark.parametrize(
    "recording",
    [starter_recording(), mlp(), residual(20, 3), recurrence(60), chain(200, backward=True), looped(40, two_ops)],
)
def test_more_detail_never_means_fewer_boxes(recording):
    check_monotone(recording)


@settings(max_examples=20, deadline=None)
@given(programs())
def test_more_detail_never_means_fewer_boxes_in_any_program(recording):
    check_monotone(recording)


def test_the_whole_program_is_one_box_that_opens():
    for recording in (starter_recording(), mlp(), chain(5_000, backward=True)):
        _, view = every_position(recording)[0]
        assert [(node.title, node.step, node.last_step) for node in view.nodes] == [
            ("program", 0, iterations(recording)[0].last_step)
        ]
        assert (view.edges, view.groups) == ((), ())
        assert len(view_of(recording, Folding().with_level(-1).with_toggled(view.nodes[0].stands_for)).nodes) > 1


def test_every_op_is_the_last_position_without_kernels():
    recording = residual(20, 3)
    position, view = every_position(recording)[-1]
    assert detail_of(view, folding_at(view, position)).name is DetailName.OPS
    assert view == view_of(recording, Folding().with_all_open())


def test_an_error_is_seen_however_much_is_folded():
    maker = Maker()
    maker.fail("matmul", maker.op("sin", maker.leaf("x")), maker.leaf("w"))
    assert [node.kind for node in view_of(maker.done(), Folding().with_level(-1)).nodes] == [
        NodeKind.GROUP,
        NodeKind.FAILED,
    ]
    maker = Maker()
    maker.leaf("x")
    assert [node.title for node in view_of(maker.done(), Folding().with_level(-1)).nodes] == ["x"]


def executed():
    """``y = x @ w + b`` as one op that ran as three kernels, and an op without recorded kernels."""
    maker = Maker()
    x, w, b = maker.leaf("x"), maker.leaf("w"), maker.leaf("b")
    y = maker.op("linear", x, w, b)
    z = maker.op("relu", y)
    maker.backward(maker.op("sum", z))

    def operand(value, local=-1):
        return KernelOperand(value, local, (3,), "float32")

    made = operand(None, 0), operand(None, 1)
    kernels = (
        Kernel(StepIndex(0), "aten.t.default", (operand(w),), (made[0],), "", 1, 1),
        Kernel(StepIndex(0), "aten.mm.default", (operand(x), made[0]), (made[1],), "", 2, 1),
        Kernel(StepIndex(0), "aten.add.Tensor", (made[1], operand(b)), (operand(y),), "", 3, 1),
    )
    maker.recording.append(Batch(kernels=kernels))
    return maker.done()


def test_the_deepest_position_shows_the_kernels():
    recording = executed()
    assert [detail_of(view, folding_at(view, at)).deepest for at, view in every_position(recording)] == [2, 2, 2]
    check_monotone(recording)
    view = every_position(recording)[-1][1]
    assert detail_of(view, Folding().with_kernels()) == Detail(2, 2, DetailName.KERNELS)
    inside = [node for node in view.nodes if node.group is not None]
    assert [(node.title, node.step) for node in inside] == [("aten.t", 0), ("aten.mm", 0), ("aten.add.Tensor", 0)]
    assert [(group.title, group.subtitle) for group in view.groups] == [("linear", "as executed · 3 kernels")]
    titles = {node.key: node.title for node in view.nodes}
    ends = {(titles[edge.source], titles[edge.target]) for edge in view.edges}
    assert {
        ("w", "aten.t"),
        ("x", "aten.mm"),
        ("aten.t", "aten.mm"),
        ("aten.mm", "aten.add.Tensor"),
        ("b", "aten.add.Tensor"),
        ("aten.add.Tensor", "relu"),
    } <= ends
    known = {node.key for node in view.nodes}
    assert {node.mirrors for node in view.nodes} <= known | {None}


def test_one_op_is_opened_into_its_kernels_and_closed_again():
    recording = executed()
    view = view_of(recording)
    op = next(node for node in view.nodes if node.executed_as is not None)
    assert [node.title for node in view.nodes if node.executed_as is not None] == ["linear"]
    opened = Folding().with_opened(op.executed_as)
    assert sum(node.title.startswith("aten") for node in view_of(recording, opened).nodes) == 3
    assert view_of(recording, opened.with_toggled(op.executed_as)) == view
