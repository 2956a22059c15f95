"""The recorder beside TorchLens, torchview and torchviz, each over the bare run of its own process."""

import json
import os
import subprocess
from pathlib import Path

from tests.benchmarks.peers_child import TOOLS, WORKLOADS
from tests.benchmarks.row import BenchRow
from tests.support.environments import ROOT, python_with

REQUIREMENTS = Path(__file__).with_name("peers.txt")
LIMIT_S = 120


def rows() -> list[BenchRow]:
    """Return a row a workload and tool; one that fails or takes too long says so in place of its ratio."""
    python = python_with("peers", REQUIREMENTS)
    return [_row(python, tool, name) for name in WORKLOADS for tool in TOOLS]


def _row(python: Path, tool: str, name: str) -> BenchRow:
    title = WORKLOADS[name].title
    found = _measured(python, tool, name)
    if "error" in found:
        return BenchRow(f"peers: {tool}", f"{title}: {found['error']}", None, "ms")
    bare_ms, tool_ms = float(found["bare_ms"]), float(found["tool_ms"])
    return BenchRow(f"peers: {tool}", title, tool_ms, "ms", bare_ms, tool_ms / bare_ms)


def _measured(python: Path, tool: str, name: str) -> dict[str, float | str]:
    command = [str(python), "-m", "tests.benchmarks.peers_child", tool, name]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return {"error": f"over {LIMIT_S} s"}
    if done.returncode != 0 or not done.stdout.strip():
        return {"error": f"ended with exit code {done.returncode}"}
    found: dict[str, float | str] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
