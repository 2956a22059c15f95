"""How long a person waits: for the window, for the starter program in it, and for the picture after a keystroke.

The window is compared with ``import torch``, the thing it must not wait for. Processes start alternately, so that both
see the same machine; figures are medians. Times are from the start of the process until the window was painted.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.row import BenchRow

ROOT = Path(__file__).resolve().parents[2]
REPEATS = 5
CHILD = "tests.benchmarks.window_child"


def rows() -> list[BenchRow]:
    """Measure window, starter program and keystroke."""
    windows, starters, keystrokes, torches = [], [], [], []
    for _ in range(REPEATS):
        window_ms, starter_ms, keystrokes_ms = _window()
        windows.append(window_ms)
        starters.append(starter_ms)
        keystrokes += keystrokes_ms
        torches.append(_import_torch())
    window, starter, torch = map(statistics.median, (windows, starters, torches))
    return [
        BenchRow("window visible", "empty process to painted window", window, "ms", torch, window / torch, 1),
        BenchRow("starter visible", "empty process to whole graph", starter, "ms", torch, starter / torch),
        BenchRow("keystroke to picture", "starter, after the pause", statistics.median(keystrokes), "ms", goal=100),
        BenchRow("keystroke to picture", "starter, the slowest", max(keystrokes), "ms"),
    ]


def _window() -> tuple[float, float, list[float]]:
    with tempfile.TemporaryDirectory() as home:
        places = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "CHAINRULE_HOME"), home)
        started_ns = time.monotonic_ns()
        command = [sys.executable, "-m", CHILD, str(started_ns)]
        environment = {"QT_QPA_PLATFORM": "offscreen"} | os.environ | places
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=120
        )
    window_ms, starter_ms, *keystrokes_ms = map(float, done.stdout.split())
    return window_ms, starter_ms, keystrokes_ms


def _import_torch() -> float:
    started_ns = time.monotonic_ns()
    subprocess.run([sys.executable, "-c", "import torch"], cwd=ROOT, check=True, timeout=120)
    return (time.monotonic_ns() - started_ns) / 1e6
