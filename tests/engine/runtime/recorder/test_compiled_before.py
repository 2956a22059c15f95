"""What was compiled before the recording is a region with all that goes in and out, and says what is not known."""

import sys
from types import ModuleType
from typing import Any

import pytest
import torch

from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.batch import RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.control import RegionKind
from engine.trace.invariants import check_recording
from engine.trace.recording import Recording
from tests.engine.runtime.proof.proving import proven
from tests.support.recorded import record_text

BEFORE = """
import torch
from torch import nn
torch.manual_seed(3)
w = torch.randn(3, 3, requires_grad=True)
norm = nn.BatchNorm1d(3)
x = torch.randn(4, 3)
@torch.compile(backend="{backend}")
def f(x):
    return norm(x @ w).sin().sum()
f(x).backward()
w.grad = None
norm.zero_grad()
"""
INSIDE = """
before = norm.running_mean * 1
loss = f(x)
loss.backward()
after = norm.running_mean * 1
gradient = w.grad
"""


def run(backend: str, *, records: bool) -> tuple[dict[str, Any], Recording]:
    torch._dynamo.reset()
    module = ModuleType("compiled_before")
    sys.modules[module.__name__] = module  # where a script's own names are found, too
    variables = vars(module)
    text = BEFORE.format(backend=backend)
    exec(compile(text, "before.py", "exec"), variables)
    store = MemoryBytes()
    recorder = Recorder(RecorderOptions(), store, SourceMap("p.py", INSIDE))
    code = compile(INSIDE, "p.py", "exec")
    recording = Recording(RunInfo(program=INSIDE, threads=torch.get_num_threads()), store)
    if not records:
        exec(code, variables)
        return variables, recording
    graphs = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    with recorder:
        exec(code, variables)
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == graphs, "it was compiled again"
    recording.append(recorder.drain(variables))
    return variables, recording


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_it_is_recorded_truly(backend: str) -> None:
    bare, _ = run(backend, records=False)
    variables, recording = run(backend, records=True)
    check_recording(recording)
    for name in ("before", "loss", "after", "gradient"):
        assert torch.equal(bare[name], variables[name])
        value = next(one.id for one in reversed(recording.values) if name in recording.names(one.id))
        kept = recording.array(value)
        assert kept is not None
        assert torch.equal(torch.from_numpy(kept.copy()), bare[name].detach())
    step = next(step for step in recording.steps if step.target == "torch.compile.f")
    region = recording.regions[step.region or 0]
    assert region.kind is RegionKind.COMPILED
    taken = {name for value in step.inputs if value is not None for name in recording.names(value)}
    assert {"x", "w", "norm.weight", "norm.bias"} <= taken
    kernels = recording.kernels(step.index)
    if backend == "eager":
        assert [kernel.name for kernel in kernels][-2:] == ["Tensor.sin", "Tensor.sum"]
    else:
        assert [kernel.text for kernel in kernels] == [
            "compiled before the recording began: its operators are not known"
        ]
    assert proven(recording).failures == []


@pytest.mark.parametrize("make", ["torch.compile(norm, backend='eager')", "torch.jit.script(norm)"])
@pytest.mark.filterwarnings("ignore")
def test_running_statistics_that_compiled_code_writes_have_a_next_version(make: str) -> None:
    text = f"import torch\nnorm = torch.nn.BatchNorm1d(3)\nx = torch.randn(4, 3)\nf = {make}\nf(x)\n"
    run = record_text(text + "mean = norm.running_mean * 1\n")
    assert run.error is None
    check_recording(run.recording)
    kept = run.recording.array(run.recording.steps[-1].inputs[0] or 0)
    assert kept is not None
    assert torch.equal(torch.from_numpy(kept.copy()), run.variables["mean"])
    assert len(run.recording.versions(run.recording.values[run.recording.steps[-1].inputs[0] or 0].tensor)) == 2
