"""Finite differences at one op against what torch sent."""

import pytest

from engine.explain.explanation import BackwardExplanation
from engine.explain.slope_check import can_check, slope_check
from engine.explain.step import explain_step
from engine.trace.facts import Phase
from tests.engine.explain.recorded import record_text

EXPRESSIONS = [
    "torch.relu(x)", "torch.sigmoid(x)", "torch.tanh(x)", "torch.exp(x)", "torch.log(x * x + 1)", "(x * x + 1).sqrt()",
    "x.sin() * x.cos()", "x * w", "x * x", "x + 2 * w", "x - w", "3 - x", "x / (w * w + 1)", "2 / (x * x + 1)",
    "x ** 3",
    "x @ w.T", "torch.softmax(x, dim=-1) * w", "torch.log_softmax(x, 1) * w", "x.sum(dim=0)", "x.mean()",
    "F.gelu(x)", "F.silu(x)", "F.softplus(x)", "F.leaky_relu(x, 0.1)", "F.mse_loss(x, w)", "x.clamp(min=-0.5)",
    "torch.maximum(x, w)", "torch.logsumexp(x, dim=1)", "F.linear(x, w)", "x.square()", "x.abs()", "torch.erf(x)",
]  # fmt: skip

PROGRAM = """
import torch
import torch.nn.functional as F
torch.manual_seed(3)
x = torch.randn(2, 3, requires_grad=True)
w = torch.randn(2, 3, requires_grad=True)
y = {expression}
loss = (y * 1.5).sum()
loss.backward()
"""


def _checked(recording):
    for step in recording.steps:
        if step.phase is Phase.BACKWARD:
            explanation = explain_step(recording, step.index)
            if isinstance(explanation, BackwardExplanation):
                for sent in explanation.inputs:
                    if can_check(recording, step, sent):
                        yield step, sent


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_the_slope_is_the_gradient(expression):
    recording = record_text(PROGRAM.format(expression=expression))
    checked = list(_checked(recording))
    assert len(checked) >= 2, "the op itself and the product with 1.5"
    for step, sent in checked:
        for element in range(sent.terms[-1].array.size):
            found = slope_check(recording, step, sent, element)
            assert found.agrees, (step.name, sent.formula, found)


def test_at_a_kink_the_slope_is_another():
    program = "import torch\nx = torch.tensor([0., 1.], requires_grad=True)\ntorch.relu(x).sum().backward()\n"
    recording = record_text(program)
    step, sent = next((step, sent) for step, sent in _checked(recording) if step.name == "ReluBackward0")
    kink = slope_check(recording, step, sent, 0)
    assert kink.slope == pytest.approx(0.5)
    assert not kink.agrees
    assert slope_check(recording, step, sent, 1).agrees


def test_an_op_that_is_not_known_is_not_offered():
    program = "import torch\nx = torch.randn(5, requires_grad=True)\nx.sort().values.sum().backward()\n"
    recording = record_text(program)
    assert [step.name for step, _ in _checked(recording)] == ["SumBackward0"]
