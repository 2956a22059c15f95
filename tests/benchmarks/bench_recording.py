"""What recording costs over a bare forward and backward: CPU time, and memory."""

import json
import subprocess
import sys

from tests.benchmarks.recording_child import WORKLOADS
from tests.benchmarks.row import BenchRow

MEMORY = ("resnet", "gpt", "lstm")


def rows() -> list[BenchRow]:
    """Return, for each workload, the cost of recording with values by reference, of draining, and the memory taken."""
    found = []
    for name, workload in WORKLOADS.items():
        times = _child(name, "times")
        bare, recorded, drain = times["bare_ms"], times["recorded_ms"], times["drain_ms"]
        found.append(
            BenchRow("recording", workload.title, recorded, "ms", bare, recorded / bare, goal=workload.goal),
        )
        whole = recorded + drain
        found.append(BenchRow("recording and facts", workload.title, whole, "ms", bare, whole / bare))
    for name in MEMORY:
        bare, recorded = _child(name, "bare")["peak_mb"], _child(name, "recorded")["peak_mb"]
        found.append(BenchRow("recording, memory", WORKLOADS[name].title, recorded, "MB", bare, recorded / bare))
    return found


def _child(name: str, kind: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.recording_child", name, kind]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured
