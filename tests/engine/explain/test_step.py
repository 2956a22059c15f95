"""Explanations of the hand-made recording, word by word."""

import numpy as np
import pytest

from engine.explain.explanation import (
    AccumulationExplanation,
    BackwardExplanation,
    ForwardExplanation,
    Verdict,
)
from engine.explain.step import explain_step
from engine.explain.summary import summary_line
from engine.explain.why import why_gradient
from tests.support.recordings import starter_recording


@pytest.fixture
def recording():
    return starter_recording()


def test_a_forward_step_has_numbers_plugged_in(recording):
    relu = explain_step(recording, 2)
    assert isinstance(relu, ForwardExplanation)
    assert relu.formula == "y = relu(a)"
    assert relu.numbers == "[0]:  relu(2·1 + 1) = relu(3) = 3"
    assert [(one.symbol, one.meaning) for one in relu.definitions] == [("a", "2 * x + 1")]
    total = explain_step(recording, 3)
    assert total.numbers == "3 + 0 + 7 = 10"


def test_relu_sends_nothing_where_its_input_is_negative(recording):
    relu = explain_step(recording, 5)
    assert isinstance(relu, BackwardExplanation)
    (sent,) = relu.inputs
    assert sent.formula == "∂L/∂a = ∂L/∂y · [a > 0]"
    assert [term.label for term in sent.terms] == ["upstream ∂L/∂y", "local [a > 0]", "sent on ∂L/∂a"]
    assert sent.symbols == ("×", "=")
    np.testing.assert_array_equal(sent.terms[1].array, [1, 0, 1])
    assert sent.check.verdict is Verdict.MATCHES
    assert relu.sentence == "a = 2 * x + 1 = [3, −3, 7]: entry 2 is negative, so relu sends 0 there."
    assert [(note.name, note.text) for note in relu.saved] == [("result", "y = [3, 0, 7]")]


def test_every_backward_step_of_the_starter_is_what_torch_sent(recording):
    verdicts = [sent.check.verdict for i in range(4, 8) for sent in explain_step(recording, i).inputs]
    assert verdicts == [Verdict.MATCHES] * 4


def test_the_first_backward_step_says_so(recording):
    assert explain_step(recording, 4).sentence.startswith("The backward pass starts here with ∂L/∂L = 1.")


def test_accumulation_names_the_leaf(recording):
    arrived = explain_step(recording, 8)
    assert isinstance(arrived, AccumulationExplanation)
    assert arrived.formula == "x.grad = ∂L/∂x"
    assert [(part.source, part.text) for part in arrived.contributions] == [("mul", "[2, 0, 2]")]


def test_no_such_step(recording):
    with pytest.raises(IndexError):
        explain_step(recording, 99)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (3, "[3] f32 cpu · x∈[0, 7] · μ 3.33 σ 3.51 · 1 zero"),
        (4, "[ ] f32 cpu · = 10"),
    ],
)
def test_summary_line(recording, value, line):
    assert summary_line(recording, recording.values[value]) == line


def test_why_a_gradient_is_partly_zero_ends_at_the_mask(recording):
    lines = why_gradient(recording, 0, 8)
    assert [line.step for line in lines] == [8, 7, 6, 5]
    assert lines[0].text == "x.grad = [2, 0, 2]: 1 of 3 entries is zero."
    assert "relu's mask is 0" in lines[-1].text


def test_why_before_it_arrives(recording):
    (line,) = why_gradient(recording, 0, 3)
    assert line.text == "The gradient of x is not there yet: it arrives at step 9 (AccumulateGrad)."
    assert line.step == 8
