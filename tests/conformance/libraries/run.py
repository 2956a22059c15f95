"""``make libraries``: models of well-known libraries, unchanged, recorded and proven; prints a table.

The libraries are installed into an environment of their own (see ``tests.support.environments``). Each model is made
from its configuration without weights, takes a training step bare and another one recorded, and both are compared to
the last bit; then ``chainrule verify`` goes through the recording.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from tests.conformance.libraries.tried import Tried
from tests.support.environments import ROOT, python_with

HERE = Path(__file__).resolve().parent
TABLE = HERE / "LIBRARIES.md"
LIBRARIES = ("transformers", "timm", "torch_geometric", "trainers")
"""``trainers`` are skorch and lightning."""

HEAD = """# Models of libraries under the recorder

Made by `make libraries`: each model from its configuration, without weights, one training step bare and one recorded.
*Identical* means that loss, outputs, gradients and changed parameters agree to the last bit and that every gradient is
in the recording. *Proven* is what `chainrule verify` says of the recording.

"""


def main(words: Sequence[str] | None = None) -> int:
    """Try all libraries or those that are named; return 1 when a model failed."""
    parser = argparse.ArgumentParser(prog="make libraries", description="Record models of well-known libraries.")
    parser.add_argument("libraries", nargs="*", default=LIBRARIES, help="which of: " + ", ".join(LIBRARIES))
    parser.add_argument("--write", action="store_true", help=f"write the table to {TABLE.name}")
    options = parser.parse_args(words)
    python = python_with("libraries", HERE / "requirements.txt")
    rows: list[tuple[Tried, str]] = []
    for library in options.libraries:
        with tempfile.TemporaryDirectory() as folder:
            for tried in tries(python, library, Path(folder)):
                verdict = tried.problem or verified(Path(tried.recording))
                rows.append((tried, verdict))
                print(f"{tried.library:16} {tried.name:34} {verdict}", flush=True)
    good = sum(is_good(tried, verdict) for tried, verdict in rows)
    print(f"\n{good} of {len(rows)} models identical and proven")
    if options.write:
        TABLE.write_text(HEAD + table(rows) + f"\n{good} of {len(rows)} models are identical and proven.\n")
    return 0 if good == len(rows) else 1


def tries(python: Path, library: str, folder: Path) -> Iterator[Tried]:
    """Yield what came of each model of a library, run in a process of its own."""
    command = [str(python), "-W", "ignore", "-m", "tests.conformance.libraries.tried", library, str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as child:
        for line in child.stdout or ():
            if line.startswith("{"):
                yield msgspec.json.decode(line, type=Tried)
    if child.returncode != 0:
        yield Tried(library=library, name="(all)", problem=f"the process ended with exit code {child.returncode}")


def verified(recording: Path) -> str:
    """Return what ``chainrule verify`` says of a recording in its last line, and remove it."""
    command = [sys.executable, str(ROOT / "main.py"), "verify", str(recording)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=1800)
    recording.unlink(missing_ok=True)
    said = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return said[-1] if said else f"ended with exit code {done.returncode}"


def is_good(tried: Tried, verdict: str) -> bool:
    """Whether a model is identical and nothing in its recording failed."""
    return not tried.problem and "failed" not in verdict


def table(rows: Sequence[tuple[Tried, str]]) -> str:
    """Return the rows as Markdown."""
    lines = ["| library | model | forward | backward | identical | proven |", "| --- | --- | --- | --- | --- | --- |"]
    for tried, verdict in rows:
        identical, proven = ("no", tried.problem) if tried.problem else ("yes", verdict)
        steps = f"{tried.forward_steps} | {tried.backward_steps}"
        lines.append(f"| {tried.library} | {tried.name} | {steps} | {identical} | {proven} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
