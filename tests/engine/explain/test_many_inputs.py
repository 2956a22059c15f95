"""Ops that take thousands of tensors are told in a few lines."""

from dataclasses import replace

from engine.explain.backward import MOST_INPUTS
from engine.explain.explanation import AccumulationExplanation, BackwardExplanation, ForwardExplanation
from engine.explain.fan_in import MOST_TOLD, contributions, sum_text
from engine.explain.proof import senders_of
from engine.explain.step import explain_step
from engine.trace.facts import Role
from tests.support.made import Maker

COUNT = 3000


def stacked():
    """One leaf that goes 3,000 times into a ``cat``, and its gradient."""
    maker = Maker()
    leaf = maker.leaf("x", role=Role.PARAMETER)
    joined = maker.op("cat", *([leaf] * COUNT))
    maker.backward(maker.op("sum", joined, shape=()))
    return maker.done()


def step_named(recording, name):
    return next(step.index for step in recording.steps if step.name == name)


def test_a_call_names_its_first_arguments_and_counts_the_others():
    explanation = explain_step(stacked(), 0)
    assert isinstance(explanation, ForwardExplanation)
    assert f"{COUNT - 16:,} more" in explanation.formula
    assert len(explanation.formula) < 200
    assert len(explanation.sentence) < 400


def test_of_a_backward_step_the_first_inputs_are_explained():
    recording = stacked()
    explanation = explain_step(recording, step_named(recording, "CatBackward0"))
    assert isinstance(explanation, BackwardExplanation)
    assert len(explanation.inputs) == MOST_INPUTS
    assert explanation.more_inputs == COUNT - MOST_INPUTS


def test_a_gradient_that_many_sent_is_told_by_the_first_of_them():
    recording = stacked()
    arrival = next(step.index for step in recording.steps if step.name == "AccumulateGrad")
    explanation = explain_step(recording, arrival)
    assert isinstance(explanation, AccumulationExplanation)
    assert len(explanation.contributions) == COUNT
    assert f"{COUNT:,} times" in explanation.sentence
    assert len(explanation.sentence) < 200
    parts = contributions(recording, recording.steps[arrival], 0)
    assert [part.step for part in parts] == sorted(part.step for part in parts)


def test_of_many_gradients_that_differ_the_first_are_told():
    recording = stacked()
    arrival = next(step.index for step in recording.steps if step.name == "AccumulateGrad")
    parts = contributions(recording, recording.steps[arrival], 0)
    told = sum_text(tuple(replace(part, text=str(number)) for number, part in enumerate(parts)))
    assert told.endswith(f" + {COUNT - MOST_TOLD:,} more")
    assert told.count(" from ") == MOST_TOLD


def test_who_sent_one_of_thousands_is_still_found():
    recording = stacked()
    sender = step_named(recording, "CatBackward0")
    last = recording.steps[sender].outputs[-1]
    (found,) = senders_of(recording, last, None)
    assert (found.step.index, found.sent.slot) == (sender, COUNT - 1)
