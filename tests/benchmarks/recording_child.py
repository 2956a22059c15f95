"""Measures one workload, bare and recorded, in a process of its own; prints one JSON object.

Times are process CPU time of one thread, forward and backward. Bare and recorded runs take turns, so that a busy
machine slows both; the collector runs in between. A recorded run keeps what its policy of values asks for by reference;
making facts of the log (``drain``) is measured apart. Memory is the highest resident size, from a process that only did
the one or the other.
"""

import gc
import json
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from engine.program.source import SourceMap
from engine.protocol.request import ValuePolicy
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.bytestore import MemoryBytes
from tests.support.models import Gpt, Mlp, ResNet, lstm_cell_loop, tiny_chain

Run = Callable[[], None]


@dataclass(frozen=True)
class Workload:
    """What is run, how often, and what recording it may cost over bare at the most, with values and without."""

    title: str
    repeats: int
    goal: float
    prepare: Callable[[], Run]
    goal_without_values: float | None = None


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


def _tiny(length: int) -> Run:
    x = torch.randn(4, requires_grad=True)

    def run() -> None:
        x.grad = None
        tiny_chain(x, length).backward()

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
    "resnet": Workload("ResNet-50, batch 1", 7, 1.10, lambda: _module(ResNet(), torch.randn(1, 3, 224, 224)), 1.03),
    "gpt": Workload("GPT-2 size, 64 tokens", 5, 1.05, lambda: _module(Gpt(), torch.randint(0, 50257, (1, 64))), 1.03),
    "lstm": Workload("LSTMCell, 500 steps", 9, 1.7, _lstm),
    "tiny1k": Workload("1,000 small operations", 30, 1.8, lambda: _tiny(1_000)),
    "tiny": Workload("10,000 small operations", 9, 1.8, lambda: _tiny(10_000)),
    "tiny50k": Workload("50,000 small operations", 3, 1.8, lambda: _tiny(50_000)),
}

POLICIES = (ValuePolicy.ALL, ValuePolicy.SUMMARIES, ValuePolicy.NONE)


def times(workload: Workload) -> dict[str, float]:
    """Return the medians of bare runs and, for each policy of values, of recorded runs and drains; milliseconds."""
    run = workload.prepare()
    found: dict[str, list[float]] = defaultdict(list)
    for repeat in range(workload.repeats + 1):
        took = {"bare": bare_ms(run), "floor": floor_ms(run)}
        for policy in POLICIES:
            took[f"{policy}, run"], took[f"{policy}, drain"] = recorded_ms(run, policy)
        if repeat:  # the first round warms up
            for name, milliseconds in took.items():
                found[name].append(milliseconds)
    return {name: statistics.median(numbers) for name, numbers in found.items()}


class EmptyMode(TorchFunctionMode):
    """Sees every call and keeps the least that a recorder must: what was called, with what, what came of it, where."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[object] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the call and append it."""
        result = func(*args, **(kwargs or {}))
        frame = sys._getframe(1)
        self.log.extend((func, args, result, frame.f_code, frame.f_lasti))
        return result


def floor_ms(run: Run) -> float:
    """Return the CPU time of a run under torch's own hooks alone: a function mode, and a post hook on every node."""
    gc.collect()
    kept: list[object] = []
    original = torch.autograd.graph._engine_run_backward

    def hooked(outputs: Any, *args: Any, **kwargs: Any) -> Any:
        nodes = [output.grad_fn for output in outputs]
        seen = set(nodes)
        for node in nodes:
            for target, _ in node.next_functions:
                if target is not None and target not in seen:
                    seen.add(target)
                    nodes.append(target)
        handles = [node.register_hook(lambda sent, came: kept.extend((sent, came))) for node in nodes]
        try:
            return original(outputs, *args, **kwargs)
        finally:
            for handle in handles:
                handle.remove()

    mode = EmptyMode()
    thresholds = gc.get_threshold()
    gc.set_threshold(200_000, 50, 1000)
    torch.autograd._engine_run_backward = hooked
    try:
        with mode:
            began = time.process_time()
            run()
            return (time.process_time() - began) * 1e3
    finally:
        torch.autograd._engine_run_backward = original
        gc.set_threshold(*thresholds)


def bare_ms(run: Run) -> float:
    """Return the CPU time of one bare run."""
    gc.collect()
    began = time.process_time()
    run()
    return (time.process_time() - began) * 1e3


def recorded_ms(run: Run, policy: ValuePolicy) -> tuple[float, float]:
    """Return the CPU time of one recorded run, and of making facts of it."""
    gc.collect()
    recorder = new_recorder(policy)
    with recorder:
        began = time.process_time()
        run()
        hot = time.process_time() - began
    began = time.process_time()
    recorder.drain()
    return hot * 1e3, (time.process_time() - began) * 1e3


def new_recorder(policy: ValuePolicy) -> Recorder:
    """Return a recorder that keeps everything in memory."""
    return Recorder(RecorderOptions(values=policy), MemoryBytes(), SourceMap.of_file(__file__))


def peak_mb(workload: Workload, policy: ValuePolicy | None) -> dict[str, float]:
    """Return the highest resident memory of one run in this process, in MB beyond what it had before."""
    run = workload.prepare()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if policy is not None:
        with new_recorder(policy):
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
        case "bare":
            found = peak_mb(workload, None)
        case policy:
            found = peak_mb(workload, ValuePolicy(policy))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
