import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication

from engine.program.catalogue import Example
from engine.trace.batch import Batch
from engine.trace.facts import Metric
from engine.trace.ids import StepIndex
from gui.commands.ports import Drawer
from gui.model.document import RunState
from gui.model.playhead import BEFORE_FIRST
from gui.model.preferences import Lesson
from tests.gui.window.keys import press
from tests.support.recordings import starter_recording
from tests.support.workbench import build, destroy


def test_the_first_start_shows_the_starter_at_once_and_runs_nothing(workbench, qtbot):
    workbench.start(None)
    document, playhead = workbench.models.document, workbench.models.playhead
    assert document.title == "starter.py"
    assert "relu" in document.program
    assert [step.name for step in document.recording.steps][:3] == ["mul", "add", "relu"]
    assert playhead.step_count == 7
    assert playhead.current == BEFORE_FIRST
    assert workbench.panels.canvas.current_drawing() is not None
    assert workbench.backend.asked == ["prepare"]
    qtbot.waitUntil(lambda: workbench.window.parts.status.text.startswith("Recorded in advance: press Run"))
    press(qtbot, workbench.panels.canvas, Qt.Key.Key_Right)
    assert playhead.current == 0


def test_a_run_takes_the_place_of_the_recording_that_came_along(workbench, qtbot):
    workbench.start(None)
    qtbot.waitUntil(lambda: workbench.models.document.run_state is RunState.IDLE)
    shipped = workbench.models.document.recording
    press(qtbot, workbench.panels.canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: workbench.models.document.recording is not shipped and not workbench.runs.is_running)
    qtbot.waitUntil(lambda: workbench.window.parts.status.text.startswith("Finished"))


def test_without_the_recording_the_starter_is_run(workbench, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(Example, "recording_path", tmp_path / "gone.chainrule")
    workbench.start(None)
    qtbot.waitUntil(lambda: workbench.models.playhead.step_count == 9 and not workbench.runs.is_running)
    assert workbench.models.playhead.current == BEFORE_FIRST


def test_three_hints_each_wait_for_what_the_person_does(workbench, qtbot):
    workbench.start(None)
    cue, canvas = workbench.window.parts.centre.cue, workbench.panels.canvas
    assert cue.isVisible()
    assert cue.text == "Press →  to step through it"
    press(qtbot, canvas, Qt.Key.Key_Right)
    assert cue.text == "Press Ctrl+B  to see the backward pass begin"
    press(qtbot, canvas, Qt.Key.Key_Right)
    press(qtbot, canvas, Qt.Key.Key_Left)
    assert cue.isVisible()
    press(qtbot, canvas, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert workbench.models.playhead.current == 2
    assert not cue.isVisible()
    press(qtbot, canvas, Qt.Key.Key_Right)
    assert cue.text == "Point at a purple box to read its gradient"
    workbench.models.selection.hover(canvas.current_drawing().nodes[-1].node.key)
    assert not cue.isVisible()
    press(qtbot, canvas, Qt.Key.Key_Home)
    assert not cue.isVisible()


def test_hint_and_card_do_not_stand_over_the_current_node(workbench, qtbot):
    workbench.window.resize(1120, 700)
    workbench.start(None)
    cue, canvas = workbench.window.parts.centre.cue, workbench.panels.canvas
    workbench.models.preferences.reach(Lesson.GRADIENT)
    for step in range(3, 7):
        workbench.models.playhead.seek(step)
        surface = canvas.surface
        index = surface.scene.node_for_step(step)
        bottom = surface.control.target.rect_to_view(surface.scene.nodes[index].rect).bottom
        top = cue.mapTo(workbench.window, QPoint(0, 0)).y()
        assert cue.isVisible()
        assert surface.mapTo(workbench.window, QPoint(0, 0)).y() + bottom <= top


def test_hints_are_not_shown_at_the_next_start(workbench, qtbot, tmp_path):
    workbench.start(None)
    cue = workbench.window.parts.centre.cue
    qtbot.mouseClick(cue.findChild(QAbstractButton), Qt.MouseButton.LeftButton)
    assert not cue.isVisible()
    later = build(tmp_path)
    later.start(None)
    assert later.window.parts.centre.cue.isHidden()
    later.book.qaction("help.hints").trigger()
    assert not later.window.parts.centre.cue.isHidden()
    destroy(later)


@pytest.mark.parametrize(("height", "opens"), [(1000, True), (720, False)])
def test_charts_open_by_themselves_where_the_graph_keeps_its_room(workbench, qtbot, height, opens):
    workbench.window.resize(1280, height)
    recording = starter_recording()
    recording.append(Batch(metrics=tuple(Metric(StepIndex(step), "loss", 1.0 / (step + 1)) for step in range(6))))
    workbench.models.document.show_recording(recording)
    QApplication.processEvents()
    assert (workbench.window.parts.bottom.page is Drawer.CHARTS) is opens
    workbench.window.parts.bottom.open(Drawer.CHARTS)
    QApplication.processEvents()
    assert workbench.panels.canvas.height() > 0.3 * height


def test_a_narrow_window_keeps_the_place_readable(ran, qtbot):
    top = ran.window.parts.top
    ran.window.resize(1600, 900)
    assert top.search.width() > 250
    ran.window.resize(1280, 720)
    QApplication.processEvents()
    assert top.search.width() < 200
    assert top._details.width() > 120


def test_a_window_larger_than_the_screen_fills_it(workbench):
    workbench.window.resize(1600, 1000)
    workbench.window.fit_screen(QSize(1920, 1080))
    assert not workbench.window.isMaximized()
    workbench.window.fit_screen(QSize(1366, 768))
    assert workbench.window.isMaximized()


def test_a_program_is_opened_and_not_run(workbench, tmp_path):
    (tmp_path / "mine.py").write_text("import torch\n")
    workbench.start(tmp_path / "mine.py")
    assert workbench.models.document.program == "import torch\n"
    assert workbench.backend.asked == ["prepare"]


def test_a_file_that_cannot_be_opened_is_said_in_the_window(workbench, tmp_path):
    workbench.start(tmp_path / "gone.py")
    assert workbench.window.toast.isVisible()
    assert workbench.window.toast.text == "“gone.py” could not be opened: no such file or directory."
