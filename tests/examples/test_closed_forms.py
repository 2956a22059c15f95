"""The numbers that the examples promise, derived a second time from formulas on paper."""

import math

import pytest
import torch

from engine.program.catalogue import examples
from tests.support.examples import run_program

BY_KEY = {example.key: example for example in examples()}


def test_sum_of_powers() -> None:
    ran = run_program(BY_KEY["two_inputs"])
    x, y = ran.number("x").item(), ran.number("y").item()
    assert ran.number("x.grad").item() == 2 * x
    assert ran.number("y.grad").item() == 3 * y**2


def test_value_used_twice() -> None:
    ran = run_program(BY_KEY["used_twice"])
    h = ran.number("h").item()
    assert ran.number("h.grad").item() == 2 * h + 2
    assert ran.number("x.grad").item() == 3 * (2 * h + 2)


def test_neuron() -> None:
    ran = run_program(BY_KEY["neuron"])
    slope = 1 - math.tanh(ran.number("n").item()) ** 2
    for leaf, partner in (("x1", "w1"), ("w1", "x1"), ("x2", "w2"), ("w2", "x2")):
        assert ran.number(f"{leaf}.grad").item() == pytest.approx(slope * ran.number(partner).item(), abs=1e-6)
    assert ran.number("b.grad").item() == pytest.approx(slope, abs=1e-6)


def test_softmax_and_cross_entropy() -> None:
    ran = run_program(BY_KEY["cross_entropy"])
    scores = ran.number("scores").double()
    exponents = scores.exp()
    probability = exponents / exponents.sum(1, keepdim=True)
    target = torch.tensor([[1.0, 0, 0], [0, 0, 1]])
    assert torch.allclose(ran.number("scores.grad").double(), (probability - target) / 2, atol=1e-6)
    assert ran.number("by_hand").item() == pytest.approx(ran.number("loss").item(), abs=1e-6)


def test_line_is_near_the_least_squares_solution() -> None:
    ran = run_program(BY_KEY["linear_regression"])
    x, y = ran.number("x").double(), ran.number("y").double()
    design = torch.stack([x, torch.ones_like(x)], dim=1)
    slope, offset = torch.linalg.lstsq(design, y[:, None]).solution[:, 0].tolist()
    assert ran.number("slope").item() == pytest.approx(slope, abs=0.05)
    assert ran.number("offset").item() == pytest.approx(offset, abs=0.01)


def test_data_dependent_branches() -> None:
    ran = run_program(BY_KEY["if_while"])
    x, rounds = ran.number("x").item(), int(ran.number("rounds").item())
    assert ran.number("y").item() == 2**rounds * x**2 - 10 * x
    assert ran.number("x.grad").item() == 2**rounds * 2 * x - 10


def test_forgotten_gradients_pile_up() -> None:
    ran = run_program(BY_KEY["zero_grad"])
    printed = [float(line.split(":")[1]) for line in ran.output.splitlines()]
    assert printed == [-12.0, -24.0, -36.0, -12.0]
