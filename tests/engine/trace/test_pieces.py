"""Long batches in pieces: the same recording, and nothing told before what it refers to."""

import pytest
from msgspec.structs import replace

from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Name
from engine.trace.pieces import pieces
from engine.trace.recording import Recording
from tests.support.recorded import record_text

LISTS = (
    "steps", "values", "grad_nodes", "grad_edges", "backward_calls", "module_calls", "metrics", "outputs", "failures",
    "files",
)  # fmt: skip

TRAINING = """
import torch
from torch import nn
torch.manual_seed(0)
x, y = torch.randn(8, 2), torch.randn(8, 1)
model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(12):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
"""
SECOND_ORDER = """
import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
for _ in range(6):
    y = (x ** 3).sum()
    (first,) = torch.autograd.grad(y, x, create_graph=True)
    second = first.sum()
    second.backward()
    with torch.no_grad():
        x.mul_(0.9)
    view = x.detach()[:1]
    x.grad = None
"""
LATE_BACKWARD = """
import torch
w = torch.ones(3, requires_grad=True)
total = torch.zeros(())
for k in range(40):
    total = total + (w * k).tanh().sum()
total.backward()
"""


def _batches(text):
    """The facts of a recorded program in one batch, and what they say when appended at once."""
    recording = record_text(text).recording
    batch = Batch(
        **{name: tuple(getattr(recording, name)) for name in LISTS if name != "files"},
        names=tuple(fact for value in recording.values for fact in _names(recording, value.id)),
        data=tuple(data for value in recording.values if (data := recording.data(value.id)) is not None),
        statistics=tuple(s for value in recording.values if (s := recording.statistics(value.id)) is not None),
        grad_changes=tuple(recording.all_grad_changes()),
    )
    return recording, batch


def _names(recording, value):
    return [Name(value, text) for text in recording.names(value)]


@pytest.mark.parametrize("text", [TRAINING, SECOND_ORDER, LATE_BACKWARD])
@pytest.mark.parametrize("most", [1, 7, 50])
def test_pieces_say_what_the_whole_says(text, most):
    recording, batch = _batches(text)
    rebuilt = Recording(RunInfo(program=text), MemoryBytes())
    for piece in pieces(batch, most):
        rebuilt.append(piece)
    for name in LISTS:
        if name != "files":
            assert getattr(rebuilt, name) == getattr(recording, name), name
    for value in recording.values:
        assert list(rebuilt.names(value.id)) == list(recording.names(value.id))
        assert rebuilt.data(value.id) == recording.data(value.id)
        assert list(rebuilt.consumers(value.id)) == list(recording.consumers(value.id))
    for node in recording.grad_nodes:
        assert list(rebuilt.edges_from(node.id)) == list(recording.edges_from(node.id))
    assert rebuilt.all_grad_changes() == recording.all_grad_changes()


@pytest.mark.parametrize("text", [TRAINING, SECOND_ORDER])
def test_pieces_are_short_and_refer_to_nothing_that_comes_later(text):
    _recording, batch = _batches(text)
    cut = pieces(batch, 20)
    assert len(cut) > 3
    told = dict.fromkeys(("steps", "values", "nodes", "calls", "modules"), 0)
    for piece in cut:
        assert len(piece.steps) <= 20
        told["steps"] += len(piece.steps)
        told["values"] += len(piece.values)
        told["nodes"] += len(piece.grad_nodes)
        told["calls"] += len(piece.backward_calls)
        told["modules"] += len(piece.module_calls)
        for step in piece.steps:
            assert all(value is None or value < told["values"] for value in (*step.inputs, *step.outputs))
            assert step.grad_node is None or step.grad_node < told["nodes"]
            assert step.backward_call is None or step.backward_call < told["calls"]
            assert step.module is None or step.module < told["modules"]
        for value in piece.values:
            assert value.producer is None or value.producer < told["steps"]
            assert value.grad_node is None or value.grad_node < told["nodes"]
        for node in piece.grad_nodes:
            assert node.step is None or node.step < told["steps"]
            assert all(saved.value is None or saved.value < told["values"] for saved in node.saved)
        for edge in piece.grad_edges:
            assert max(edge.source, edge.target) < told["nodes"]


def test_a_fact_that_refers_far_ahead_keeps_everything_together():
    _recording, batch = _batches(LATE_BACKWARD)
    far = replace(batch.values[0], producer=batch.steps[-1].index)
    whole = replace(batch, values=(far, *batch.values[1:]))
    assert pieces(whole, 10) == (whole,)


def test_short_batches_are_left_alone():
    _recording, batch = _batches(LATE_BACKWARD)
    assert pieces(batch, 10_000) == (batch,)
