"""Nodes that backward passes made under create_graph are differentiated again."""

import pytest

from engine.protocol.proof import Check, Verdict
from engine.trace.facts import Phase, Step
from engine.trace.recording import Recording
from tests.engine.runtime.proof.proving import alike, proven, recorded, with_step

PENALTY = """
x = torch.randn(5, 4, requires_grad=True)
y = {call}
(g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
(g.pow(2).sum() + y.exp().sum()).backward()
"""
CALLS = {
    "tanh": "torch.tanh(x)",
    "linear": "nn.Linear(4, 3)(x).sigmoid()",
    "mm": "(x @ torch.randn(4, 4, requires_grad=True)).sin()",
    "softmax": "F.softmax(x, -1).log()",
    "layer norm": "nn.LayerNorm(4)(x).tanh()",
    "convolution": "nn.Conv1d(1, 2, 3)(x[:, None]).tanh()",
    "cross entropy": "F.cross_entropy(x, torch.tensor([0, 1, 2, 3, 0]))",
    "attention": "F.scaled_dot_product_attention(x[None], x.sin()[None], x.cos()[None])",
    "residual": "x + (x * x.sin()).tanh()",
}


def made_by_backward(recording: Recording) -> list[Step]:
    nodes = recording.grad_nodes
    return [
        step for step in recording.steps if step.grad_node is not None and nodes[step.grad_node].made_by is not None
    ]


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_second_derivatives_are_proven(call: str) -> None:
    recording = recorded(PENALTY.format(call=call))
    report = proven(recording)
    assert report.failures == []
    made = {step.index for step in made_by_backward(recording)}
    proofs = {finding.step for finding in report.of(Verdict.PROVEN, Check.DERIVATIVE)}
    assert made
    assert len(made & proofs) >= 0.5 * len(made), report.reasons


def test_a_wrong_second_derivative_is_found() -> None:
    recording = recorded(PENALTY.format(call=CALLS["mm"]))
    checks: set[Check] = set()
    for step in made_by_backward(recording):
        for sent in (value for value in step.outputs if value is not None):
            gradients = [s.outputs for s in recording.steps if s.phase is Phase.BACKWARD]
            for other in alike(recording, sent, (value for outputs in gradients for value in outputs))[:1]:
                outputs = tuple(other if value == sent else value for value in step.outputs)
                report = proven(with_step(recording, step.index, outputs=outputs))
                assert report.failures
                checks |= report.failed_checks()
    assert Check.DERIVATIVE in checks


def test_a_third_derivative_says_that_it_was_not_compared() -> None:
    recording = recorded(
        "x = torch.randn(3, requires_grad=True)\n"
        "y = x.sin().sum()\n"
        "(g,) = torch.autograd.grad(y, x, create_graph=True)\n"
        "(h,) = torch.autograd.grad(g.sum(), x, create_graph=True)\n"
        "h.sum().backward()\n"
    )
    report = proven(recording)
    assert report.failures == []
    assert "its node was made by the backward pass (create_graph)" in report.reasons
