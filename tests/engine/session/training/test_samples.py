"""Whole recordings of single iterations: periodic, asked for, and of what went wrong."""

import math

import pytest

from engine.trace.batch import RunInfo
from engine.trace.facts import Phase
from engine.trace.invariants import check_recording
from engine.trace.outcome import OutcomeKind
from engine.training.commands import Play, TakeSample
from engine.training.facts import MarkKind, SampleReason, TrainState
from engine.training.options import TrainingOptions
from engine.training.ring import Ring, recording_of
from engine.training.xray import xray
from tests.engine.session.runs import printed
from tests.engine.session.training.programs import TYPED, program

pytestmark = pytest.mark.worker


def test_kept_iterations_are_whole_recordings(runs):
    text = program()
    runs.begin(text, training=TrainingOptions(play=None))
    runs.until_paused()
    runs.steer(Play(iterations=2, kept=True))
    runs.session.steer(TakeSample())
    runs.session.steer(Play(iterations=3))
    runs.until(lambda: runs.progress[-1].iteration == 5 and runs.progress[-1].state is TrainState.PAUSED)
    runs.session.stop()
    runs.wait()
    assert [(sample.iteration, sample.reason) for sample in runs.samples] == [
        (0, SampleReason.ASKED), (1, SampleReason.ASKED), (2, SampleReason.ASKED),
    ]  # fmt: skip
    info = RunInfo(program=text)
    for sample in runs.samples:
        recording = recording_of(sample, info)
        check_recording(recording)
        assert [step.name for step in recording.steps if step.phase is Phase.OPTIMIZER] == ["AdamW.step"]
    for sample in runs.samples:
        for position, parameter in enumerate(sample.update.parameters):
            opened = xray(sample.update, position)
            assert (opened.kind, opened.agreement.holds, parameter.steps) == ("AdamW", True, sample.iteration)
    assert [parameter.name for parameter in runs.samples[0].update.parameters][:2] == ["fc1.weight", "fc1.bias"]
    recording = recording_of(runs.samples[1], info)
    loss = next(step for step in recording.steps if step.name == "cross_entropy")
    assert recording.array(loss.outputs[0]).item() == pytest.approx(runs.curve("loss")[1])
    assert text.splitlines()[loss.span.line - 1].strip() == "loss = loss_function(outputs, targets)"
    update = recording.steps[-1] if recording.steps[-1].phase is Phase.OPTIMIZER else None
    names = {name for value in recording.values for name in recording.names(value.id)}
    assert update is None or update.outputs
    assert {"model.fc1.weight", "inputs", "loss"} <= names


def test_the_batch_in_which_nan_first_comes_is_kept_before_it_is_applied(runs):
    text = program().replace("        train_loss = train_batch", "        seen += 1\n        train_loss = train_batch")
    text = text.replace("for epoch in", "seen = 0\nfor epoch in").replace(
        "    loss = loss_function(outputs, targets)\n    loss.backward()",
        "    loss = loss_function(outputs, targets)\n"
        "    loss = loss + torch.log(torch.tensor(-1.0 if seen == 6 else 1.0)) * outputs.sum()\n    loss.backward()",
    )
    runs.begin(text, training=TrainingOptions())
    paused = runs.until_paused()
    assert (paused.iteration, paused.reason) == (5, "loss is nan")
    assert runs.marks(MarkKind.ALERT)[0].iteration == 5
    (sample,) = runs.samples
    assert (sample.iteration, sample.reason) == (5, SampleReason.ALERT)
    assert "same gradients bit for bit" in sample.note
    recording = recording_of(sample, RunInfo(program=text))
    check_recording(recording)
    assert not [step for step in recording.steps if step.phase is Phase.OPTIMIZER], "nothing was applied"
    assert [step.name for step in recording.steps].count("log") == 1
    weights = [value for value in recording.values if "model.fc1.weight" in recording.names(value.id)]
    assert all(math.isfinite(number) for number in recording.array(weights[0].id).ravel())
    runs.session.stop()
    runs.wait()


@pytest.mark.parametrize(
    "term",
    [
        "torch.sqrt((model.fc3.bias * 0).sum() + (0.0 if seen == 6 else 1.0))",  # a graph that may always give NaN
        "(torch.sqrt((model.fc3.bias * 0).sum()) if seen == 6 else 0.0)",  # one that is another one just then
    ],
)
def test_a_gradient_that_is_nan_in_one_layer_alone_is_noticed_before_it_is_applied(runs, term):
    text = program().replace("        train_loss = train_batch", "        seen += 1\n        train_loss = train_batch")
    text = text.replace("for epoch in", "seen = 0\nfor epoch in").replace(
        "    loss = loss_function(outputs, targets)\n    loss.backward()",
        f"    loss = loss_function(outputs, targets) + {term}\n    loss.backward()",
    )
    runs.begin(text, training=TrainingOptions(norms_every=4))
    paused = runs.until_paused()
    assert (paused.iteration, paused.reason) == (5, "a gradient is not finite")
    (sample,) = runs.samples
    assert (sample.iteration, sample.reason) == (5, SampleReason.ALERT)
    recording = recording_of(sample, RunInfo(program=text))
    assert not [step for step in recording.steps if step.phase is Phase.OPTIMIZER], "nothing was applied"
    runs.session.stop()
    runs.wait()


def test_a_nan_in_an_iteration_that_is_recorded_anyway_is_shown_up_to_there(runs):
    text = TYPED.replace("LOG", "pass").replace(".mean()", ".mean() + (float('nan') if step == 2 else 0)")
    runs.begin(text, training=TrainingOptions(sample_every=2, sample_share=None))
    runs.until_paused()
    (sample,) = runs.samples
    assert (sample.iteration, sample.reason) == (2, SampleReason.ALERT)
    runs.session.steer(Play(on_nan=False))
    runs.wait()
    assert [one.iteration for one in runs.samples] == [2, 2, 4]
    whole = recording_of(runs.samples[1], RunInfo(program=text))
    assert whole.steps[-1].phase is Phase.OPTIMIZER
    ring = Ring(RunInfo(program=text), 1_000_000)
    for one in runs.samples:
        ring.add(one)
    assert [one.iteration for one in ring.samples] == [2, 4]


def test_a_typed_loop_says_that_its_batch_cannot_be_computed_again(runs):
    text = TYPED.replace("LOG", "pass").replace(".mean()", ".mean() + (float('nan') if step == 2 else 0)")
    runs.run(text, training=TrainingOptions(play=Play(on_nan=False)))
    assert "cannot be computed again" in runs.marks(MarkKind.TROUBLE)[0].text
    assert [sample.iteration for sample in runs.samples] == [3]


CLOSED = """
import torch
torch.manual_seed(0)
x = torch.randn(8, 3)
w = torch.zeros(3, requires_grad=True)
optimizer = torch.optim.LBFGS([w], max_iter=2)
def closure():
    optimizer.zero_grad()
    loss = ((x @ w - 1) ** 2).mean() + (float("nan") if step == 2 else 0)
    loss.backward()
    return loss
for step in range(6):
    print(optimizer.step(closure).item())
"""


def test_a_loss_that_is_lost_inside_of_a_step_is_told_after_it(runs):
    runs.begin(CLOSED, training=TrainingOptions())
    paused = runs.until_paused()
    assert (paused.iteration, paused.reason) == (3, "loss is nan")
    assert [mark.iteration for mark in runs.marks(MarkKind.ALERT)] == [2]
    runs.session.steer(Play(on_nan=False))
    recording = runs.wait()
    assert [sample.iteration for sample in runs.samples] == [3]
    assert [f"{loss}" for loss in runs.curve("loss").values()] == printed(recording).split()


def test_an_iteration_that_fails_is_kept_up_to_its_fault(runs):
    text = TYPED.replace("LOG", "pass").replace("(x @ w - y)", "(x @ (w if step < 4 else w[:2]) - y)")
    recording = runs.run(text, training=TrainingOptions(sample_every=4, sample_share=None))
    assert recording.outcome.kind is OutcomeKind.FAILED
    (sample,) = runs.samples
    failed = recording_of(sample, RunInfo(program=text))
    assert sample.note == "The program failed in it."
    assert failed.failures or failed.steps


def test_periodic_recordings_take_no_more_than_their_share(runs):
    text = TYPED.replace("LOG", "pass").replace("range(6)", "range(60)")
    runs.run(text, training=TrainingOptions(sample_every=1, sample_share=1e-9))
    assert [sample.iteration for sample in runs.samples] == [1], "the first one always comes"
