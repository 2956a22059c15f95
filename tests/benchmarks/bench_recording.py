"""What recording costs over a bare forward and backward: CPU time, and memory, for each policy of values."""

import json
import os
import subprocess
import sys

from engine.protocol.request import ValuePolicy
from tests.benchmarks.recording_child import POLICIES, WORKLOADS
from tests.benchmarks.row import BenchRow

MEMORY = ("resnet", "gpt", "lstm")
TITLES = {ValuePolicy.ALL: "values by reference", ValuePolicy.SUMMARIES: "summaries", ValuePolicy.NONE: "values off"}
MEMORY_GOAL_WITHOUT_VALUES = 1.05
EXACT = {"MALLOC_MMAP_THRESHOLD_": "65536"}
"""glibc gives larger blocks back at once then: resident memory is what torch asked for, whatever was freed before."""


def rows() -> list[BenchRow]:
    """Return, for each workload and policy, the cost of recording, of recording and all facts, and the memory taken."""
    found = []
    for name, workload in WORKLOADS.items():
        times = _child(name, "times")
        bare = times["bare"]
        floor = times["floor"]
        found.append(BenchRow("floor of torch's own hooks", workload.title, floor, "ms", bare, floor / bare))
        for policy in POLICIES:
            goal = {ValuePolicy.ALL: workload.goal, ValuePolicy.NONE: workload.goal_without_values}.get(policy)
            recorded, drain = times[f"{policy}, run"], times[f"{policy}, drain"]
            title = f"recording, {TITLES[policy]}"
            found.append(BenchRow(title, workload.title, recorded, "ms", bare, recorded / bare, goal=goal))
            whole = recorded + drain
            found.append(BenchRow(f"{title}, all facts", workload.title, whole, "ms", bare, whole / bare))
    for name in MEMORY:
        found.extend(_memory(name))
    return found


def _memory(name: str) -> list[BenchRow]:
    bare = _child(name, "bare", EXACT)["peak_mb"]
    found = []
    for policy in (ValuePolicy.ALL, ValuePolicy.NONE):
        recorded = _child(name, policy.value, EXACT)["peak_mb"]
        goal = MEMORY_GOAL_WITHOUT_VALUES if policy is ValuePolicy.NONE and name != "lstm" else None
        title = f"recording, {TITLES[policy]}, peak memory"
        found.append(BenchRow(title, WORKLOADS[name].title, recorded, "MB", bare, recorded / bare, goal=goal))
    return found


def _child(name: str, kind: str, more_environment: dict[str, str] | None = None) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.recording_child", name, kind]
    environment = os.environ | (more_environment or {})
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=900, env=environment)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured
