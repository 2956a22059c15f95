"""The problems panel as a person uses it."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.explain.problem import Severity
from engine.explain.problems import CHECKS
from engine.trace.batch import RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording
from gui.console.problems import ProblemsPanel
from gui.model.document import Document, RunState
from gui.model.playhead import Playhead
from gui.model.selection import Selection
from gui.theme.fonts import load_fonts
from gui.theme.theme import Theme
from gui.theme.tokens import ThemeName
from tests.support.recordings import starter_recording


class Stage:
    """The panel and the models around it."""

    def __init__(self, qtbot: QtBot) -> None:
        load_fonts()
        self.document, self.playhead, self.selection, self.theme = Document(), Playhead(), Selection(), Theme()
        self.panel = ProblemsPanel(self.document, self.playhead, self.selection, self.theme)
        qtbot.addWidget(self.panel)
        self.panel.resize(390, 240)
        self.panel.show()

    def show_starter(self, outcome: Outcome | None = None) -> None:
        recording = starter_recording()
        if outcome is not None:
            recording.end(outcome)
        self.document.replace_program(recording.info.program, "starter.py")
        self.document.show_recording(recording)
        self.playhead.resize(len(recording))


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    return Stage(qtbot)


def test_a_hint_is_no_problem_but_is_listed(stage: Stage, qtbot: QtBot) -> None:
    stage.show_starter()
    qtbot.waitUntil(lambda: len(stage.panel.found) == 1)
    assert stage.panel.found[0].sentence == "1 of 3 units of y is zero: relu blocks its gradient."
    assert stage.panel.found[0].severity is Severity.HINT
    assert stage.panel.headline == "none"


@pytest.mark.parametrize("way", ["click", "key"])
def test_choosing_goes_there(stage: Stage, qtbot: QtBot, way: str) -> None:
    lines: list[tuple[object, object]] = []
    stage.panel.go_to_line_requested.connect(lambda line, column: lines.append((line, column)))
    stage.show_starter()
    qtbot.waitUntil(lambda: len(stage.panel.rows) == 1)
    row = stage.panel.rows[0]
    if way == "click":
        qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(row, Qt.Key.Key_Return)
    assert stage.playhead.current == 5
    assert stage.selection.current.step == 5
    assert stage.selection.current.value == 3
    assert lines == [(4, 4)]


def test_errors_come_first_and_are_counted(stage: Stage, qtbot: QtBot) -> None:
    counts: list[object] = []
    stage.panel.count_changed.connect(counts.append)
    stage.show_starter(Outcome(OutcomeKind.FAILED, "Line 5: RuntimeError: no.", line=5, error_type="RuntimeError"))
    qtbot.waitUntil(lambda: len(stage.panel.rows) == 2)
    assert stage.panel.found[0].sentence == "Line 5: RuntimeError: no."
    assert stage.panel.headline == "1"
    assert counts[-1] == 1


def test_syntax_errors_of_an_opened_program(stage: Stage, qtbot: QtBot) -> None:
    stage.document.replace_program("x = (1\n", "bad.py")
    qtbot.waitUntil(lambda: len(stage.panel.found) == 1)
    assert stage.panel.found[0].sentence == "Line 1: '(' was never closed."


def test_nothing_found_says_how_many_checks(stage: Stage, qtbot: QtBot) -> None:
    recording = Recording(RunInfo(program="x = 1\n"), MemoryBytes())
    recording.end(Outcome(OutcomeKind.FINISHED, "Finished in 1.0 ms."))
    stage.document.replace_program("x = 1\n", "one.py")
    stage.document.show_recording(recording)
    qtbot.waitUntil(lambda: stage.panel.headline == f"none · {len(CHECKS)} checks")
    assert stage.panel.rows == ()


def test_while_running(stage: Stage) -> None:
    stage.document.set_run_state(RunState.RUNNING)
    assert stage.panel.headline == "the program is running"


def test_theme(stage: Stage, qtbot: QtBot) -> None:
    stage.show_starter()
    qtbot.waitUntil(lambda: len(stage.panel.rows) == 1)
    before = stage.panel.rows[0].grab().toImage()
    stage.theme.switch(ThemeName.DARK)
    assert len(stage.panel.rows) == 1
    assert stage.panel.rows[0].grab().toImage() != before
