"""Hooks behind the accumulation of a gradient: what they read has arrived, and what they do comes after that."""

from typing import Any

import pytest
import torch

from engine.program.source import SourceMap
from engine.protocol.request import ValuePolicy
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.batch import RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Phase
from engine.trace.invariants import check_recording
from engine.trace.recording import Recording
from tests.engine.runtime.proof.proving import proven
from tests.engine.runtime.proof.proving import recorded as proof_recorded
from tests.support.recorded import Recorded, record_soundly, record_text, run_bare

HEAD = "import torch\nfrom torch import nn\ntorch.manual_seed(5)\n"
READS = """
x = torch.ones(3, requires_grad=True)
seen = []
x.register_post_accumulate_grad_hook(lambda leaf: seen.append((leaf.grad * 2).sum().item()))
(x * 3).sum().backward()
(x * 4).sum().backward()
"""
STEPS = """
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
optimizers = {p: torch.optim.SGD([p], lr=0.1, momentum=0.9) for p in model.parameters()}
def step(p):
    optimizers[p].step()
    p.grad = None
for p in model.parameters():
    p.register_post_accumulate_grad_hook(step)
for _ in range(2):
    loss = model(torch.ones(5, 3)).pow(2).sum()
    loss.backward()
"""
CHANGES = """
x = torch.ones(2, requires_grad=True)
x.register_hook(lambda grad: grad + 1)
def half(leaf):
    leaf.grad.mul_(0.5)
x.register_post_accumulate_grad_hook(half)
for _ in range(2):
    (x * 3).sum().backward()
"""
NESTED = """
w = torch.ones(2, requires_grad=True)
seen = []
w.register_post_accumulate_grad_hook(lambda leaf: seen.append(leaf.grad.sum().item()))
y = w * 2
def inner(grad):
    with torch.enable_grad():
        (w * 5).sum().backward()
y.register_hook(inner)
y.sum().backward()
"""
GRAPH = """
x = torch.ones(2, requires_grad=True)
seen = []
x.register_post_accumulate_grad_hook(lambda leaf: seen.append(leaf.grad.sum().item()))
for _ in range(2):
    (x ** 3).sum().backward(create_graph=True)
x.grad.sum().backward()
"""
PROGRAMS = {"reads": READS, "steps": STEPS, "changes": CHANGES, "nested": NESTED, "keeps the graph": GRAPH}


def recorded(text: str, *, drains: bool = False) -> Recorded:
    return record_soundly(HEAD + text, drains=drains)


@pytest.mark.parametrize("drains", [False, True], ids=["drained once", "drained often"])
@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.filterwarnings("ignore:Using backward")
def test_recorded_truly(text: str, drains: bool) -> None:
    bare = run_bare(HEAD + text)
    run = recorded(text, drains=drains)
    for name in ("x", "w"):
        if name in bare:
            assert torch.equal(bare[name].grad, run.variables[name].grad)
    assert bare.get("seen") == run.variables.get("seen")
    if "model" in bare:
        pairs = zip(bare["model"].parameters(), run.variables["model"].parameters(), strict=True)
        assert all(torch.equal(one, other) for one, other in pairs)
    assert proven(run.recording).failures == []


def test_the_hook_reads_what_has_arrived() -> None:
    run = recorded(READS)
    reads = [step for step in run.steps(Phase.FORWARD) if run.source(step) == "leaf.grad * 2"]
    arrivals = [step for step in run.steps(Phase.BACKWARD) if step.name == "AccumulateGrad"]
    assert [step.inputs[0] for step in reads] == [step.outputs[0] for step in arrivals]
    assert [step.index for step in reads] == [step.index + 1 for step in arrivals]


def test_each_update_comes_right_after_its_gradient_and_the_gradient_is_gone_then() -> None:
    run = recorded(STEPS)
    recording = run.recording
    arrivals = [step for step in run.steps(Phase.BACKWARD) if step.name == "AccumulateGrad"]
    updates = run.steps(Phase.OPTIMIZER)
    assert len(arrivals) == 8
    assert [step.index for step in updates] == [step.index + 1 for step in arrivals]
    assert [step.inputs[1] for step in updates] == [step.outputs[0] for step in arrivals]
    for update in updates:
        tensor = recording.values[update.inputs[0] or 0].tensor
        assert recording.grad_at(tensor, update.index) is not None
        assert recording.grad_at(tensor, update.index + 1) is None


def test_torch_keeps_the_gradient_itself_as_it_does_bare() -> None:
    text = """
x = torch.ones(50, requires_grad=True)
places = []
y = x.exp()
y.grad_fn.register_hook(lambda sent, came: places.append(sent[0].data_ptr()))
x.register_post_accumulate_grad_hook(lambda leaf: places.append(leaf.grad.data_ptr()))
y.sum().backward()
"""
    bare, run = run_bare(HEAD + text), recorded(text)
    assert len(set(bare["places"])) == len(set(run.variables["places"]))


def test_the_hooks_of_the_program_are_as_they_were() -> None:
    run = recorded(READS)
    assert len(run.variables["x"]._post_accumulate_grad_hooks) == 1


def test_a_drain_while_gradients_flow_loses_no_edge() -> None:
    """A gradient that is not held on its way is said to have been sent, whenever the log is read."""
    text = (
        HEAD
        + """
w = torch.ones(5000, requires_grad=True)
h = w * 2
h.register_hook(lambda grad: drain())
(h.sum() + (w * 3).sum()).backward()
"""
    )
    store = MemoryBytes()
    recorder = Recorder(RecorderOptions(), store, SourceMap("p.py", text))
    recording = Recording(RunInfo(program=text), store)
    variables: dict[str, Any] = {"drain": lambda: recording.append(recorder.drain())}
    with recorder:
        exec(compile(text, "p.py", "exec"), variables)
    recording.append(recorder.drain(variables))
    check_recording(recording)
    multiplied = [step for step in recording.steps if step.name == "MulBackward0"]
    assert len(multiplied) == 2
    assert all(step.outputs[0] is not None for step in multiplied)
    assert proven(recording).failures == []


def test_without_numbers_it_is_the_same() -> None:
    full = recorded(STEPS).recording
    weak = record_text(HEAD + STEPS, RecorderOptions(values=ValuePolicy.NONE)).recording
    assert [(step.name, step.inputs, step.outputs) for step in full.steps] == [
        (step.name, step.inputs, step.outputs) for step in weak.steps
    ]


SHARED = """
p, q = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)
p.grad = q.grad = torch.arange(3.)
p.grad.mul_(2)
(p * 2 + q * 3).sum().backward()
optimizer = torch.optim.SGD([p, q], 0.1)
optimizer.step()
"""
SWAPPED = """
p, q = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)
(p * 2 + q * 3).sum().backward()
p.grad, q.grad = q.grad, p.grad
(p * 2 + q * 3).sum().backward()
q.grad.mul_(2)
optimizer = torch.optim.SGD([p, q], 0.1)
optimizer.step()
"""


@pytest.mark.parametrize("text", [SHARED, SWAPPED], ids=["one gradient of two leaves", "gradients swapped"])
@pytest.mark.parametrize("drains", [False, True], ids=["drained once", "drained often"])
def test_gradients_that_change_hands(text: str, drains: bool) -> None:
    bare, run = run_bare(HEAD + text), recorded(text, drains=drains)
    for name in ("p", "q"):
        leaf = run.named(name)[-1]
        change = run.recording.grad_changes(leaf.tensor)[-1]
        kept = run.recording.array(change.value or 0)
        assert kept is not None
        assert torch.equal(torch.from_numpy(kept.copy()), bare[name].grad)
        assert torch.equal(bare[name], run.variables[name])
    assert proven(run.recording).failures == []
    assert proven(proof_recorded(text)).failures == []
