"""Compiled, scripted, exported and custom code: recorded it computes and is compiled the same, and can be opened."""

import builtins
import gc
import linecache
import logging
import os
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
import torch
from torch import nn
from torch._dynamo.utils import counters

from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.runtime.recorder.active import RUNNING
from engine.trace.bytestore import MemoryBytes
from engine.trace.control import RegionKind
from engine.trace.execution import Kernel
from engine.trace.facts import Phase, Step
from engine.trace.invariants import check_recording
from tests.conformance.ways_of_running import COMPILED, OTHER
from tests.engine.runtime.recorder.programs import HEAD
from tests.engine.runtime.recorder.test_identity import assert_same
from tests.support.recorded import FILENAME, Recorded, record_text, run_bare

pytestmark = [pytest.mark.filterwarnings("ignore")]
COUNTED = ("frames", "stats", "graph_break", "aot_autograd", "resumes")
ADDRESS = re.compile(r"0x[0-9a-f]+")


@contextmanager
def source_of(text: str) -> Iterator[None]:
    """Let ``torch.jit`` find the text."""
    linecache.cache[FILENAME] = (len(text), None, text.splitlines(keepends=True), FILENAME)
    try:
        yield
    finally:
        del linecache.cache[FILENAME]


def counted(run: Any, *args: Any, **kwargs: Any) -> tuple[Any, dict[str, Counter[str]]]:
    """Run from scratch; return the result and what the compiler counted.

    The compiler looks at every Python frame that begins, those of finalizers, log handlers and of PySide's import too:
    they are kept out.
    """
    torch._dynamo.reset()
    counters.clear()
    gc.collect()
    gc.disable()
    logging.disable()
    try:
        with patch.object(builtins, "__import__", getattr(builtins, "__orig_import__", builtins.__import__)):
            result = run(*args, **kwargs)
    finally:
        logging.disable(logging.NOTSET)
        gc.enable()
    found = {name: Counter[str]() for name in COUNTED}
    for name in COUNTED:
        for key, count in counters[name].items():
            found[name][ADDRESS.sub("", key)] += count
    return result, found


def compiled(name: str, backend: str = "eager") -> Recorded:
    text = f"{HEAD}BACKEND = {backend!r}\n{COMPILED[name]}"
    torch._dynamo.reset()
    return record_text(text)


def opened(run: Recorded, step: Step) -> list[str]:
    return [kernel.name for kernel in run.recording.kernels(step.index)]


def steps_called(run: Recorded, name: str) -> list[Step]:
    return [step for step in run.recording.steps if step.name == name]


def compare(bare: dict[str, Any], run: Recorded) -> None:
    if run.error is not None:
        raise run.error
    for key, value in bare.items():
        if not key.startswith("__"):
            assert_same(value, run.variables[key], key)
    check_recording(run.recording)


@pytest.mark.parametrize(
    ("name", "backend"),
    [*((name, "aot_eager") for name in COMPILED), ("decorated", "eager"), ("graph breaks", "eager")],
)
def test_compiled_code_runs_and_is_compiled_as_without_a_recorder(name: str, backend: str) -> None:
    text = f"{HEAD}BACKEND = {backend!r}\n{COMPILED[name]}"
    bare, as_bare = counted(run_bare, text)
    run, as_recorded = counted(record_text, text, drains=backend == "eager")
    compare(bare, run)
    assert as_recorded == as_bare
    assert as_bare["stats"]["unique_graphs"] > 0


@pytest.mark.parametrize("drains", [False, True], ids=["drained once", "drained often"])
@pytest.mark.parametrize("name", OTHER)
def test_recorded_equals_bare(name: str, drains: bool) -> None:
    text = HEAD + OTHER[name]
    with source_of(text):
        bare = run_bare(text)
        compare(bare, record_text(text, drains=drains))


@pytest.mark.skipif("CONFORMANCE" not in os.environ, reason="takes a minute; make conformance runs it")
@pytest.mark.skipif(shutil.which("g++") is None, reason="inductor compiles with g++")
def test_inductor_runs_as_without_a_recorder() -> None:
    text = f"{HEAD}BACKEND = 'inductor'\n{COMPILED['decorated']}"
    bare, as_bare = counted(run_bare, text)
    run, as_recorded = counted(record_text, text)
    compare(bare, run)
    assert as_recorded == as_bare
    assert [kernel.name for kernel in run.recording.kernels(steps_called(run, "f")[0].index)] == DECORATED


DECORATED = ["operator.mul", "Tensor.sin", "operator.add"]


def test_a_compiled_call_is_one_step_in_a_region_and_opens_into_its_graph() -> None:
    run = compiled("decorated")
    recording = run.recording
    first, second = steps_called(run, "f")
    regions = [recording.regions[step.region] for step in (first, second) if step.region is not None]
    assert [(region.kind, region.name, region.call) for region in regions] == [
        (RegionKind.COMPILED, "f", 0),
        (RegionKind.COMPILED, "f", 1),
    ]
    span = regions[0].span
    assert span is not None
    assert recording.info.program.splitlines()[span.line - 1] == "def f(a, b):"
    assert opened(run, first) == opened(run, second) == DECORATED
    mul, sin, add = recording.kernels(first.index)
    assert [operand.value for operand in mul.inputs] == list(first.inputs)
    assert sin.inputs == mul.outputs
    assert add.inputs[0] == sin.outputs[0]
    assert add.outputs[0].value == first.outputs[0]
    assert add.outputs[0].shape == (3,)
    assert "y" in recording.names(first.outputs[0])


def test_parameters_are_inputs_and_buffers_that_it_changes_are_outputs() -> None:
    run = compiled("modules")
    recording = run.recording
    (net, again) = steps_called(run, "Net")
    names = [recording.names(value) for value in net.inputs if value is not None]
    assert [name[-1] for name in names[1:]] == ["n.count", "n.a.weight", "n.a.bias"]
    counts = [value for value in run.named("n.count") if value.producer in (net.index, again.index)]
    assert [recording.array(value.id).item() for value in counts] == [1.0, 2.0]
    assert recording.array(net.inputs[1]).item() == 0.0
    assert [(call.path, call.class_name) for call in recording.module_calls] == [
        ("m", "Sequential"),
        ("n", "Net"),
        ("n", "Net"),
    ]


def test_the_backward_step_of_compiled_code_opens_into_its_compiled_graph() -> None:
    run = compiled("decorated", "aot_eager")
    (step,) = [step for step in run.steps(Phase.BACKWARD) if step.name == "CompiledFunctionBackward"]
    kernels = run.recording.kernels(step.index)
    assert "aten.cos.default" in [kernel.name for kernel in kernels]
    read = {operand.value for kernel in kernels for operand in kernel.inputs}
    made = {operand.value for kernel in kernels for operand in kernel.outputs}
    assert set(step.inputs) <= read
    assert set(step.outputs) <= made


def test_what_is_eager_between_two_graphs_is_recorded_as_usual() -> None:
    run = compiled("graph breaks")
    first_region = [step for step in run.recording.steps if step.region == 0]
    assert [step.name for step in first_region] == ["f", "mul", "relu", "f"]
    assert opened(run, first_region[0]) == ["Tensor.sin"]
    assert opened(run, first_region[3]) == ["Tensor.cos", "operator.add", "Tensor.sum"]
    for before, after in pairwise(first_region):
        assert before.outputs[0] in after.inputs


def test_several_graphs_of_one_step_are_headed_by_their_numbers() -> None:
    run = compiled("unseen eager part")
    (step,) = steps_called(run, "f")
    kernels = run.recording.kernels(step.index)
    assert [kernel.name for kernel in kernels if kernel.name.startswith("graph")] == ["graph 1", "graph 2"]
    head: Kernel = kernels[0]
    assert head.inputs[0].value == step.inputs[0]
    assert head.duration_ns > 0


def test_shapes_of_a_graph_for_all_shapes_are_those_of_the_call() -> None:
    run = compiled("dynamic shapes")
    shapes = [run.recording.kernels(step.index)[1].outputs[0].shape for step in steps_called(run, "f")]
    assert shapes == [(6,), (8,), (10,), (12,), (14,)]


def test_a_backward_pass_and_an_optimizer_inside_of_compiled_code_are_recorded() -> None:
    run = compiled("training step")
    recording = run.recording
    assert len(recording.backward_calls) == 3
    weights = [recording.array(value.id).tolist() for value in run.named("lin.weight")]
    assert weights[-1] == run.variables["lin"].weight.tolist()
    written = [step for step in steps_called(run, "step") if "Tensor.add_" in opened(run, step)]
    assert len(written) == 3
    assert all(step.region is not None for step in run.recording.steps if step.name == "AccumulateGrad")


def test_code_compiled_before_the_recording_is_one_step() -> None:
    torch._dynamo.reset()
    early = run_bare(f"{HEAD}@torch.compile(backend='eager')\ndef f(x): return x.sin() * 2\nf(torch.ones(3))\n")["f"]
    counters.clear()
    torch.compiler_under_test = early
    try:
        run = record_text(
            f"{HEAD}x = torch.ones(3, requires_grad=True)\ny = torch.compiler_under_test(x)\ny.sum().backward()\n"
        )
    finally:
        del torch.compiler_under_test
    assert run.step_names(Phase.FORWARD) == ["f", "sum"]
    check_recording(run.recording)


def test_a_halted_recorder_does_not_disturb_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{HEAD}BACKEND = 'eager'\nhalt()\n{COMPILED['decorated']}"
    enter = Recorder.__enter__
    started: list[Recorder] = []

    def noted(recorder: Recorder) -> Recorder:
        started.append(recorder)
        return enter(recorder)

    def halt() -> None:
        started[0].halt()

    monkeypatch.setattr(Recorder, "__enter__", noted)
    _, as_bare = counted(run_bare, text.replace("halt()", ""))
    monkeypatch.setattr("builtins.halt", halt, raising=False)
    run, as_recorded = counted(record_text, text)
    assert run.error is None
    assert as_recorded == as_bare
    assert not run.recording.steps


def test_a_script_opens_into_its_graph() -> None:
    text = HEAD + OTHER["script"]
    with source_of(text):
        run = record_text(text)
    (f,) = steps_called(run, "f")
    assert opened(run, f) == ["prim.Loop", "aten.mul", "aten.add"]
    (fill,) = steps_called(run, "fill")
    assert fill.outputs[0] != fill.inputs[0]
    before, after = (run.recording.array(run.named(name)[-1].id).tolist() for name in ("before", "after"))
    assert (before, after) == ([0, 0], [1, 1])


def test_a_scripted_module_takes_its_parameters() -> None:
    text = HEAD + OTHER["script module"]
    with source_of(text):
        run = record_text(text)
    (step,) = steps_called(run, "Sequential")
    names = {name for value in step.inputs if value is not None for name in run.recording.names(value)}
    assert {"sm.0.weight", "sm.1.running_mean"} <= names
    assert "aten.linear" in opened(run, step)
    assert len(steps_called(run, "Linear")) == 1, "tracing itself is no step"


def test_a_custom_operator_is_one_step_in_each_pass() -> None:
    run = record_text(HEAD + OTHER["custom operators"])
    assert len(steps_called(run, "cube")) == 3
    assert not [step for step in run.steps(Phase.FORWARD) if "Generated" in step.name]
    assert any("cube" in step.name for step in run.steps(Phase.BACKWARD))
    (fill,) = steps_called(run, "fill")
    assert run.recording.array(fill.outputs[0]).tolist() == [3, 3]
    assert run.recording.array(run.named("before")[0].id).tolist() == [0, 0]


def test_backward_passes_at_the_same_time_are_told_apart() -> None:
    recording = record_text(HEAD + OTHER["backward at the same time"]).recording
    assert len(recording.backward_calls) == 3
    ran = Counter(step.backward_call for step in recording.steps if step.name == "AccumulateGrad")
    assert ran == {0: 1, 1: 1, 2: 1}
    for call in range(3):
        assert len({step.thread for step in recording.steps if step.backward_call == call}) == 1
    ends = [step.outputs[0] for step in recording.steps if step.name == "AccumulateGrad"]
    assert recording.array(ends[-1]).tolist() == [12] * 4
    assert len(set(ends)) == 3, "each has made another value of .grad"


def test_a_thread_that_outlives_the_recording_is_let_go() -> None:
    go, done = threading.Event(), threading.Event()
    seen: list[int] = []

    def work() -> None:
        x = torch.ones(2)
        while not go.is_set():
            x = x * 1
        for _ in range(100):
            x = x + 1
        seen.append(len(torch.overrides._get_current_function_mode_stack()))
        done.set()

    store = MemoryBytes()
    recorder = Recorder(RecorderOptions(), store, SourceMap(FILENAME, ""))
    with recorder:
        threading.Thread(target=work, daemon=True).start()
        (torch.ones(1) * 2).sum()
    batch = recorder.drain()
    go.set()
    assert done.wait(30)
    assert recorder.waiting_records() <= 1, "at most the call that was running"
    assert {"mul", "sum"} <= {step.name for step in batch.steps}
    assert len(recorder.drain().steps) <= 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_is_as_if_nobody_had_recorded() -> None:
    before = vars(nn.Module)["__call__"]
    reader, writer = os.pipe()
    recorder = Recorder(RecorderOptions(), MemoryBytes(), SourceMap(FILENAME, ""))
    with recorder:
        y = torch.ones(2, requires_grad=True) * 2
        child = os.fork()
        if child == 0:
            said = [
                not torch.overrides._get_current_function_mode_stack(),
                vars(nn.Module)["__call__"] is before,
                recorder.mode_of_thread() is None,
                not RUNNING,
            ]
            y.sum().backward()
            said += [recorder.waiting_records() == 0, recorder.drain().is_empty]
            recorder.__exit__(None, None, None)
            os.write(writer, bytes(said))
            os._exit(0)
        os.waitpid(child, 0)
        y.sum().backward()
    assert os.read(reader, 100) == bytes([1] * 6)
    os.close(reader)
    os.close(writer)
    assert "MulBackward0" in [step.name for step in recorder.drain().steps]
