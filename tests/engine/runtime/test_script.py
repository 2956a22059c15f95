"""Recording from a script: numbers that a program logs, and recordings inside of recordings."""

import contextlib
import threading
import weakref

import pytest
import torch

import engine
from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Phase, RecordingStop
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


def test_a_recording_stops_at_its_limit_and_the_program_goes_on():
    w = torch.ones(2, requires_grad=True)
    with engine.record(options=RecorderOptions(step_limit=4)) as run:
        for _ in range(3):
            (w * w).sum().backward()
    recording = run.recording
    assert [step.name for step in recording.steps] == [
        "mul", "sum", "SumBackward0", "MulBackward0", "AccumulateGrad"
    ]  # fmt: skip
    assert recording.stops == [RecordingStop(5, "Recording stopped after 5 steps; the program went on.")]
    assert w.grad.tolist() == [6, 6]
    check_recording(recording)


def test_a_recording_of_exactly_its_limit_is_whole():
    with engine.record(options=RecorderOptions(step_limit=2)) as run:
        torch.ones(2) * 2 + 1
    assert len(run.recording) == 2
    assert run.recording.stops == []


@pytest.mark.parametrize("work", [
    lambda: torch.vmap(lambda x: x * 2)(torch.ones(2, 2)),
    lambda: torch.nn.Linear(2, 2)(torch.ones(1, 2)).sum().backward(),
    lambda: torch.ones(2).add_(1).resize_(0),
    lambda: torch.func.grad(lambda x: x.sin())(torch.tensor(1.0)),
    lambda: torch.ones(2, 3) @ torch.ones(2, 3),
    train,
], ids=["vmap", "module", "resize", "grad", "failing", "logging"])  # fmt: skip
def test_a_halted_recorder_keeps_nothing_of(work):
    recorder = Recorder(RecorderOptions(), MemoryBytes(), SourceMap.of_file(__file__))
    with recorder:
        x = torch.ones(2) + 1
        recorder.halt()
        assert recorder.is_halted
        length = len(recorder._mode.log)

        def work_on():
            with contextlib.suppress(RuntimeError):
                work()

        work_on()
        thread = threading.Thread(target=work_on)
        thread.start()
        thread.join()
        assert len(recorder._mode.log) == length
        assert len(recorder._logs) == 1
        batch = recorder.drain()
        assert [step.name for step in batch.steps] == ["add"]
        assert batch.stops == (RecordingStop(1, "Recording stopped after 1 step; the program went on."),)
        assert recorder.waiting_records() == 0
        reference = weakref.ref(x)
        del x
        assert reference() is None
        work_again = torch.ones(2) * 3
        assert recorder.drain().is_empty
        assert recorder.held_bytes() == 0
    assert work_again.tolist() == [3, 3]


def test_a_halted_recorder_leaves_torch_as_it_was():
    before = torch.nn.Module.__call__, torch.autograd.graph._engine_run_backward
    recorder = Recorder(RecorderOptions(), MemoryBytes(), SourceMap.of_file(__file__))
    with recorder:
        recorder.halt()
        optimizer = torch.optim.Adam([w := torch.ones(2, requires_grad=True)])
        (w * w).sum().backward()
        optimizer.step()
    assert (torch.nn.Module.__call__, torch.autograd.graph._engine_run_backward) == before
    with engine.record() as run:
        torch.ones(2) + 1
    assert [step.name for step in run.recording.steps] == ["add"]


def test_halting_in_the_middle_of_a_backward_pass_and_a_module():
    recorder = Recorder(RecorderOptions(), MemoryBytes(), SourceMap.of_file(__file__))
    w = torch.ones(2, requires_grad=True)
    with recorder:
        y = w * 2
        y.register_hook(lambda _: recorder.halt())
        y.sum().backward()
        batch = recorder.drain()
    assert [step.name for step in batch.steps][:3] == ["mul", "sum", "SumBackward0"]
    assert w.grad.tolist() == [2, 2]
