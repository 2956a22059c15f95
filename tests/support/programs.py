"""Runs the command line as a person does: in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_chainrule(*words: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``chainrule WORDS`` with no display; environment variables may be added."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    inherited = {name: text for name, text in os.environ.items() if name not in hidden}
    inherited["PYTHONPATH"] = str(ROOT)
    return subprocess.run(
        [sys.executable, ROOT / "main.py", *map(str, words)],
        cwd=cwd or ROOT, env=inherited | environment, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
