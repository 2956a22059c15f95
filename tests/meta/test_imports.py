"""What is loaded when, and that the contracts between the rooms notice a breach."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.meta.tree import ROOT

SIGNALS = """
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

class Sender(QObject):
    told = Signal(bool)

application = QCoreApplication([])
sender, heard = Sender(), []
sender.told.connect(heard.append)
def emit():
    for number in range(5000):
        sender.told.emit(number % 2 == 0)
    application.quit()
QTimer.singleShot(0, emit)
application.exec()
assert len(heard) == 5000 and sum(heard) == 2500
"""


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False)


def loaded_after(statement: str) -> set[str]:
    """Top-level modules that are loaded after an import, in a fresh process."""
    done = run_python(f"import sys; {statement}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("statement", ["import engine", "import engine.session", "import gui.app", "import main"])
def test_torch_is_not_loaded(statement: str) -> None:
    assert "torch" not in loaded_after(statement)


@pytest.mark.parametrize("statement", ["import engine.session", "import engine.commands.record", "import main"])
def test_qt_is_not_loaded(statement: str) -> None:
    assert loaded_after(statement).isdisjoint({"PySide6", "shiboken6", "pyqtgraph"})


def test_the_command_line_loads_nothing_heavy() -> None:
    assert loaded_after("import main").isdisjoint({"numpy", "msgspec", "networkx", "engine", "gui"})


def test_this_pyside_keeps_its_references() -> None:
    """PySide6 6.12.0 on Python 3.11 and older aborts after some 550 signals with a bool."""
    done = run_python(SIGNALS)
    assert done.returncode == 0, done.stderr[-2000:]


BREACHES = {
    "engine imports Qt": ("engine/trace/planted.py", "import PySide6.QtCore\n"),
    "engine imports gui": ("engine/graph/planted.py", "import gui.model\n"),
    "gui imports torch": ("gui/model/planted.py", "import torch\n"),
    "gui imports the recorder": ("gui/bridge/planted.py", "import engine.runtime.recorder\n"),
    "the host imports torch": ("engine/session/planted.py", "import torch\n"),
    "session imports runtime": ("engine/session/planted.py", "import engine.runtime.worker\n"),
    "trace imports graph": ("engine/trace/planted.py", "import engine.graph.view\n"),
    "the hot path imports what reads its log": (
        "engine/runtime/recorder/watch/planted.py",
        "import engine.runtime.recorder.resolve.values\n",
    ),
    "a panel imports another": ("gui/timeline/planted.py", "import gui.canvas\n"),
}


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(tree)}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources in which a breach can be planted."""
    copy = tmp_path_factory.mktemp("tree")
    for room in ("engine", "gui"):
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def test_the_contracts_are_kept(tree: Path) -> None:
    done = lint_imports(tree)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("place", "line"), BREACHES.values(), ids=BREACHES.keys())
def test_a_planted_breach_is_noticed(tree: Path, place: str, line: str) -> None:
    planted = tree / place
    planted.write_text(f'"""Planted."""\n\n{line}')
    try:
        done = lint_imports(tree)
    finally:
        planted.unlink()
    assert done.returncode != 0
    assert "BROKEN" in done.stdout
    assert place.removesuffix(".py").replace("/", ".") in done.stdout
