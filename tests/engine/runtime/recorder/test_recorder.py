"""The recorder as a guest: it comes, is asked, and leaves no trace."""

import gc
import subprocess
import sys
import threading
import weakref
from itertools import pairwise
from pathlib import Path
from time import perf_counter_ns
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import optimizer as optimizer_module

import engine
from engine.program.source import SourceMap
from engine.runtime import compat
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Phase
from engine.trace.file import read_recording
from engine.trace.outcome import OutcomeKind
from tests.engine.runtime.recorder.programs import HEAD
from tests.support.recorded import record_text


def everything_patched() -> dict[str, Any]:
    return {
        "call": vars(nn.Module)["__call__"],
        "init": vars(nn.Module)["__init__"],
        "apply": vars(nn.Module)["_apply"],
        "load": vars(nn.Module)["load_state_dict"],
        "state": vars(nn.Module)["state_dict"],
        "function": vars(torch.autograd.Function)["apply"],
        "graph": torch.autograd.graph._engine_run_backward,
        "autograd": torch.autograd._engine_run_backward,
        "compile": torch.compile,
        "thread": threading.Thread.run,
        "hooks": vars(torch.autograd.graph.saved_tensors_hooks)["__enter__"],
        "gc": gc.get_threshold(),
        "modes": torch._C._len_torch_function_stack(),
        "pre": len(optimizer_module._global_optimizer_pre_hooks),
        "post": len(optimizer_module._global_optimizer_post_hooks),
    }


def new_recorder() -> Recorder:
    return Recorder(RecorderOptions(), MemoryBytes(), SourceMap.of_file(__file__))


def test_nothing_is_left_behind() -> None:
    before = everything_patched()
    x = torch.ones(2, requires_grad=True)
    with new_recorder():
        assert everything_patched() != before
        y = (x * 2).sum()
        y.backward(retain_graph=True)
    assert everything_patched() == before
    assert x._backward_hooks is None
    fired: list[int] = []
    y.grad_fn.register_hook(lambda *_: fired.append(1))
    y.backward()
    assert fired == [1]
    assert "_register_hook" not in vars(torch.autograd.Function)


def test_nothing_is_left_behind_after_an_exception() -> None:
    before = everything_patched()
    with pytest.raises(ZeroDivisionError), new_recorder():
        torch.tensor(1 // int(torch.zeros(1)))
    assert everything_patched() == before


def test_tensors_are_let_go_after_a_drain() -> None:
    recorder = new_recorder()
    with recorder:
        x = torch.ones(2, requires_grad=True)
        y = x * 2
        reference = weakref.ref(y)
        y.sum().backward()
        del y
        assert reference() is not None, "kept by reference until drained"
        recorder.drain()
        assert reference() is None
        assert recorder.drain().is_empty


def test_the_callback_comes_when_due_and_may_drain() -> None:
    recorder = new_recorder()
    batches = []
    with recorder:
        recorder.on_due(lambda: batches.append(recorder.drain()), 5_000_000)
        x = torch.ones(2)
        end = perf_counter_ns() + 10_000_000_000
        count = 0
        while len(batches) < 3 and perf_counter_ns() < end:
            x = x + 1
            count += 1
    batches.append(recorder.drain())
    assert len(batches) == 4
    steps = [step for batch in batches for step in batch.steps]
    assert [step.index for step in steps] == list(range(count))
    assert all(a.outputs == b.inputs for a, b in pairwise(steps)), "ids last across drains"


def test_modes_of_the_person_do_not_see_the_recorder() -> None:
    from torch.utils._python_dispatch import TorchDispatchMode

    seen: list[str] = []

    class Spy(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            seen.append(str(func))
            return func(*args, **(kwargs or {}))

    def work() -> None:
        with Spy():
            x = torch.ones(3)
            x += 1
            layer = nn.Linear(3, 1)
            optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
            layer(x).backward()
            optimizer.step()

    work()
    bare, seen[:] = list(seen), []
    recorder = new_recorder()
    with recorder:
        work()
        recorder.drain()
    assert seen == bare


def test_threads_are_recorded() -> None:
    run = record_text(
        HEAD
        + "from concurrent.futures import ThreadPoolExecutor\nx = torch.ones(2)\n"
        + "with ThreadPoolExecutor(2) as pool:\n    results = list(pool.map(lambda k: x * k, range(4)))\n"
    )
    assert run.step_names() == ["mul"] * 4
    assert {step.thread for step in run.steps()} <= {1, 2}
    assert 0 not in {step.thread for step in run.steps()}


def test_this_torch_lacks_nothing() -> None:
    assert compat.missing() == ()


def test_a_missing_private_function_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compat, "sequence_number", lambda: 0)
    assert compat.missing() == ("Autograd nodes cannot be linked to the steps that made them.",)


def test_recording_a_block_of_a_script() -> None:
    with engine.record() as run:
        x = torch.tensor(3.0, requires_grad=True)
        y = torch.relu(2 * x + 1)
        y.backward()
    recording = run.recording
    assert [step.name for step in recording.steps][:3] == ["mul", "add", "relu"]
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert recording.info.filename == Path(__file__).name
    span = recording.steps[0].span
    assert span is not None
    assert recording.info.program.split("\n")[span.line - 1][span.column : span.end_column] == "2 * x"
    assert run.recording is recording
    assert {name for value in recording.values for name in recording.names(value.id)} >= {"x", "y"}


def test_a_long_block_does_not_hold_all_of_its_tensors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.runtime.script.RELIEF_INTERVAL_NS", 1_000_000)
    options = RecorderOptions(held_bytes=40_000)
    with engine.record(options=options) as run:
        x = torch.ones(1000)
        reference = weakref.ref(x)
        for _ in range(2000):
            x = x + 1
        assert reference() is None
    assert len(run.recording.steps) == 2000
    assert run.recording.array(run.recording.steps[-1].outputs[0])[0] == 2001


def test_recording_a_block_that_fails(tmp_path: Path) -> None:
    path = tmp_path / "run.chainrule"
    with pytest.raises(RuntimeError), engine.record(path) as run:
        torch.ones(2, 3) @ torch.ones(2, 3)
    assert run.recording.outcome.kind is OutcomeKind.FAILED
    assert run.recording.outcome.error_type == "RuntimeError"
    opened = read_recording(path)
    assert opened.failures == run.recording.failures
    assert opened.outcome.message == run.recording.outcome.message


def test_a_recording_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "run.chainrule"
    with engine.record(path) as run:
        x = torch.randn(3, requires_grad=True)
        (x.exp() * 2).sum().backward()
    opened = read_recording(path)
    recording = run.recording
    assert opened.steps == recording.steps
    assert opened.values == recording.values
    for value in recording.values:
        assert (opened.array(value.id) == recording.array(value.id)).all()
    gradient = opened.grad_at(recording.values[0].tensor, recording.steps[-1].index)
    assert x.grad is not None
    assert opened.array(gradient).tolist() == x.grad.tolist()


def test_importing_the_engine_does_not_load_torch() -> None:
    code = "import sys, engine; assert 'torch' not in sys.modules; engine.record; assert 'torch' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_programs_that_change_torch_are_recorded_as_they_are() -> None:
    run = record_text(
        HEAD
        + "real = torch.relu\ntorch.relu = lambda t: real(t) * 2\ny = torch.relu(torch.ones(2))\ntorch.relu = real\n"
    )
    assert run.step_names(Phase.FORWARD) == ["relu", "mul"]
