"""The recorded autograd graph is the one that torch built, by an iterative walk of ``next_functions``."""

from typing import Any

import pytest
import torch

from engine.trace.facts import Phase
from engine.trace.invariants import check_recording
from engine.trace.recording import Recording
from tests.engine.runtime.recorder.programs import HEAD, PROGRAMS, program
from tests.support.recorded import record_text

GRAPHS = {
    "shared": "x = torch.randn(3, requires_grad=True)\ny = x * x + x\nroot = (y * y.exp()).sum()\n",
    "views": "x = torch.randn(4, 3, requires_grad=True)\ny = x * 2\ny[1].mul_(3)\nroot = y.t().contiguous().sum()\n",
    "many outputs": "x = torch.randn(6, 2, requires_grad=True)\na, b, c = x.chunk(3)\n"
    "root = (a * c).sum() + x.topk(2, 0)[0].sum()\n",
    "lstm": "cell = nn.LSTMCell(3, 4)\nh, c = cell(torch.randn(2, 3))\n"
    "h, c = cell(torch.randn(2, 3), (h, c))\nroot = h.sum()\n",
    "transformer": "layer = nn.TransformerEncoderLayer(8, 2, 16)\nroot = layer(torch.randn(3, 2, 8)).sum()\n",
    "resnet": "from tests.support.models import ResNet\nroot = ResNet((1, 1), 4, 3)(torch.randn(2, 3, 32, 32)).sum()\n",
    "gpt": "from tests.support.models import Gpt\nroot = Gpt(2, 16, 2, 11)(torch.randint(0, 11, (1, 5))).sum()\n",
    "leaf": "root = torch.tensor(2., requires_grad=True)\n",
    "no edges to constants": "w = torch.randn(2, requires_grad=True)\nroot = (w * torch.ones(2) + 1).prod()\n",
}


def assert_same_graph(root: Any, recording: Recording, root_id: int) -> int:
    """Walk torch's graph and the recorded one side by side; return how many nodes there are."""
    ids = {root: root_id}
    queue = [root]
    for node in queue:
        fact = recording.grad_nodes[ids[node]]
        assert fact.name == node.name().rpartition("::")[2]
        edges = {edge.slot: edge for edge in recording.edges_from(fact.id)}
        expected = {slot: edge for slot, edge in enumerate(node.next_functions) if edge[0] is not None}
        assert edges.keys() == expected.keys()
        for slot, (target, index) in expected.items():
            assert edges[slot].input_index == index
            if target in ids:
                assert ids[target] == edges[slot].target
            else:
                ids[target] = edges[slot].target
                queue.append(target)
    assert len(set(ids.values())) == len(ids), "two nodes have one id"
    return len(ids)


@pytest.mark.parametrize("name", GRAPHS)
def test_nodes_and_edges_are_those_of_torch(name: str) -> None:
    text = HEAD + GRAPHS[name] + "root.backward(retain_graph=True)\n"
    run = record_text(text)
    root = run.variables["root"]
    node = root.grad_fn or torch.autograd.graph.get_gradient_edge(root).node
    recording = run.recording
    count = assert_same_graph(node, recording, recording.backward_calls[0].roots[0])
    assert count == len(recording.grad_nodes), "every node once, and no other"


def test_a_second_backward_finds_the_same_nodes() -> None:
    run = record_text(HEAD + GRAPHS["shared"] + "root.backward(retain_graph=True)\nroot.backward()\n", drains=True)
    recording = run.recording
    assert recording.backward_calls[0].roots == recording.backward_calls[1].roots
    names = [node.name for node in recording.grad_nodes]
    assert names.count("AccumulateGrad") == 1
    assert len(run.steps(Phase.BACKWARD)) == 2 * len(recording.grad_nodes)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("drains", [False, True], ids=["drained once", "drained often"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_recordings_keep_the_invariants(name: str, drains: bool) -> None:
    check_recording(record_text(program(name), drains=drains).recording)


@pytest.mark.parametrize("name", ["starter", "mlp adam", "cnn", "lstm cell", "transformer", "gpt", "second order"])
def test_every_node_is_linked_to_the_step_that_made_it(name: str) -> None:
    for drains in (False, True):
        recording = record_text(program(name), drains=drains).recording
        for node in recording.grad_nodes:
            if node.name == "AccumulateGrad":
                assert node.variable is not None
            else:
                assert (node.step is None) != (node.made_by is None), node


def test_often_drained_recordings_say_the_same() -> None:
    for name in ("starter", "twice", "mlp adam", "cnn", "lstm", "second order", "custom function"):
        once, often = record_text(program(name)).recording, record_text(program(name), drains=True).recording
        assert [(step.name, step.span, step.grad_node) for step in once.steps] == [
            (step.name, step.span, step.grad_node) for step in often.steps
        ]
        assert [(node.name, node.step, node.made_by) for node in once.grad_nodes] == [
            (node.name, node.step, node.made_by) for node in often.grad_nodes
        ]
        assert once.grad_edges == often.grad_edges
        results = [
            [
                recording.values[value].grad_node
                for step in recording.steps
                for value in step.outputs
                if value is not None
            ]
            for recording in (once, often)
        ]
        assert results[0] == results[1]


def test_backward_runs_in_torch_order() -> None:
    text = (
        HEAD
        + """
order = []
class Spy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, name):
        ctx.name = name
        return x.clone()
    @staticmethod
    def backward(ctx, grad):
        order.append(ctx.name)
        return grad, None
x = torch.ones(2, requires_grad=True)
a = Spy.apply(x, 'a')
b = Spy.apply(x, 'b')
c = Spy.apply(a * b, 'c')
c.sum().backward()
"""
    )
    run = record_text(text)
    texts = [run.source(step)[-3:-2] for step in run.steps(Phase.BACKWARD) if step.name == "SpyBackward"]
    assert texts == run.variables["order"]


def test_a_chain_of_ten_thousand_operations() -> None:
    text = HEAD + (
        "from tests.support.models import tiny_chain\nx = torch.ones(2, requires_grad=True)\n"
        "tiny_chain(x, 10_000).backward()\n"
    )
    run = record_text(text)
    assert len(run.steps(Phase.FORWARD)) == 10_001
    assert len(run.steps(Phase.BACKWARD)) == 10_002


def test_an_error_in_backward_keeps_the_nodes_that_ran() -> None:
    text = (
        HEAD
        + """
class Bad(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()
    @staticmethod
    def backward(ctx, grad):
        raise ValueError("no gradient today")
x = torch.ones(2, requires_grad=True)
y = Bad.apply(x * 2)
y.sum().backward()
"""
    )
    run = record_text(text)
    assert isinstance(run.error, ValueError)
    assert run.step_names() == ["mul", "clone", "Bad", "sum", "SumBackward0"]
    (failure,) = run.recording.failures
    assert (failure.name, failure.error_type) == ("backward", "ValueError")
    assert failure.message == "no gradient today"
