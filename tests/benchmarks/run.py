"""``make bench``: runs the benchmarks, prints a table and writes ``build/bench.json``.

Each module ``bench_NAME.py`` with a function ``rows() -> list[BenchRow]`` is run in a process of its own, one after the
other, so that none inherits the threads, caches or settings of another.
"""

import argparse
import importlib
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from engine.trace.numbers import number_text
from tests.benchmarks.row import BenchRow

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RESULT = ROOT / "build" / "bench.json"


def main(words: Sequence[str] | None = None) -> int:
    """Run what is asked for and return the exit code: 1 when a benchmark failed, 2 when there is none of that name."""
    parser = argparse.ArgumentParser(prog="make bench", description="Run the benchmarks.")
    parser.add_argument("--only", metavar="NAME", help="one of: " + ", ".join(names()))
    parser.add_argument("--module", help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if options.module is not None:
        options.into.write_bytes(msgspec.json.encode(measured(options.module)))
        return 0
    wanted = [name for name in names() if options.only in {None, name}]
    if not wanted:
        print(f"There is no benchmark {options.only}; there are: {', '.join(names())}.", file=sys.stderr)
        return 2
    return run_all(wanted)


def names() -> list[str]:
    """The benchmarks that there are."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def measured(name: str) -> list[BenchRow]:
    """Run one benchmark in this process."""
    rows = importlib.import_module(f"tests.benchmarks.bench_{name}").rows()
    return msgspec.convert([msgspec.to_builtins(row) for row in rows], list[BenchRow])


def run_all(wanted: Sequence[str]) -> int:
    """Run benchmarks in processes of their own; print and write what they say."""
    rows: list[BenchRow] = []
    failed = []
    for name in wanted:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        found = run_one(name)
        if found is None:
            failed.append(name)
        else:
            rows += found
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print(table(rows))
    if failed:
        print(f"\nThese benchmarks failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def run_one(name: str) -> list[BenchRow] | None:
    """Run one benchmark in a process of its own; None when it failed."""
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "rows.json"
        command = [sys.executable, "-m", "tests.benchmarks.run", "--module", name, "--into", str(into)]
        environment = {"QT_QPA_PLATFORM": "offscreen"} | os.environ
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
            return None
        return msgspec.json.decode(into.read_bytes(), type=list[BenchRow])


def table(rows: Sequence[BenchRow]) -> str:
    """Return the rows with aligned columns."""
    cells = [("benchmark", "workload", "figure", "baseline", "ratio", "goal"), *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _cells(row: BenchRow) -> tuple[str, ...]:
    return (
        row.name,
        row.workload,
        "" if row.figure is None else f"{number_text(row.figure)} {row.unit}",
        "" if row.baseline is None else f"{number_text(row.baseline)} {row.unit}",
        "" if row.ratio is None else f"{row.ratio:.2f} x",
        "" if row.goal is None else f"<= {row.goal:g} {row.unit if row.ratio is None else 'x'}",
    )


if __name__ == "__main__":
    sys.exit(main())
