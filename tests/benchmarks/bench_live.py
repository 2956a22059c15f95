"""Training with the window open and all charts live: the time of an iteration, how long the window is held up, memory.

The bare script and the window take turns, one thread of torch each, so that both see the same machine. The window's
worker runs beside it: with two cores or more each has its own.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile

from engine.training.plan import Shape
from tests.benchmarks.row import BenchRow

TURNS = 3
GOAL = 1 / 0.95
HELD_UP_GOAL_MS = 50.0
WINDOW_GROWTH_GOAL_MB, WORKER_GROWTH_GOAL_MB = 16.0, 4.0
"""The window's curves fill up to a bound meanwhile, some megabytes each; a worker keeps nothing."""
WORKLOADS = {
    Shape.TWO_SPIRALS: "MLP 2-16-16-8-2 on two spirals, batch 32",
    Shape.DIGITS: "convolutions on digits 8 by 8, batch 32",
}


def rows() -> list[BenchRow]:
    """Return the time of an iteration, how long the window was held up at the most, and by how much memory grew."""
    grown = _measured("memory_child")
    steps = f"{grown['steps']:,.0f} steps after the first 20,000"
    return [
        *(row for data, workload in WORKLOADS.items() for row in _beside(data, workload)),
        BenchRow("memory of the window grew", steps, grown["window_mb"], "MB", goal=WINDOW_GROWTH_GOAL_MB),
        BenchRow("memory of the worker grew", steps, grown["worker_mb"], "MB", goal=WORKER_GROWTH_GOAL_MB),
    ]


def _beside(data: Shape, workload: str) -> list[BenchRow]:
    """Train bare and in the window, in turns."""
    bare, live, late_ms, worst_ms = [], [], [], []
    for _ in range(TURNS):
        bare.append(_measured("live_child", "bare", data.value)["iteration_us"])
        told = _measured("live_child", "live", data.value)
        live.append(told["iteration_us"])
        late_ms.append(told["late_ms"])
        worst_ms.append(told["worst_ms"])
    one, other = statistics.median(live), statistics.median(bare)
    return [
        BenchRow("training, window open", workload, one, "µs", other, one / other, goal=GOAL),
        BenchRow("window held up, 99 of 100 times", workload, statistics.median(late_ms), "ms", goal=HELD_UP_GOAL_MS),
        BenchRow("window held up, the worst", workload, max(worst_ms), "ms", goal=HELD_UP_GOAL_MS),
    ]


def _measured(module: str, *arguments: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"CHAINRULE_HOME": home, "OMP_NUM_THREADS": "1", "QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=400)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told
