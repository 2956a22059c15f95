"""Groups that are alike, bookkeeping of modules, failed modules, and keys that stay the same."""

from msgspec.structs import replace

from engine.drawing.state import StepState, node_state
from engine.graph import Folding, build_view_graph, iterations
from engine.graph.alike import rolled_title
from engine.graph.view import NodeKind
from engine.trace.batch import Batch
from engine.trace.facts import Role
from tests.support.made import Maker


def view_of(recording, folding=None, iteration=0):
    return build_view_graph(recording, iterations(recording)[iteration], folding or Folding())


def tower(widths, head=0):
    """A net whose blocks have three ops each and the given widths, then ``head`` more ops."""
    maker = Maker()
    value = maker.leaf("x")
    maker.enter("net", "Net")
    value = maker.op("stem", value)
    for number, width in enumerate(widths):
        maker.enter(f"net.layers.{number}", "Block")
        for name in ("linear", "relu", "tanh"):
            value = maker.op(name, value, shape=(width,))
        maker.leave()
    for _ in range(head):
        value = maker.op("exp", value)
    maker.leave()
    maker.backward(maker.op("sum", value, shape=()))
    return maker.done()


def titles(view):
    return [node.title for node in view.nodes if node.kind is NodeKind.GROUP and node.mirrors is None]


def test_neighbours_of_the_same_structure_and_shapes_are_one_box():
    view = view_of(tower([8] * 6 + [4] + [16] * 5, head=6))
    assert titles(view) == ["layers.0 … 5", "layers.7 … 11"]
    assert "layers.6" in [group.title for group in view.groups]
    box = next(node for node in view.nodes if node.title == "layers.0 … 5")
    assert box.subtitle == "6 alike [8]"
    assert box.count == 18


def test_opening_the_box_shows_them_one_by_one():
    recording = tower([8] * 6 + [4] + [16] * 5, head=6)
    box = next(node for node in view_of(recording).nodes if node.title == "layers.0 … 5")
    view = view_of(recording, Folding().with_toggled(box.stands_for))
    assert titles(view)[:6] == [f"layers.{number}" for number in range(6)]
    assert next(group for group in view.groups if group.key == box.stands_for).subtitle == "6 alike · 18 ops"


def test_every_step_has_a_current_box_however_it_is_folded():
    recording = tower([8] * 6 + [4] + [16] * 5, head=6)
    for folding in (Folding(), Folding().with_level(1), Folding().with_level(2), Folding().with_all_open()):
        view = view_of(recording, folding)
        for step in range(len(recording)):
            assert any(node_state(node, step) is StepState.CURRENT for node in view.nodes)


def test_what_a_module_is_made_of_is_not_rolled_again():
    maker = Maker()
    value = maker.leaf("x")
    for number in range(12):
        maker.enter(f"layers.{number}", "Block")
        value = maker.op("relu", maker.op("exp", maker.op("tanh", value)))
        maker.leave()
    assert not any("…" in group for group in view_of(maker.done()).all_groups)


def test_titles_of_rolled_groups():
    assert rolled_title("layers.6", "layers.11") == "layers.6 … 11"
    assert rolled_title("block", "block") == "block"
    assert rolled_title("a.0", "b.3") == "a.0 … b.3"


def batch_norm(maker, value):
    """What a batch norm does in training: count the batch, then normalize."""
    maker.enter("net.norm", "BatchNorm1d")
    count = maker.leaf("net.norm.num_batches_tracked", shape=(), role=Role.BUFFER, requires_grad=False)
    facts = maker.recording.values
    facts[count] = replace(facts[count], dtype="int64")
    counted = maker.op("add_", count, shape=())
    step = maker.recording.steps[-1]
    maker.recording.steps[-1] = replace(step, grad_node=None)
    facts[counted] = replace(facts[counted], dtype="int64", role=Role.BUFFER, tensor=facts[count].tensor)
    value = maker.op("batch_norm", value)
    maker.leave()
    return value


def test_counting_batches_shares_the_box_of_the_batch_norm():
    maker = Maker()
    maker.enter("net", "Net")
    value = batch_norm(maker, maker.op("linear", maker.leaf("x")))
    maker.op("relu", value)
    maker.leave()
    view = view_of(maker.done())
    norm = next(node for node in view.nodes if node.title == "batch_norm")
    assert (norm.kind, norm.step, norm.last_step, norm.main_step, norm.about) == (NodeKind.OP, 1, 2, 2, 2)
    assert norm.subtitle == "norm [3]"
    assert not any(node.title.startswith(("add", "num_batches")) or "tracked" in node.title for node in view.nodes)
    assert [node_state(norm, step) for step in (0, 1, 2, 3)] == [
        StepState.FUTURE,
        StepState.CURRENT,
        StepState.CURRENT,
        StepState.DONE,
    ]
    assert [node.about for node in view.nodes if node.title == "relu"] == [3]


def test_a_failed_op_is_drawn_in_its_module():
    maker = Maker()
    maker.enter("net", "Net")
    value = maker.op("relu", maker.leaf("x"))
    maker.enter("net.head", "Head")
    value = maker.op("tanh", value)
    maker.enter("net.head.fc", "Linear")
    weight = maker.leaf("net.head.fc.weight", role=Role.PARAMETER)
    maker.fail("linear", value, weight)
    failure = maker.recording.failures.pop()
    module = maker.recording.module_calls[-1].id
    maker.recording.append(Batch(failures=(replace(failure, module=module),)))
    view = view_of(maker.done())
    failed = next(node for node in view.nodes if node.kind is NodeKind.FAILED)
    assert failed.group == "net.head#0"
    assert {group.key for group in view.groups} == {"net#0", "net.head#0"}
    assert next(node for node in view.nodes if node.title == "fc.weight").group == "net.head#0"


def test_boxes_of_folded_backward_passes_keep_their_keys():
    maker = Maker()
    weight = maker.leaf("w", role=Role.PARAMETER)
    for _ in range(2):
        value = maker.leaf("x", requires_grad=False)
        for _ in range(80):
            value = maker.op("mul", value, weight)
        maker.backward(maker.op("sum", value, shape=()))
        maker.optimizer()
    recording = maker.done()
    first, second = view_of(recording), view_of(recording, iteration=1)
    assert [node.key for node in first.nodes] == [node.key for node in second.nodes]
