"""Nodes that backward passes made under create_graph are differentiated again."""

import pytest

from engine.protocol.proof import Check, Verdict
from engine.trace.facts import Phase, Step
from engine.trace.gradients import sent_to
from engine.trace.ids import GradNodeId
from engine.trace.recording import Recording
from tests.engine.runtime.proof.proving import alike, proven, recorded, with_bytes_of, with_step

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


HIGHER = """
x = torch.randn(4, requires_grad=True)
y = ({call}).sum()
for _ in range({order} - 1):
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    y = g.pow(2).sum()
y.backward()
"""
SMOOTH = {"sin": "x.sin()", "product": "x.sin() * x ** 4", "exp": "(x * 2).exp()", "ratio": "x / (1 + x * x)"}


@pytest.mark.parametrize("order", [3, 4])
@pytest.mark.parametrize("call", SMOOTH.values(), ids=SMOOTH)
def test_higher_derivatives_are_proven(call: str, order: int) -> None:
    recording = recorded(HIGHER.format(call=call, order=order))
    report = proven(recording)
    assert report.failures == []
    assert made_by_backward(recording)
    assert report.of(Verdict.NOT_CHECKED, Check.DERIVATIVE) == []


def test_a_wrong_third_derivative_is_found() -> None:
    recording = recorded(HIGHER.format(call=SMOOTH["product"], order=3))
    last = recording.backward_calls[-1].id
    arrival = next(step for step in recording.steps if step.name == "AccumulateGrad")
    sent = [part.value for part in sent_to(recording, last, arrival.grad_node or GradNodeId(0), 0)]
    assert len(sent) > 2
    checks: list[set[Check]] = []
    for value in sent:
        others = alike(recording, value, [other for step in recording.steps for other in step.outputs])
        checks.append(proven(with_bytes_of(recording, value, others[0])).failed_checks())
    assert all(Check.DERIVATIVE in found for found in checks)


def test_what_is_not_compared_says_why() -> None:
    recording = recorded(
        "x = torch.randn(3, requires_grad=True)\n"
        "class Own(torch.autograd.Function):\n"
        "    @staticmethod\n"
        "    def forward(ctx, x):\n        ctx.save_for_backward(x)\n        return x.sin()\n"
        "    @staticmethod\n"
        "    def backward(ctx, grad):\n        return ctx.saved_tensors[0].cos() * grad\n"
        "(g,) = torch.autograd.grad(Own.apply(x).sum(), x, create_graph=True)\n"
        "g.sum().backward()\n"
    )
    report = proven(recording)
    assert report.failures == []
    assert made_by_backward(recording) or report.reasons
