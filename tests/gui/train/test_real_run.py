"""A real worker trains what the window shows: played, edited, paused, stepped and opened."""

import pytest
from PySide6.QtCore import Qt

from engine.session import Session
from engine.training.facts import SampleReason
from gui.app import build_workbench, make_application
from gui.bridge.settings import SettingsFile
from gui.model.training_run import Phase
from gui.model.workspace import Workspace
from tests.gui.window.keys import press
from tests.support.backend import FakeNetworkWorker
from tests.support.prompts import FakePrompts
from tests.support.workbench import destroy

pytestmark = pytest.mark.worker
LIMIT_MS = 90_000


@pytest.fixture
def workbench(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # threads that wait for each other on a busy machine take all its time
    settings = SettingsFile(tmp_path / "settings.ini")
    application = make_application(settings)
    made = build_workbench(application, settings, Session, FakePrompts(), FakeNetworkWorker())
    with qtbot.waitExposed(made.window):
        made.window.show()
    made.window.activateWindow()
    made.models.preferences.choose_workspace(Workspace.TRAIN)
    yield made
    destroy(made)


def test_a_network_learns_in_the_window(workbench, qtbot):
    page, book, control = workbench.train.page, workbench.training.book, workbench.training.control
    page.setFocus()
    press(qtbot, page, Qt.Key.Key_Space)
    run = book.current
    qtbot.waitUntil(lambda: run.iteration > 40 and "boundary" in run.pictures, timeout=LIMIT_MS)
    field = page.settings.rows["lr"].field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.01")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any("0.01" in mark.text for mark in run.marks), timeout=LIMIT_MS)
    page.setFocus()
    press(qtbot, page, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: run.phase is Phase.PAUSED, timeout=LIMIT_MS)
    page.refresh()
    assert not page.charts.loss.is_empty
    assert run.pictures_of("weight")["fc1.weight"].shape == (16, 2)
    assert run.picture("data/train").shape[1] == 3
    assert run.hyper.numbers[run.hyper.names.index("lr")] == (0.01,)
    stopped_at = run.iteration
    press(qtbot, page, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: any(one.reason is SampleReason.ASKED for one in run.samples), timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: control.phase is Phase.PAUSED and run.iteration > stopped_at, timeout=LIMIT_MS)
    assert run.iteration == stopped_at + 1
    page.iteration_wanted.emit(run.samples[-1].iteration)
    recording = workbench.models.document.recording
    assert len(recording) > 10
    assert recording.backward_calls
    assert workbench.models.preferences.choices.workspace is Workspace.EXPLORE
