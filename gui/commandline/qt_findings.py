"""What ``chainrule doctor`` finds of Qt: whether it starts, where it can draw, and which libraries it lacks."""

import json
import os
import subprocess  # Qt is started in a process of its own because it aborts when it cannot start
import sys
from collections.abc import Iterator
from pathlib import Path

from assets.paths import ROOT
from engine.commands.findings import Finding, Mark, Section
from engine.commands.window import has_display
from gui.commandline.qt_libraries import PACKAGES, missing_libraries

PATIENCE_S = 60.0


def qt_findings() -> Section:
    """Return whether pictures can be drawn and windows opened here."""
    return Section("Qt", (_pictures(), _window(), *_libraries()))


def _pictures() -> Finding:
    found, trouble = _probe("offscreen")
    if found is None:
        return Finding(Mark.WRONG, "pictures", f"Qt does not start: {trouble}")
    if found["fonts"]:
        return Finding(Mark.WRONG, "pictures", f"Qt {found['qt']}: {found['fonts']}", "install Chainrule again")
    return Finding(Mark.GOOD, "pictures", f"Qt {found['qt']} draws without a display, with the shipped fonts")


def _window() -> Finding:
    if not has_display(sys.platform, os.environ):
        return Finding(
            Mark.ABSENT, "window", "there is no display (DISPLAY and WAYLAND_DISPLAY are not set)",
            "log in to a desktop, use ssh -X, or start under xvfb-run",
        )  # fmt: skip
    found, trouble = _probe(None)
    if found is None:
        return Finding(Mark.WRONG, "window", f"no window can be opened: {trouble}", "see the libraries below")
    screens = found["screens"]
    listed = ", ".join(map(str, screens)) if isinstance(screens, list) else "none"
    return Finding(Mark.GOOD, "window", f"platform {found['platform']}, screens: {listed}")


def _libraries() -> Iterator[Finding]:
    if sys.platform != "linux":
        return
    missing = missing_libraries()
    if not missing:
        yield Finding(Mark.GOOD, "libraries", f"all {len(PACKAGES)} system libraries of Qt are here")
        return
    packages = " ".join(PACKAGES[library] for library in missing)
    yield Finding(
        Mark.ABSENT, "libraries", f"missing: {', '.join(missing)}", f"on Debian and Ubuntu: apt-get install {packages}"
    )


def _probe(platform: str | None) -> tuple[dict[str, object] | None, str]:
    """Start Qt on a platform (None: as the window would); return what it says, or None and why not."""
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT.parent), environment.get("PYTHONPATH"))))
    if platform is not None:
        environment["QT_QPA_PLATFORM"] = platform
    try:
        done = subprocess.run(  # our own module, no word of it from outside
            [sys.executable, "-m", "gui.commandline.qt_probe"],
            env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False, cwd=Path.home(),
        )  # fmt: skip
        found = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return None, f"it did not answer within {PATIENCE_S:.0f} s"
    except json.JSONDecodeError:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        return None, lines[0] if lines else f"it ended with exit code {done.returncode}"
    return (found, "") if isinstance(found, dict) else (None, "it answered nothing")
