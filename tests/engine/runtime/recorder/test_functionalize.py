"""Inside of torch.func.functionalize nothing is written in place: what is recorded are the tensors that torch makes."""

import pytest
import torch

from tests.engine.runtime.proof.proving import proven
from tests.support.recorded import Recorded, record_soundly, run_bare

HEAD = "import torch\nfrom torch.func import functionalize\nx = torch.arange(3.)\n"
PROGRAMS = {
    "in place": "y = functionalize(lambda t: t.clone().add_(1) * 2)(x)\n",
    "through a view": """
def f(t):
    a = t.clone()
    v = a[1:]
    v.add_(1)
    b = a * 2
    a.mul_(3)
    return a + b, v + 1
y, z = functionalize(f)(x)
""",
    "items and out": """
def f(t):
    a = t.clone()
    a[0] = 7
    b = torch.empty(3)
    torch.add(a, 1, out=b)
    return torch.relu_(b)
y = functionalize(f)(x)
""",
    "into an argument": """
def f(t):
    t.add_(1)
    return t * 2
y = functionalize(f)(x)
z = x * 3
""",
    "a layer's statistics": """
norm = torch.nn.BatchNorm1d(2)
data = torch.arange(8.).reshape(4, 2)
y = functionalize(lambda t: norm(t).relu_())(data)
mean = norm.running_mean * 2
""",
    "under vmap": "y = torch.vmap(functionalize(lambda t: t.clone().add_(1)))(torch.ones(2, 3))\n",
    "with gradients": """
w = torch.ones(3, requires_grad=True)
y = functionalize(lambda t: (t * w).mul_(2))(x)
y.sum().backward()
z = w.grad
""",
}


def recorded(text: str, *, drains: bool = False) -> Recorded:
    return record_soundly(HEAD + text, drains=drains)


@pytest.mark.parametrize("drains", [False, True], ids=["drained once", "drained often"])
@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_recorded_truly(text: str, drains: bool) -> None:
    bare, run = run_bare(HEAD + text), recorded(text, drains=drains)
    for name in ("x", "y", "z", "mean"):
        if name in bare:
            assert torch.equal(bare[name], run.variables[name])
            kept = run.recording.array(run.named(name)[-1].id)
            assert kept is not None
            assert torch.equal(torch.from_numpy(kept.copy()), bare[name].detach())
    assert proven(run.recording).failures == []


def test_every_tensor_comes_from_a_step() -> None:
    run = recorded(PROGRAMS["through a view"])
    names = run.step_names()
    assert names == ["clone", "getitem", "add_", "sync", "mul", "mul_", "add", "sync", "add"]
    made = {value for step in run.recording.steps for value in step.outputs}
    taken = {value for step in run.recording.steps for value in step.inputs}
    first = run.named("x")[0].id
    assert taken - made == {first}
    sync = run.recording.steps[3]
    assert sync.inputs == (*run.recording.steps[0].outputs, *run.recording.steps[2].outputs)


def test_an_argument_that_was_written_has_a_second_version() -> None:
    run = recorded(PROGRAMS["into an argument"])
    copied = next(step for step in run.recording.steps if step.name == "copy_")
    assert [value.version for value in run.named("x")] == [0, 1]
    assert run.recording.values[copied.outputs[0] or 0].tensor == run.named("x")[0].tensor
