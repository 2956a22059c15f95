"""Measures one workload, bare and recorded, in a process of its own; prints one JSON object.

Times are process CPU time of one thread, forward and backward. Bare and recorded runs take turns, so that a busy
machine slows both; the collector runs in between. The recorded run keeps every value by reference; making facts of the
log (``drain``) is measured apart. Memory is the highest resident size, from a process that only did the one or the
other.
"""

import gc
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.bytestore import MemoryBytes
from tests.support.models import Gpt, Mlp, ResNet, lstm_cell_loop, tiny_chain

Run = Callable[[], None]


@dataclass(frozen=True)
class Workload:
    """What is run, how often, and what recording it may cost over bare at the most."""

    title: str
    repeats: int
    goal: float
    prepare: Callable[[], Run]


def _module(model: nn.Module, data: torch.Tensor) -> Run:
    def run() -> None:
        model.zero_grad()
        model(data).sum().backward()

    return run


def _lstm() -> Run:
    cell, data = nn.LSTMCell(32, 64), torch.randn(500, 8, 32)

    def run() -> None:
        cell.zero_grad()
        lstm_cell_loop(cell, data).backward()

    return run


def _tiny() -> Run:
    x = torch.randn(4, requires_grad=True)

    def run() -> None:
        x.grad = None
        tiny_chain(x, 10_000).backward()

    return run


def _scalar() -> Run:
    def run() -> None:
        for _ in range(20):
            x = torch.tensor(2.0, requires_grad=True)
            y = torch.tensor(3.0, requires_grad=True)
            (x**2 + y**3).backward()

    return run


WORKLOADS = {
    "scalar": Workload("20 times x**2 + y**3", 100, 2.9, _scalar),
    "mlp": Workload("3-layer MLP, width 128, batch 32", 100, 1.8, lambda: _module(Mlp(128), torch.randn(32, 8))),
    "resnet": Workload("ResNet-50, batch 1", 7, 1.10, lambda: _module(ResNet(), torch.randn(1, 3, 224, 224))),
    "gpt": Workload("GPT-2 size, 64 tokens", 5, 1.05, lambda: _module(Gpt(), torch.randint(0, 50257, (1, 64)))),
    "lstm": Workload("LSTMCell, 500 steps", 9, 1.7, _lstm),
    "tiny": Workload("10,000 small operations", 9, 1.8, _tiny),
}


def times(workload: Workload) -> dict[str, float]:
    """Return the medians of bare and recorded runs and of draining, in milliseconds."""
    run = workload.prepare()
    bare_ms(run)
    recorded_ms(run)
    bare, recorded, drained = [], [], []
    for _ in range(workload.repeats):
        bare.append(bare_ms(run))
        hot, cold = recorded_ms(run)
        recorded.append(hot)
        drained.append(cold)
    return {
        "bare_ms": statistics.median(bare),
        "recorded_ms": statistics.median(recorded),
        "drain_ms": statistics.median(drained),
    }


def bare_ms(run: Run) -> float:
    """Return the CPU time of one bare run."""
    gc.collect()
    began = time.process_time()
    run()
    return (time.process_time() - began) * 1e3


def recorded_ms(run: Run) -> tuple[float, float]:
    """Return the CPU time of one recorded run, and of making facts of it."""
    gc.collect()
    recorder = new_recorder()
    with recorder:
        began = time.process_time()
        run()
        hot = time.process_time() - began
    began = time.process_time()
    recorder.drain()
    return hot * 1e3, (time.process_time() - began) * 1e3


def new_recorder() -> Recorder:
    """Return a recorder that keeps everything in memory."""
    return Recorder(RecorderOptions(), MemoryBytes(), SourceMap.of_file(__file__))


def peak_mb(workload: Workload, *, recorded: bool) -> dict[str, float]:
    """Return the highest resident memory of one run in this process, in MB beyond what it had before."""
    run = workload.prepare()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if recorded:
        with new_recorder():
            run()
    else:
        run()
    return {"peak_mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3}


def main() -> None:
    """Measure what the command line names."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    workload = WORKLOADS[sys.argv[1]]
    match sys.argv[2]:
        case "times":
            found = times(workload)
        case kind:
            found = peak_mb(workload, recorded=kind == "recorded")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
