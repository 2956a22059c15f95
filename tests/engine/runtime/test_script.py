"""Recording from a script: numbers that a program logs, and recordings inside of recordings."""

import threading

import torch

import engine
from engine.trace.facts import Phase
from engine.trace.invariants import check_recording


def logged(run):
    return [(metric.step, metric.name, metric.number) for metric in run.recording.metrics]


def train():
    weight = torch.ones(2, requires_grad=True)
    for _ in range(2):
        loss = (weight * weight).sum()
        loss.backward()
        engine.log("accuracy", loss)


def test_numbers_are_logged_at_their_step():
    with engine.record() as run:
        x = torch.ones(2) * 2
        engine.log("plain", 3)
        engine.log("tensor", (x * x).sum())
    assert logged(run) == [(0, "plain", 3.0), (2, "tensor", 8.0)]


def test_logging_outside_of_a_recording_does_nothing():
    engine.log("nobody", 1)


def test_logging_computes_nothing_that_is_recorded():
    with engine.record() as run:
        train()
    assert [step.name for step in run.recording.steps if step.phase is Phase.FORWARD] == ["mul", "sum"] * 2


def test_numbers_of_a_thread_that_is_recorded_are_taken():
    with engine.record() as run:
        thread = threading.Thread(target=engine.log, args=("from a thread", 1.5))
        thread.start()
        thread.join()
    assert logged(run) == [(0, "from a thread", 1.5)]


def test_a_name_that_is_no_text_can_be_stored():
    with engine.record() as run:
        engine.log(5, 1)
        engine.log("\ud800", 1)
    assert [name for _, name, _ in logged(run)] == ["5", "\\ud800"]


def test_a_recording_inside_of_a_recording_has_the_same_facts():
    with engine.record() as outer, engine.record() as inner:
        train()
    names = [step.name for step in outer.recording.steps]
    assert names.count("AccumulateGrad") == 2
    assert [step.name for step in inner.recording.steps] == names
    assert logged(inner) == logged(outer)
    assert [name for _, name, _ in logged(inner)] == ["accuracy"] * 2
    check_recording(outer.recording)
    check_recording(inner.recording)


def test_the_inner_recording_leaves_the_outer_one_in_place():
    with engine.record() as outer:
        with engine.record() as inner:
            torch.ones(2) + 1
        torch.ones(2) * 2
    assert [step.name for step in inner.recording.steps] == ["add"]
    assert [step.name for step in outer.recording.steps] == ["add", "mul"]
