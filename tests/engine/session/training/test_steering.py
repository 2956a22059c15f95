"""Pausing, going on, and changing hyper-parameters while a run goes on."""

import time

import pytest

from engine.network.network import Setting
from engine.trace.outcome import OutcomeKind
from engine.training.commands import Pause, Play, SetHyper
from engine.training.facts import MarkKind, TrainState
from engine.training.options import TrainingOptions
from engine.training.plan import Choice, GeneratedData, Shape
from tests.engine.session.runs import printed
from tests.engine.session.training.programs import losses_alone, program

pytestmark = pytest.mark.worker


def test_one_batch_one_epoch_and_on(runs):
    text = program()
    runs.begin(text, training=TrainingOptions(play=None))
    first = runs.until_paused()
    assert (first.iteration, runs.curves) == (0, set())
    assert runs.steer(Play(iterations=1)).iteration == 1
    assert runs.progress[-1].reason == "one batch"
    second = runs.steer(Play(iterations=2))
    assert (second.iteration, second.batch) == (3, 3)
    assert runs.steer(Play(epochs=1)).iteration == 4
    assert 3 in runs.curve("accuracy"), "what the program does between epochs is done"
    runs.session.steer(Play())
    assert runs.wait().outcome.kind is OutcomeKind.FINISHED
    assert list(runs.curve("loss").values()) == losses_alone(text), "waiting changes nothing"


def test_until_the_loss_is_low_enough(runs):
    text = program(data=GeneratedData(shape=Shape.GAUSSIANS, count=80), epochs=200)
    runs.begin(text, training=TrainingOptions(play=Play(loss_below=0.3)))
    paused = runs.until_paused()
    assert paused.reason == "loss below 0.3"
    *others, last = runs.curve("loss").values()
    assert last < 0.3 <= min(others)
    runs.session.stop()
    assert runs.wait().outcome.kind is OutcomeKind.STOPPED


def test_pausing_and_stopping_keep_everything(runs):
    runs.begin(program(epochs=100_000), training=TrainingOptions())
    runs.until(lambda: len(runs.curve("loss")) > 20)
    runs.session.steer(Pause())
    paused = runs.until_paused()
    count = len(runs.curve("loss"))
    assert paused.iteration == count
    runs.session.stop()
    assert runs.wait().outcome.kind is OutcomeKind.STOPPED
    assert len(runs.curve("loss")) == count
    assert runs.progress[-1].state is TrainState.ENDED


def test_the_time_that_a_run_took_is_told_without_its_pauses(runs):
    text = f"import time\nbegan = time.perf_counter()\n{program()}\nprint(time.perf_counter() - began)\n"
    runs.begin(text, training=TrainingOptions(play=None))
    runs.until_paused()
    paused_s = 1.2
    time.sleep(paused_s)
    runs.session.steer(Play())
    recording = runs.wait()
    told, unit = recording.outcome.message.removeprefix("Finished in ").removesuffix(".").split()
    took_s = float(told) * {"s": 1.0, "ms": 1e-3}[unit]
    assert took_s < float(printed(recording).split()[-1]) - paused_s / 2


def test_a_live_edit_has_its_effect_in_the_next_step(runs):
    runs.begin(program(epochs=100_000), training=TrainingOptions())
    runs.until(lambda: runs.curve("learning rate"))
    runs.session.steer(SetHyper(name="lr", numbers=(0.003,)))
    runs.until(lambda: runs.marks(MarkKind.EDIT))
    mark = runs.marks(MarkKind.EDIT)[0]
    assert mark.text == "lr 0.01 → 0.003"
    assert mark.took_ms > 0
    runs.session.steer(SetHyper(name="betas", numbers=(0.5, 0.9)))
    runs.session.steer(SetHyper(name="clip norm", numbers=(0.001,)))
    runs.session.steer(SetHyper(name="speed", numbers=(1.0,)))
    runs.session.steer(SetHyper(name="lr", numbers=(-1.0,)))
    runs.until(lambda: len(runs.marks(MarkKind.TROUBLE)) == 2)
    assert [one.text for one in runs.marks(MarkKind.EDIT)[1:]] == [
        "betas 0.9, 0.999 → 0.5, 0.9",
        "clip norm none → 0.001",
    ]
    assert [one.text for one in runs.marks(MarkKind.TROUBLE)] == [
        "AdamW has no number called speed that can be changed.",
        "lr cannot be negative.",
    ]
    runs.until(lambda: runs.curve("learning rate")[max(runs.curve("learning rate"))] == 0.003)
    runs.session.stop()
    runs.wait()
    rates = runs.curve("learning rate")
    assert rates.get(mark.iteration - 1, 0.01) == 0.01
    assert rates[mark.iteration] == 0.003


def test_what_would_break_an_optimizer_is_refused(runs):
    text = program(optimizer=Choice("RMSprop", (Setting("lr", "0.01"),)))
    runs.begin(text, training=TrainingOptions(play=Play(iterations=2)))
    runs.until_paused()
    for name in ("momentum", "centered", "foreach"):
        runs.session.steer(SetHyper(name=name, numbers=(0.5,)))
    runs.session.steer(SetHyper(name="alpha", numbers=(1.5,)))
    runs.session.steer(SetHyper(name="alpha", numbers=(0.5, 0.5)))
    runs.session.steer(SetHyper(name="lr", numbers=(1e9,)))
    runs.session.steer(Play(on_nan=False))
    assert runs.wait().outcome.kind is OutcomeKind.FINISHED
    assert [mark.text for mark in runs.marks(MarkKind.TROUBLE)][:5] == [
        "RMSprop cannot take up momentum while it runs.",
        "RMSprop has no number called centered that can be changed.",
        "RMSprop has no number called foreach that can be changed.",
        "alpha has to be below 1.",
        "alpha takes 1 number, not 2.",
    ]
    assert [mark.text for mark in runs.marks(MarkKind.EDIT)] == ["lr 0.01 → 1e+09"]


def test_a_schedule_goes_on_from_an_edited_rate(runs):
    schedule = Choice("LambdaLR")
    text = program(schedule=Choice("StepLR", (Setting("step_size", "1"), Setting("gamma", "0.5"))))
    assert schedule.name not in text
    runs.begin(text, training=TrainingOptions(play=Play(iterations=2)))
    runs.until_paused()
    runs.session.steer(SetHyper(name="lr", numbers=(0.1,)))
    runs.session.steer(Play())
    runs.wait()
    assert [*runs.curve("learning rate").values()] == [0.01] * 2 + [0.1] * 2 + [0.05] * 4 + [0.025] * 4
