"""Under the recorder, every example gives bit for bit what it gives bare, and the recording tells the same."""

import numpy as np
import pytest
import torch

from engine.program.catalogue import Example, examples
from engine.trace.facts import Phase
from tests.support.examples import recorded_run, run_program

MOST_STEPS = 6000


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.key)
def test_recorded_equals_bare(example: Example) -> None:
    bare = run_program(example)
    seen, recording = recorded_run(example.text)
    assert seen.output == bare.output
    for expression in example.numbers:
        first, second = bare.number(expression), seen.number(expression)
        assert torch.equal(first.view(-1).view(torch.uint8), second.view(-1).view(torch.uint8)), expression
    assert recording.outcome.error_type == example.error
    assert recording.outcome.line == example.error_line
    assert 0 < len(recording) <= MOST_STEPS


@pytest.mark.parametrize("example", [one for one in examples() if one.steps], ids=lambda example: example.key)
def test_steps(example: Example) -> None:
    assert tuple(step.name for step in recorded_run(example.text)[1].steps) == example.steps


@pytest.mark.parametrize("key", ["two_inputs", "relu_mean", "neuron", "broadcasting"])
def test_gradients_in_the_recording(key: str) -> None:
    example = next(one for one in examples() if one.key == key)
    recording = recorded_run(example.text)[1]
    last = recording.steps[-1].index
    leaves = {f"{recording.names(value.id)[0]}.grad": value for value in recording.values if recording.names(value.id)}
    checked = 0
    for expression, wanted in example.numbers.items():
        if expression.endswith(".grad"):
            gradient = recording.grad_at(leaves[expression].tensor, last)
            assert np.allclose(recording.array(gradient), wanted, atol=1e-6)
            checked += 1
    assert checked


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.key)
def test_every_forward_step_has_a_place_in_the_program(example: Example) -> None:
    recording = recorded_run(example.text)[1]
    lines = example.text.split("\n")
    for step in recording.steps:
        if step.phase is Phase.FORWARD:
            assert step.span is not None, step
            assert step.span.file == 0, step
            assert lines[step.span.line - 1][step.span.column :].strip()
