"""What was overwritten by ways that no step tells of keeps the numbers and properties that it had when it was used.

Everything is drained once, at the end, as for a program that does its work in one function.
"""

import pytest

from engine.trace.invariants import check_recording
from tests.engine.runtime.proof.proving import proven, recorded
from tests.support.recorded import record_text

PROGRAMS = {
    "loaded": """
layer, other = nn.Linear(2, 2), nn.Linear(2, 2)
before = layer(torch.ones(1, 2))
layer.load_state_dict(other.state_dict())
after = layer(torch.ones(1, 2))
""",
    "loaded, a running count": """
norm = nn.BatchNorm1d(2)
norm(torch.randn(4, 2))
norm.load_state_dict(nn.BatchNorm1d(2).state_dict())
norm(torch.randn(4, 2))
""",
    "lazy": """
layer = nn.LazyLinear(2).double()
layer.load_state_dict(nn.Linear(3, 2).state_dict())
layer(torch.ones(1, 3).double())
layer.float()(torch.ones(1, 3))
""",
    "other memory": """
a = torch.zeros(3)
b = a * 2
a.set_(torch.arange(4.))
c = a + 1
a.set_(torch.arange(8.).untyped_storage(), 2, (2, 2), (2, 1))
d = a * 1
""",
    "zeroed through data": """
x = torch.ones(2, requires_grad=True)
(x * 2).sum().backward()
x.grad.data.zero_()
(x * 5).sum().backward()
""",
    "rows of an embedding made shorter": """
emb = nn.Embedding(5, 3, max_norm=0.5)
opt = torch.optim.Adagrad(emb.parameters(), lr=0.1)
for _ in range(2):
    emb(torch.tensor([0, 2])).sum().backward()
    opt.step()
bag = F.embedding_bag(torch.tensor([[1, 2]]), emb.weight.detach(), max_norm=0.1)
rows = emb.weight * 2
""",
    "frozen": """
layer = nn.Linear(2, 2)
x = torch.ones(1, 2, requires_grad=True)
layer(x).sum().backward()
layer.requires_grad_(False)
layer(x).sum().backward()
""",
    "a fresh tensor joins a graph": """
x = torch.randn(3, requires_grad=True)
z = torch.zeros(2, 3).index_add_(0, torch.tensor([1]), x.unsqueeze(0))
z.sum().backward()
""",
    "written where no gradient is wanted": """
x = torch.randn(3, requires_grad=True)
y = x * 2
with torch.no_grad():
    y.mul_(2)
y.sum().backward()
""",
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_what_was_used_is_known_as_it_was(text: str) -> None:
    report = proven(recorded(text))
    assert report.failures == []


def test_the_gradient_is_zero_from_the_write_on() -> None:
    run = record_text("import torch\n" + PROGRAMS["zeroed through data"], drains=False)
    leaf = next(value for value in run.recording.values if "x" in run.recording.names(value.id))
    gradients = [run.recording.array(change.value).tolist() for change in run.recording.grad_changes(leaf.tensor)]
    assert gradients == [[2, 2], [0, 0], [5, 5]]


def test_what_was_frozen_wanted_gradients_before() -> None:
    run = record_text("import torch\nfrom torch import nn\n" + PROGRAMS["frozen"], drains=False)
    weight = next(value for value in run.recording.values if "layer.weight" in run.recording.names(value.id))
    assert weight.requires_grad


@pytest.mark.parametrize("drains", [False, True], ids=["drained once", "drained often"])
def test_lazy_modules_are_recorded_from_before_they_have_a_shape(drains: bool) -> None:
    text = """import torch
from torch import nn
layers = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.Flatten(), nn.LazyLinear(3)).double().float()
layers.load_state_dict(layers.state_dict())
layers(torch.randn(2, 1, 5, 5)).sum().backward()
layers.load_state_dict({name: value * 2 for name, value in layers.state_dict().items()})
layers.half().float()(torch.randn(2, 1, 5, 5))
"""
    run = record_text(text, drains=drains)
    assert run.error is None
    check_recording(run.recording)
    names = [step.name for step in run.recording.steps]
    assert names.count("conv2d") == 2
    assert names.count("AccumulateGrad") == 6
