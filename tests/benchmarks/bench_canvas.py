"""What the canvas takes: time for a frame (CPU, on this machine), memory for a large graph, turns of the window."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.canvas_families import FAMILIES
from tests.benchmarks.row import BenchRow

_ROOT = Path(__file__).resolve().parents[2]
_SIZES = (1_000, 10_000, 50_000)
_P95_MS, _WORST_MS = 12.0, 16.7
_MEMORY_MB = 200.0
_TURN_MS = 50.0


def rows() -> list[BenchRow]:
    """Return median, 95th percentile and worst frame for each kind of graph, size, scaling and way to move."""
    found: list[BenchRow] = []
    for boxes in _SIZES:
        for family in ("grid", *FAMILIES):
            found += _rows_of(family, boxes)
    for boxes in _SIZES[1:]:
        found += _turns(boxes)
        found += _pair(boxes)
    return found


def _pair(boxes: int) -> list[BenchRow]:
    """Two large recordings beside each other, all groups open: until both are drawn, and frames of both in step."""
    report = _report("tests.benchmarks.pair_child", str(boxes))
    label = f"two recurrences, {report['boxes']} boxes each, beside each other"
    return [
        BenchRow("compare", label, round(report["compared"], 1), "ms"),
        BenchRow("draw both", label, round(report["opened"], 1), "ms"),
        BenchRow("longest turn of the window", f"{label}, draw both", round(report["turn"], 1), "ms", goal=_TURN_MS),
        *_frame_rows(f"{label}, both in step, with all other panels", report["frames"]),
    ]


def _turns(boxes: int) -> list[BenchRow]:
    """How long the window stands still at the most while it opens, unfolds and exports a large recording."""
    report = _report("tests.benchmarks.turns_child", str(boxes))
    found = []
    for work, (longest_ms, took_ms) in report["turns"].items():
        label = f"recurrence, {report['boxes']} boxes, {work}" + (f" ({took_ms / 1e3:.1f} s)" if took_ms else "")
        found.append(BenchRow("longest turn of the window", label, round(longest_ms, 1), "ms", goal=_TURN_MS))
    return found


def _report(module: str, *words: str) -> dict[str, Any]:
    environment = {"QT_QPA_PLATFORM": "offscreen"} | os.environ
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _rows_of(family: str, boxes: int) -> list[BenchRow]:
    report = _report("tests.benchmarks.canvas_child", family, str(boxes))
    label = f"{family}, {report['boxes']} boxes"
    found = []
    for run in report["runs"]:
        for workload, times in run["times"].items():
            found += _frame_rows(f"{label}, {run['ratio']}x, {workload}", sorted(times))
    return [*found, BenchRow("canvas memory", label, round(report["bytes"] / 1e6, 1), "MB", goal=_MEMORY_MB)]


def _frame_rows(workload: str, times_ms: list[float]) -> list[BenchRow]:
    last = len(times_ms) - 1
    return [
        BenchRow("canvas frame, p50", workload, round(times_ms[last // 2], 2), "ms"),
        BenchRow("canvas frame, p95", workload, round(times_ms[round(last * 0.95)], 2), "ms", goal=_P95_MS),
        BenchRow("canvas frame, max", workload, round(times_ms[-1], 2), "ms", goal=_WORST_MS),
    ]
