"""Gradients that explode or vanish are told with the operation that makes them so."""

import re

import pytest

from engine.explain.gradient_flow import exploding_gradients, vanishing_gradients
from engine.program.catalogue import examples
from tests.support.examples import recorded_run

DEEP = """
import torch
from torch import nn
torch.manual_seed(0)
layers = []
for _ in range({depth}):
    layers += [nn.Linear(16, 16), nn.{activation}()]
model = nn.Sequential(*layers, nn.Linear(16, 1))
loss = model(torch.randn(32, 16)).pow(2).mean()
loss.backward()
print(model[0].weight.grad.norm().item())
"""
LOOP = """
import torch
torch.manual_seed(0)
w = ({scale} * torch.randn(8, 8)).requires_grad_()
h = torch.randn(4, 8)
for t in range(12):
    h = h @ w
h.pow(2).mean().backward()
print(w.grad.abs().max().item())
"""


def test_sigmoids_let_the_gradient_vanish() -> None:
    printed, recording = recorded_run(DEEP.format(activation="Sigmoid", depth=12))
    (problem,) = vanishing_gradients(recording)
    assert problem.value is not None
    assert "model.0.weight" in recording.names(problem.value)
    norm = re.search(r"its norm is ([^ ]+) at", problem.sentence)
    assert norm is not None
    assert float(norm[1].replace("−", "-")) == pytest.approx(float(printed.output), rel=0.01)
    assert "sigmoid (step " in problem.detail
    assert problem.detail.endswith(" on average, 12 times.")
    assert problem.step is not None
    assert recording.steps[problem.step].name == "SigmoidBackward0"
    assert not list(exploding_gradients(recording))


def test_a_product_in_a_loop_lets_the_gradient_explode() -> None:
    printed, recording = recorded_run(LOOP.format(scale=1.0))
    (problem,) = exploding_gradients(recording)
    assert problem.sentence.startswith("The gradient explodes: that of w has entries up to ")
    assert float(printed.output) == pytest.approx(
        float(problem.sentence.split()[-1].rstrip(".").replace("−", "-")), rel=0.01
    )
    assert "matmul (step " in problem.detail
    assert problem.detail.endswith(" on average, 12 times.")


@pytest.mark.parametrize("text", [DEEP.format(activation="ReLU", depth=3), LOOP.format(scale=0.3)])
def test_sound_gradients_are_no_problem(text: str) -> None:
    _printed, recording = recorded_run(text)
    assert not list(exploding_gradients(recording))
    assert not list(vanishing_gradients(recording))


def test_a_bias_before_a_normalization_is_no_problem() -> None:
    _printed, recording = recorded_run(
        "import torch\nfrom torch import nn\nm = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 1))\n"
        "m(torch.randn(16, 4)).pow(2).mean().backward()\n"
    )
    assert not list(vanishing_gradients(recording))


def test_a_single_large_factor() -> None:
    _printed, recording = recorded_run(
        "import torch\nw = torch.ones(2, 2, requires_grad=True)\n(w * 1e9).sum().backward()\n"
    )
    (problem,) = exploding_gradients(recording)
    assert "mul (step " in problem.detail


@pytest.mark.parametrize("key", [example.key for example in examples()])
def test_examples_tell_what_they_show(key: str) -> None:
    example = next(one for one in examples() if one.key == key)
    _printed, recording = recorded_run(example.text)
    told = [*exploding_gradients(recording), *vanishing_gradients(recording)]
    assert not told, told
