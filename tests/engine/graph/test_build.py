"""From recordings to view graphs."""

import time
from collections import Counter

import pytest

from engine.drawing.state import StepState, node_state
from engine.graph import Folding, Iteration, build_view_graph, iteration_at, iterations
from engine.graph.view import Category, EdgeKind, GroupKey, NodeKind
from engine.trace.facts import Role
from tests.engine.explain.recorded import record_text
from tests.support.made import Maker, chain, mlp, recurrence, residual
from tests.support.recordings import starter_recording


def view_of(recording, folding=None, iteration=0):
    return build_view_graph(recording, iterations(recording)[iteration], folding or Folding())


def by_key(view):
    return {node.key: node for node in view.nodes}


def kinds(view):
    return Counter(node.kind for node in view.nodes)


def test_starter_is_four_ops_and_their_mirror():
    view = view_of(starter_recording())
    assert [(node.title, node.subtitle) for node in view.nodes if node.kind in (NodeKind.LEAF, NodeKind.OP)] == [
        ("x", "leaf [3] f32"),
        ("mul", "2 * x [3]"),
        ("add", "+ 1 [3]"),
        ("relu", "y [3]"),
        ("sum", "y.sum() [ ]"),
    ]
    backward = [node for node in view.nodes if node.kind is NodeKind.BACKWARD]
    assert [node.title for node in backward] == ["Sum", "Relu", "Add", "Mul"]
    assert [by_key(view)[node.mirrors].title for node in backward] == ["sum", "relu", "add", "mul"]
    gradient = view.nodes[-1]
    assert (gradient.kind, gradient.title, gradient.mirrors) == (NodeKind.GRADIENT, "x.grad", "leaf:x")


def test_starter_edges_flow_there_and_back():
    view = view_of(starter_recording())
    counted = Counter(edge.kind for edge in view.edges)
    assert counted == {EdgeKind.DATA: 4, EdgeKind.GRADIENT: 4, EdgeKind.SAVED: 1}
    saved = next(edge for edge in view.edges if edge.kind is EdgeKind.SAVED)
    assert (saved.source, saved.target, saved.label) == ("op:2:relu", "back:ReluBackward0:op:2:relu", "saved: result")


def test_categories_colour_ops():
    view = view_of(starter_recording())
    assert [node.category for node in view.nodes[1:5]] == [
        Category.ARITHMETIC,
        Category.ARITHMETIC,
        Category.ACTIVATION,
        Category.REDUCTION,
    ]


def test_both_uses_of_one_tensor_are_kept():
    maker = Maker()
    x = maker.leaf("x")
    maker.backward(maker.op("add", x, x))
    view = view_of(maker.done())
    for kind in (EdgeKind.DATA, EdgeKind.GRADIENT):
        slots = [
            edge.target_slot if kind is EdgeKind.DATA else edge.source_slot for edge in view.edges if edge.kind is kind
        ]
        assert slots == [0, 1]


def test_iterations_are_cut_after_optimizer_steps():
    recording = mlp(layers=2, rounds=3)
    found = iterations(recording)
    assert len(found) == 3
    assert found[0].first_step == 0
    assert [a.last_step + 1 for a in found[:-1]] == [b.first_step for b in found[1:]]
    assert iteration_at(found, found[1].first_step) == found[1]
    assert iteration_at(found, -1) == found[0]


def test_steps_after_the_last_optimizer_step_are_an_iteration():
    maker = Maker()
    w = maker.leaf("w", role=Role.PARAMETER)
    maker.backward(maker.op("sum", w, shape=()))
    maker.optimizer()
    maker.op("relu", w)
    assert len(iterations(maker.done())) == 2


def test_a_recording_without_steps_is_one_empty_iteration():
    maker = Maker()
    maker.leaf("x")
    recording = maker.done()
    assert iterations(recording) == (Iteration(0, -1),)
    assert [node.title for node in view_of(recording).nodes] == ["x"]


def test_keys_are_the_same_in_every_iteration():
    recording = mlp(layers=2, rounds=2)
    first, second = view_of(recording), view_of(recording, iteration=1)
    assert {node.key for node in first.nodes} == {node.key for node in second.nodes}
    assert first.all_groups == second.all_groups


def test_optimizer_takes_the_gradients():
    view = view_of(mlp(layers=2))
    optimizer = next(node for node in view.nodes if node.kind is NodeKind.OPTIMIZER)
    sources = {by_key(view)[edge.source].kind for edge in view.edges if edge.target == optimizer.key}
    assert sources == {NodeKind.GRADIENT}
    assert optimizer.subtitle == "lr 0.1 · 4 parameters"


def test_modules_of_one_op_are_that_op():
    view = view_of(mlp())
    assert [group.key for group in view.groups] == ["model#0"]
    assert next(node.subtitle for node in view.nodes if node.title == "linear") == "fc0 [32, 16]"
    assert "fc0.weight" in [node.title for node in view.nodes]


def test_inputs_stand_outside_the_module():
    assert by_key(view_of(mlp()))["leaf:x"].group is None


def test_folding_a_group_and_opening_it_again_changes_nothing():
    recording = residual(2)
    before = view_of(recording)
    key = GroupKey("net.blocks.1#0")
    folded = Folding().with_toggled(key)
    view = view_of(recording, folded)
    assert by_key(view)["group:net.blocks.1#0"].count == 5
    assert by_key(view)["backgroup:net.blocks.1#0"].mirrors == "group:net.blocks.1#0"
    assert view_of(recording, folded.with_toggled(key)) == before


def test_folded_boxes_say_what_they_are():
    view = view_of(residual(2), Folding(level=1))
    box = by_key(view)["group:net.blocks.0#0"]
    assert (box.title, box.subtitle, box.stands_for) == ("blocks.0", "Block [3]", "net.blocks.0#0")


def test_explicit_wishes_win_over_the_rule():
    recording = residual(2)
    key = GroupKey("net#0")
    assert key not in [group.key for group in view_of(recording, Folding().with_closed(key)).groups]
    assert key in [group.key for group in view_of(recording, Folding().with_level(0).with_opened(key)).groups]


def test_all_open_shows_every_step_once():
    recording = residual(6)
    view = view_of(recording, Folding().with_all_open())
    steps = [node.step for node in view.nodes if node.step is not None]
    assert sorted(steps) == list(range(len(recording)))


def test_large_pictures_fold_themselves():
    for recording in (residual(40, 3), recurrence(500), chain(10_000)):
        view = view_of(recording)
        assert len(view.nodes) <= 120
        assert kinds(view)[NodeKind.GROUP] > 0


def test_loops_fold_into_rounds():
    titles = [node.title for node in view_of(recurrence(40)).nodes if node.kind is NodeKind.GROUP and not node.mirrors]
    assert titles[0] == "rounds 1–2"
    assert titles[-1] == "rounds 39–40"


def test_opening_rounds_shows_single_rounds():
    recording = recurrence(400)
    first = next(node for node in view_of(recording).nodes if node.title.startswith("rounds"))
    opened = view_of(recording, Folding().with_toggled(first.stands_for))
    inside = [node.title for node in opened.nodes if node.group == first.stands_for and not node.mirrors]
    assert inside[:2] == ["round 1", "round 2"]


def test_every_edge_ends_at_a_box_and_no_box_at_itself():
    for recording in (starter_recording(), mlp(), residual(5), recurrence(30)):
        for folding in (Folding(), Folding().with_all_open(), Folding().with_level(0), Folding().with_level(1)):
            view = view_of(recording, folding)
            known = by_key(view)
            assert len(known) == len(view.nodes)
            for edge in view.edges:
                assert edge.source in known
                assert edge.target in known
                assert edge.source != edge.target
            groups = {group.key for group in view.groups}
            assert {node.group for node in view.nodes} <= groups | {None}


def test_the_failed_call_is_shown_with_its_inputs():
    maker = Maker()
    x, w = maker.leaf("x"), maker.leaf("w")
    h = maker.op("relu", x)
    maker.fail("matmul", h, w)
    view = view_of(maker.done())
    assert view.nodes[-1].kind is NodeKind.FAILED
    assert view.nodes[-1].subtitle.startswith("RuntimeError")
    assert [edge.source for edge in view.edges if edge.target == view.nodes[-1].key] == ["op:0:relu", "leaf:w"]


def test_two_backward_calls_show_both_runs():
    maker = Maker()
    h = maker.op("sin", maker.leaf("x"))
    maker.backward(h)
    maker.backward(h)
    view = view_of(maker.done())
    assert kinds(view)[NodeKind.BACKWARD] == 2
    assert [node.key for node in view.nodes if node.kind is NodeKind.GRADIENT] == ["grad:x", "grad:x#2"]


def test_gradients_used_in_the_forward_pass_are_connected():
    maker = Maker()
    x = maker.leaf("x")
    maker.backward(maker.op("sin", x))
    recording = maker.recording
    gradient = recording.steps[-1].outputs[0]
    maker.op("mul", gradient, x)
    view = view_of(maker.done())
    assert [edge.source for edge in view.edges if edge.target == "op:1:mul"] == ["grad:x", "leaf:x"]


def test_names_of_any_kind_stay_short():
    maker = Maker()
    x = maker.leaf('a"<&\n' + "x" * 10_000)
    maker.op("relu", x)
    assert all(len(node.title) <= 40 and "\n" not in node.title for node in view_of(maker.done()).nodes)


@pytest.mark.parametrize("folding", [Folding(), Folding().with_all_open()])
def test_ten_thousand_ops_are_built_quickly(folding):
    recording = chain(5_000, backward=True)
    started = time.process_time()
    view_of(recording, folding)
    assert time.process_time() - started < 30  # a freeze, not a speed: that is measured by the benchmarks


def test_a_gradient_that_was_returned_comes_from_all_that_sent_to_it():
    recording = record_text(
        "import torch\nx = torch.ones(3, requires_grad=True)\ny = x + x.sin()\n"
        "(g,) = torch.autograd.grad(y.sum(), x, create_graph=True)\n(g * g).sum().backward()\n"
    )
    view = build_view_graph(recording, iterations(recording)[-1], Folding())
    returned = next(node for node in view.nodes if node.title == "g")
    arrows = [edge for edge in view.edges if edge.target == returned.key]
    titles = {node.key: node.title for node in view.nodes}
    assert sorted(titles[edge.source] for edge in arrows) == ["Add", "Sin"]
    assert {edge.kind for edge in arrows} == {EdgeKind.GRADIENT}
    last = max(edge.step for edge in arrows)
    assert recording.steps[last].name == "SinBackward0"
    states = [node_state(returned, step) for step in (0, last - 1, last, last + 1)]
    assert states == [StepState.FUTURE, StepState.FUTURE, StepState.DONE, StepState.DONE]
