"""Runs on disk: everything of a plan comes back, and what is damaged says so."""

import dataclasses

import pytest

from engine.network.network import Setting
from engine.trace.outcome import Outcome, OutcomeKind
from engine.training.facts import Hyper
from engine.training.kept_run import (
    FILE_NAME,
    KeptPlan,
    KeptRun,
    KeptRunError,
    kept_folders,
    kept_plan,
    plan_of,
    read_kept,
    write_kept,
)
from engine.training.plan import Choice, FileData, GeneratedData, PaintedData, Shape, TrainingPlan

PLAN = TrainingPlan(
    network="class Network: pass",
    loss=Choice("MSELoss"),
    optimizer=Choice("SGD", (Setting("lr", "0.1"),)),
    schedule=Choice("StepLR", (Setting("step_size", "3"),)),
    batch_size=7,
    shuffle=False,
    train_share=0.5,
    workers=2,
    seed=5,
    clip_norm=1.5,
    precision="bfloat16",
    epochs=9,
    metrics=(Choice("R2Score"),),
)


@pytest.mark.parametrize(
    "data",
    [
        GeneratedData(shape=Shape.MOONS, count=7, noise=0.5, seed=3),
        FileData(path="/a/b.csv", target="y"),
        PaintedData(points=((0.5, 1.0, 1), (0.0, -1.0, 0))),
    ],
)
def test_a_run_comes_back_whole(tmp_path, data):
    plan = dataclasses.replace(PLAN, data=data)
    outcome = Outcome(OutcomeKind.FAILED, "It fell over.", 3)
    run = KeptRun(
        name="calm-1", hue=2, began_s=1.5, program="x = 1", plan=kept_plan(plan), outcome=outcome,
        hyper=Hyper("SGD", ("lr",), ((0.1,),)), loss=0.25, iterations=4,
    )  # fmt: skip
    write_kept(tmp_path, run)
    assert read_kept(tmp_path) == run
    assert plan_of(read_kept(tmp_path).plan) == plan


def test_every_field_of_a_plan_is_kept():
    fields = {field.name for field in dataclasses.fields(TrainingPlan)}
    assert set(KeptPlan.__struct_fields__) == fields - {"data"} | {"generated", "file", "painted"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is damaged."),
        ("[]", "is damaged."),
        ('{"name": "a", "hue": -1, "began_s": 0, "program": ""}', "is damaged."),
        ('{"format": "chainrule run 9", "name": "a", "hue": 1, "began_s": 0, "program": ""}', "another version"),
    ],
)
def test_what_is_damaged_says_so(tmp_path, text, said):
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(KeptRunError, match=said):
        read_kept(tmp_path)


def test_a_vanished_one_says_so(tmp_path):
    with pytest.raises(KeptRunError, match=r"The run gone cannot be read: No such file or directory\."):
        read_kept(tmp_path / "gone")
    assert kept_folders(tmp_path / "gone") == ()
