"""Explanations of real recordings: the chain rule never says anything else than what torch sent."""

import re

import pytest

from engine.explain.explanation import (
    AccumulationExplanation,
    BackwardExplanation,
    OptimizerExplanation,
    Verdict,
)
from engine.explain.step import explain_step
from engine.explain.summary import summary_line
from engine.explain.why import why_gradient
from tests.engine.explain.recorded import example_paths, record_text

_LOOP = re.compile(r"range\((\d\d+)\)")


def _shortened(text):
    """The same program with at most three rounds of its training loop."""
    return _LOOP.sub(lambda found: f"range({min(int(found[1]), 3)})", text)


def _checks(explanation):
    match explanation:
        case BackwardExplanation():
            return [(f"{explanation.node}: {sent.formula}", sent.check) for sent in explanation.inputs]
        case AccumulationExplanation():
            return [(explanation.formula, explanation.check)]
        case OptimizerExplanation():
            return [(update.name, update.check) for update in explanation.updates]
    return []


@pytest.mark.parametrize("path", example_paths(), ids=lambda path: path.stem)
def test_examples_are_explained_as_torch_computed_them(path, capsys):
    recording = record_text(_shortened(path.read_text(encoding="utf-8")), path.name)
    assert len(recording) > 0
    for index in range(len(recording)):
        for what, check in _checks(explain_step(recording, index)):
            assert check.verdict is not Verdict.DIFFERS, (index, what, check)
    for value in recording.values[:200]:
        assert summary_line(recording, value)
        assert why_gradient(recording, value.id, len(recording) - 1)


def _named(recording, name):
    return next(value.id for value in recording.values if name in recording.names(value.id))


def _why(text, name):
    recording = record_text(text)
    return [line.text for line in why_gradient(recording, _named(recording, name), len(recording) - 1)]


def test_contributions_of_several_consumers_are_listed():
    recording = record_text(
        "import torch\nx = torch.tensor(2.0, requires_grad=True)\ny = x ** 2 + 3 * x\ny.backward()\n"
    )
    arrived = explain_step(recording, len(recording) - 1)
    assert isinstance(arrived, AccumulationExplanation)
    assert sorted((part.source, part.text) for part in arrived.contributions) == [("mul", "3"), ("pow", "4")]
    assert arrived.check.verdict is Verdict.MATCHES
    assert "used more than once" in arrived.sentence


def test_a_second_backward_adds_to_the_gradient():
    recording = record_text(
        "import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\n"
        "for _ in range(2):\n    (x * 3).sum().backward()\n"
    )
    arrived = explain_step(recording, len(recording) - 1)
    assert arrived.symbols == ("+", "=")
    assert [term.array.tolist() for term in arrived.terms] == [[3, 3], [3, 3], [6, 6]]
    assert arrived.check.verdict is Verdict.MATCHES
    assert "zero_grad()" in arrived.sentence


def test_sgd_is_shown_with_its_numbers():
    recording = record_text(
        "import torch\nw = torch.tensor(1.0, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)\n"
        "(w * 3).backward()\nopt.step()\n"
    )
    update = explain_step(recording, len(recording) - 1)
    assert isinstance(update, OptimizerExplanation)
    assert update.formula == "w ← w − lr·g"
    assert update.updates[0].numbers == "1 − 0.1·3 = 0.7"
    assert update.updates[0].check.verdict is Verdict.MATCHES


def test_a_broadcast_is_said():
    recording = record_text(
        "import torch\nb = torch.zeros(3, requires_grad=True)\nx = torch.ones(2, 3)\n(x + b).sum().backward()\n"
    )
    add = next(explain_step(recording, s.index) for s in recording.steps if s.name == "AddBackward0")
    notes = [note for sent in add.inputs for note in sent.notes]
    assert notes == ["Summed over dimension 0, because b was broadcast."]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("x = torch.tensor([1, 2])\ny = x * 2\n", "x", "whole numbers"),
        ("x = torch.ones(2)\ny = x * 2\n", "x", "without requires_grad=True"),
        ("w = torch.ones(2, requires_grad=True)\nx = w.detach()\n", "x", "detach"),
        ("w = torch.ones(2, requires_grad=True)\nwith torch.no_grad():\n    x = w * 2\n", "x", "no_grad()"),
        ("x = torch.ones(2, requires_grad=True)\ny = x * 2\n", "x", "backward() was never called"),
        (
            "x = torch.ones(2, requires_grad=True)\nw = torch.ones(2, requires_grad=True)\n(w * 2).sum().backward()\n",
            "x",
            "nothing was computed from it",
        ),
        (
            (
                "x = torch.ones(2, requires_grad=True)\nw = torch.ones(2, requires_grad=True)\n"
                "h = (x * 2).detach()\n(w * h).sum().backward()\n"
            ),
            "x",
            "The path is lost at detach",
        ),
        ("x = torch.ones(2, requires_grad=True)\n(x * 0).sum().backward()\n", "x", "which is 0"),
        ("x = torch.zeros(2, requires_grad=True)\n(x.log() * x).sum().backward()\n", "x", "Born at"),
        ("x = torch.ones(2, requires_grad=True)\ny = x * 1\n(y - x).sum().backward()\n", "x", "they cancel"),
    ],
)
def test_why_names_the_cause(text, name, expected):
    assert expected in " ".join(_why("import torch\n" + text, name))


def test_a_long_chain_is_walked_without_recursion():
    text = "import torch\nx = torch.zeros(1, requires_grad=True)\ny = torch.relu(x)\n"
    text += "for _ in range(3000):\n    y = y + 1\ny.sum().backward()\n"
    recording = record_text(text)
    assert why_gradient(recording, 0, len(recording) - 1)
    assert explain_step(recording, 3001)


def test_two_values_of_one_name_get_two_symbols():
    recording = record_text(
        "import torch\nx = torch.ones(2, requires_grad=True)\nh = x * 2\nh = h.exp()\nh.sum().backward()\n"
    )
    step = next(step for step in recording.steps if step.name == "ExpBackward0")
    assert explain_step(recording, step.index).inputs[0].formula == "∂L/∂h = ∂L/∂h′ · h′"


def test_the_deviation_is_that_of_torch():
    recording = record_text("import torch\nh = torch.tensor([1.5, 0.0, 0.0]) * 1\n")
    value = recording.values[_named(recording, "h")]
    assert summary_line(recording, value) == "[3] f32 cpu · x∈[0, 1.5] · μ 0.5 σ 0.866 · 2 zeros"
