"""Training with the window open and all charts live: the time of an iteration, and how long the window is held up.

The bare script and the window take turns, one thread of torch each, so that both see the same machine. The window's
worker runs beside it: with two cores or more each has its own.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile

from tests.benchmarks.row import BenchRow

TURNS = 3
GOAL = 1 / 0.95
HELD_UP_GOAL_MS = 50.0
WORKLOAD = "MLP 2-16-16-8-2 on two spirals, batch 32"


def rows() -> list[BenchRow]:
    """Return the time of an iteration, and how long the window was held up at the most."""
    bare, live, late_ms, worst_ms = [], [], [], []
    for _ in range(TURNS):
        bare.append(_measured("bare")["iteration_us"])
        told = _measured("live")
        live.append(told["iteration_us"])
        late_ms.append(told["late_ms"])
        worst_ms.append(told["worst_ms"])
    one, other = statistics.median(live), statistics.median(bare)
    return [
        BenchRow("training, window open", WORKLOAD, one, "µs", other, one / other, goal=GOAL),
        BenchRow("window held up, 99 of 100 times", WORKLOAD, statistics.median(late_ms), "ms", goal=HELD_UP_GOAL_MS),
        BenchRow("window held up, the worst", WORKLOAD, max(worst_ms), "ms", goal=HELD_UP_GOAL_MS),
    ]


def _measured(what: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"CHAINRULE_HOME": home, "OMP_NUM_THREADS": "1", "QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, "-m", "tests.benchmarks.live_child", what]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=300)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told
