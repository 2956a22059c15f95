"""A planted fault of each kind is found, and a true recording has none."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.protocol.proof import Check, Verdict
from engine.trace.facts import Phase
from engine.trace.recording import Recording
from tests.engine.runtime.proof.proving import (
    alike,
    altered,
    forward_steps,
    proven,
    recorded,
    rewired,
    steps_named,
    with_bytes_of,
    with_step,
    without_step,
)

TRAINING = """
x = torch.randn(3, 2)
w = torch.randn(2, 2, requires_grad=True)
v = torch.randn(2, 2, requires_grad=True)
optimizer = torch.optim.SGD([w, v], lr=0.1)
for turn in range(2):
    optimizer.zero_grad()
    hidden = (x @ w).tanh()
    out = (hidden @ v).sigmoid()
    loss = (out - 0.5).pow(2).mean()
    loss.backward()
    optimizer.step()
"""
IN_PLACE = """
a = torch.randn(4, requires_grad=True)
b = a * 2
c = b.exp()
b.add_(1.0)
view = b[1:3]
b.mul_(3.0)
out = (view * c[1:3]).sum()
"""


@pytest.fixture(scope="module")
def training() -> Recording:
    return recorded(TRAINING)


@pytest.fixture(scope="module")
def in_place() -> Recording:
    return recorded(IN_PLACE)


def test_a_true_recording_is_proven(training: Recording, in_place: Recording) -> None:
    report = proven(training)
    assert report.failures == []
    assert report.of(Verdict.NOT_CHECKED) == []
    for check in Check:
        assert report.of(Verdict.PROVEN, check), check
    assert proven(in_place).failures == []


def test_a_wrong_edge_is_found(training: Recording) -> None:
    step = steps_named(training, "tanh")[1]
    old = step.inputs[0]
    assert old is not None
    other = alike(training, old, (value.id for value in training.values if value.id < old))[-1]
    report = proven(rewired(training, step.index, old, other))
    assert Check.REPLAY in report.failed_checks()
    assert (Check.REPLAY, step.index) in {(check, at) for check, at, _ in report.failures}


def test_a_wrong_edge_in_the_graph_of_autograd_is_found(training: Recording) -> None:
    nodes = {node.id: node for node in training.grad_nodes}
    edge = next(e for e in training.grad_edges if nodes[e.source].name == "TanhBackward0")
    elsewhere = next(n.id for n in training.grad_nodes if n.name == "SigmoidBackward0")

    def change(batch):
        edges = tuple(type(e)(e.source, e.slot, elsewhere, 0) if e == edge else e for e in batch.grad_edges)
        return type(batch)(**{f: getattr(batch, f) for f in batch.__struct_fields__} | {"grad_edges": edges})

    assert proven(altered(training, change)).failed_checks() & {Check.ARRIVAL, Check.STRUCTURE}


@pytest.mark.parametrize("name", ["matmul", "tanh", "sub", "mean"])
def test_a_dropped_step_is_found(training: Recording, name: str) -> None:
    report = proven(without_step(training, steps_named(training, name)[0].index))
    assert Check.STRUCTURE in report.failed_checks()


def test_a_dropped_step_in_place_is_found(in_place: Recording) -> None:
    report = proven(without_step(in_place, steps_named(in_place, "add_")[0].index))
    assert report.failed_checks() & {Check.STRUCTURE, Check.MEMORY}


def test_a_stale_value_is_found(in_place: Recording) -> None:
    written = steps_named(in_place, "mul_")[0]
    after, before = written.outputs[0], written.inputs[0]
    assert after is not None
    assert before is not None
    report = proven(with_bytes_of(in_place, after, before))
    assert (Check.REPLAY, written.index) in {(check, at) for check, at, _ in report.failures}


def test_a_stale_view_is_found(in_place: Recording) -> None:
    product = steps_named(in_place, "mul")[1]
    view, first = product.inputs[0], steps_named(in_place, "getitem")[0].outputs[0]
    assert view is not None
    assert first is not None
    assert view != first
    report = proven(rewired(in_place, product.index, view, first))
    assert (Check.MEMORY, product.index) in {(check, at) for check, at, _ in report.failures}


def test_swapped_gradients_are_found(training: Recording) -> None:
    step = steps_named(training, "MmBackward0")[0]
    gradients = [step.outputs[1], steps_named(training, "MmBackward0")[1].outputs[1]]
    assert None not in gradients
    swapped = with_step(training, step.index, outputs=(step.outputs[0], gradients[1]))
    checks = {check for check, at, _ in proven(swapped).failures}
    assert {Check.DERIVATIVE, Check.SLOPE} <= checks


def test_swapped_gradients_at_an_optimizer_are_found(training: Recording) -> None:
    step = steps_named(training, "SGD.step")[0]
    w, w_grad, v, v_grad = step.inputs
    report = proven(with_step(training, step.index, inputs=(w, v_grad, v, w_grad)))
    assert {(Check.STRUCTURE, step.index), (Check.UPDATE, step.index)} <= {(c, at) for c, at, _ in report.failures}


def test_a_wrong_sum_is_found() -> None:
    recording = recorded("x = torch.randn(3, requires_grad=True)\n(x.exp() + x.sin()).sum().backward()\n")
    leaf = next(s for s in recording.steps if s.name == "AccumulateGrad")
    exp = steps_named(recording, "ExpBackward0")[0].outputs[0]
    assert exp is not None
    assert leaf.inputs[0] is not None
    report = proven(with_bytes_of(recording, leaf.inputs[0], exp))
    assert (Check.ARRIVAL, leaf.index) in {(check, at) for check, at, _ in report.failures}


def test_a_wrong_gradient_that_was_returned_is_found() -> None:
    recording = recorded("x = torch.randn(3, requires_grad=True)\ng = torch.autograd.grad((x + x.sin()).sum(), x)[0]\n")
    returned = recording.returned_gradients[0].value
    cosine = steps_named(recording, "SinBackward0")[0].outputs[0]
    assert cosine is not None
    assert proven(recording).failures == []
    assert Check.ARRIVAL in proven(with_bytes_of(recording, returned, cosine)).failed_checks()


def test_an_invented_input_is_found(training: Recording) -> None:
    """A call of another function with the same result would pass the replay: the input must matter as well."""
    recording = recorded("x = torch.randn(3)\ny = torch.randn(3)\nz = torch.where(torch.tensor(True), x, y)\n")
    report = proven(recording)
    assert report.failures == []
    assert "none of the numbers of an input is chosen here" in report.reasons


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_rewired_input_is_found(training: Recording, data: st.DataObject) -> None:
    step = data.draw(st.sampled_from([s for s in forward_steps(training) if s.inputs]))
    old = data.draw(st.sampled_from([value for value in step.inputs if value is not None]))
    others = alike(training, old, (value.id for value in training.values if value.id < old))
    if others:
        report = proven(rewired(training, step.index, old, data.draw(st.sampled_from(others))))
        assert step.index in {at for _, at, _ in report.failures}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_exchanged_gradient_is_found(training: Recording, data: st.DataObject) -> None:
    steps = [s for s in training.steps if s.phase is Phase.BACKWARD and s.name != "AccumulateGrad"]
    step = data.draw(st.sampled_from([s for s in steps if any(value is not None for value in s.outputs)]))
    sent = data.draw(st.sampled_from([value for value in step.outputs if value is not None]))
    others = alike(training, sent, (value for s in steps for value in s.outputs))
    if others:
        other = data.draw(st.sampled_from(others))
        outputs = tuple(other if value == sent else value for value in step.outputs)
        assert proven(with_step(training, step.index, outputs=outputs)).failures
