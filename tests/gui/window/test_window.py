import gc
import weakref

import pytest
from PySide6.QtCore import Qt, QThread
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolButton

from gui.commands.ports import Drawer
from gui.dialogs.file_prompts import Unsaved
from gui.model.document import RunState
from gui.model.playhead import BEFORE_FIRST
from gui.model.preferences import Appearance
from gui.model.run_controller import Park
from gui.theme.tokens import ThemeName
from tests.gui.window.keys import press
from tests.support.workbench import build, destroy, run_starter


def test_alt_and_arrows_step_while_typing(ran, qtbot):
    editor = ran.panels.editor
    editor.setFocus()
    press(qtbot, editor, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    press(qtbot, editor, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert ran.models.playhead.current == 6
    press(qtbot, editor, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert ran.models.playhead.current == 7
    assert editor.edit.hasFocus()


@pytest.mark.parametrize(
    ("key", "modifier", "start", "end"),
    [
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 8, 7),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 3, 4),
        (Qt.Key.Key_Period, Qt.KeyboardModifier.NoModifier, 3, 4),
        (Qt.Key.Key_Comma, Qt.KeyboardModifier.NoModifier, 3, 2),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 5, -1),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 5, 8),
        (Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier, 8, 3),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 3, 4),
        (Qt.Key.Key_F11, Qt.KeyboardModifier.NoModifier, 3, 4),
        (Qt.Key.Key_F11, Qt.KeyboardModifier.ShiftModifier, 3, 8),
    ],
)
@pytest.mark.parametrize("place", ["canvas", "timeline"])
def test_keys_move_the_playhead(ran, qtbot, place, key, modifier, start, end):
    ran.models.playhead.seek(start)
    ran.book.refresh()
    widget = getattr(ran.panels, place)
    widget.setFocus()
    press(qtbot, widget, key, modifier)
    assert ran.models.playhead.current == end


def test_single_keys_do_nothing_while_typing(ran, qtbot):
    editor = ran.panels.editor
    editor.setFocus()
    before = ran.models.playhead.current
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_E, Qt.Key.Key_Period, Qt.Key.Key_3, Qt.Key.Key_Space):
        press(qtbot, editor, key)
    assert ran.models.playhead.current == before
    assert not ran.models.player.is_playing
    assert ran.panels.canvas.lens.value == "values"
    assert "e.3" in ran.models.document.program


def test_single_keys_do_nothing_in_the_search_field(ran, qtbot):
    search = ran.window.parts.top.search
    search.setFocus()
    qtbot.keyClicks(search, "ef1,")
    assert search.text() == "ef1,"
    assert ran.panels.canvas.lens.value == "values"
    assert ran.models.playhead.current == 8


def test_f6_goes_round_the_parts_and_shows_where_the_keyboard_is(ran, qtbot):
    parts = (ran.panels.editor, ran.panels.canvas, ran.panels.inspector, ran.panels.timeline)
    ran.panels.editor.setFocus()
    for part in (*parts[1:], parts[0]):
        press(qtbot, ran.window.focusWidget(), Qt.Key.Key_F6)
        focused = ran.window.focusWidget()
        assert part is focused or part.isAncestorOf(focused)
        frame = ran.window.focus_frame
        assert frame.isVisible()
        assert frame.size() == part.size()
    press(qtbot, ran.window.focusWidget(), Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert ran.panels.timeline.hasFocus()


def test_ctrl_enter_runs_from_the_editor(workbench, qtbot):
    workbench.models.document.replace_program("import torch", "a.py")
    workbench.book.refresh()
    workbench.panels.editor.setFocus()
    press(qtbot, workbench.panels.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "run" in workbench.backend.asked


def test_a_program_typed_into_an_emptied_editor_runs(ran, qtbot):
    editor = ran.panels.editor
    editor.setFocus()
    press(qtbot, editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, editor, Qt.Key.Key_Backspace)
    QApplication.processEvents()
    assert not ran.book.qaction("run.start").isEnabled()
    qtbot.keyClicks(editor.focusProxy(), "import torch")
    asked = len(ran.backend.asked)
    press(qtbot, editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert ran.backend.asked[asked:] == ["run"]


def test_space_plays_and_pauses(ran, qtbot):
    ran.panels.canvas.setFocus()
    press(qtbot, ran.panels.canvas, Qt.Key.Key_Space)
    assert ran.models.player.is_playing
    qtbot.waitUntil(lambda: ran.models.playhead.current >= 0, timeout=3000)
    press(qtbot, ran.panels.canvas, Qt.Key.Key_Space)
    assert not ran.models.player.is_playing


def test_stop_is_offered_while_a_program_runs(workbench, qtbot):
    workbench.backend.is_holding = True
    stop = workbench.book.qaction("run.stop")
    assert not stop.isEnabled()
    assert "No program is running." in stop.toolTip()
    run_starter(workbench)
    qtbot.waitUntil(stop.isEnabled)
    stop.trigger()
    qtbot.waitUntil(lambda: workbench.models.document.run_state is RunState.IDLE)
    assert workbench.models.document.recording.outcome.message == "The run was stopped."
    assert len(workbench.models.document.recording) == 9


def test_what_cannot_be_done_says_why(workbench):
    assert "Run a program first." in workbench.book.qaction("playback.next").toolTip()
    assert "Run a program first." in workbench.book.qaction("file.export").toolTip()


def test_every_action_is_found_in_the_palette(ran):
    source = ran.window.parts.top.search._source
    found = {result.title for result in source.find(">")}
    assert found == {ran.book.label(action) for action in ran.book.actions}
    for action in ran.book.actions:
        assert ran.book.label(action) in {result.title for result in source.find(f"> {action.title}")}


def test_every_action_is_in_the_menu(ran):
    def titles(menu):
        for entry in menu.actions():
            if entry.menu() is not None:
                yield from titles(entry.menu())
            elif not entry.isSeparator():
                yield entry.objectName()

    menu = ran.window.parts.top._brand.menu()
    assert set(titles(menu)) == {action.id for action in ran.book.actions}


def test_the_palette_runs_a_command(ran, qtbot):
    ran.desk.window.search(">")
    search = ran.window.parts.top.search
    qtbot.keyClicks(search, " to the start of b")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert ran.models.playhead.current == 3


def test_search_finds_a_step_and_goes_there(ran, qtbot):
    ran.desk.window.search("")
    search = ran.window.parts.top.search
    qtbot.keyClicks(search, "line:4 relu")
    qtbot.waitUntil(lambda: [result.title for result in search.results][:2] == ["relu", "ReluBackward0"])
    qtbot.keyClick(search, Qt.Key.Key_Down)
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert ran.models.playhead.current == 5
    assert ran.models.selection.current.step == 5


def test_enter_goes_through_what_the_search_found_and_back(ran, qtbot):
    ran.desk.window.search("")
    search = ran.window.parts.top.search
    qtbot.keyClicks(search, "line:4 relu")
    qtbot.waitUntil(lambda: [result.title for result in search.results][:2] == ["relu", "ReluBackward0"])
    seen = []
    shift = Qt.KeyboardModifier.ShiftModifier
    for modifier in (Qt.KeyboardModifier.NoModifier,) * 3 + (shift,):
        qtbot.keyClick(search, Qt.Key.Key_Return, modifier)
        seen.append((ran.models.playhead.current, search._hint.text()))
    assert seen == [(2, "1 of 2"), (5, "2 of 2"), (2, "1 of 2"), (5, "2 of 2")]
    assert search.hasFocus()
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""


def test_alt_with_an_arrow_steps_while_typing_and_goes_back_on_the_graph(ran, qtbot):
    canvas, playhead = ran.panels.canvas, ran.models.playhead
    qtbot.waitUntil(lambda: canvas.surface.scene is not None)
    canvas.set_reduces_motion(reduces=True)
    canvas.setFocus()
    canvas.places.note()
    start = canvas.surface.camera
    press(qtbot, canvas, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, canvas, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert canvas.surface.camera != start
    press(qtbot, canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert canvas.surface.camera == start
    assert playhead.current == 8
    ran.panels.editor.setFocus()
    press(qtbot, ran.panels.editor, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert playhead.current == 7


def test_keys_of_lens_scale_trace_and_focus_work_in_the_window(ran, qtbot):
    canvas = ran.panels.canvas
    qtbot.waitUntil(lambda: canvas.surface.scene is not None)
    canvas.setFocus()
    press(qtbot, canvas, Qt.Key.Key_6)
    assert canvas.lens.value == "health"
    assert ran.panels.canvas.ranking.isVisible()
    press(qtbot, canvas, Qt.Key.Key_4)
    press(qtbot, canvas, Qt.Key.Key_L)
    assert canvas.progression.value == "linear"
    canvas.picks.select(canvas.surface.scene.index_of["op:1:add"])
    press(qtbot, canvas, Qt.Key.Key_BraceRight, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.picks.picked.hops == 1
    press(qtbot, canvas, Qt.Key.Key_2)
    assert not ran.panels.canvas.ranking.isVisible()


def test_search_marks_what_it_finds_until_it_is_over(ran, qtbot):
    canvas = ran.panels.canvas
    qtbot.waitUntil(lambda: canvas.surface.scene is not None and len(canvas.surface.scene.nodes) == 10)
    ran.desk.window.search("")
    search = ran.window.parts.top.search
    qtbot.keyClicks(search, "relu")
    qtbot.waitUntil(lambda: len(canvas.picks.picked.hits) == 2)
    assert search._hint.text() == "2 found"
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert canvas.picks.picked.hits == frozenset()
    assert search.text() == ""


def test_texts_say_where_we_are(ran):
    top, status = ran.window.parts.top, ran.window.parts.status
    ran.models.playhead.seek(5)
    assert top._headline.text() == "Step 6 of 9"
    assert "ReluBackward0" in top._details.whole_text
    assert status.text.startswith("Finished in 3.1 ms  ·  4 ops, 5 backward steps, 10 tensors")


def test_the_title_says_what_is_open_and_unsaved(ran):
    assert ran.window.windowTitle() == "starter.py[*] – Chainrule"
    assert not ran.window.isWindowModified()
    ran.models.document.edit_program("changed")
    assert ran.window.isWindowModified()


def test_closing_asks_about_unsaved_text(workbench):
    workbench.models.document.edit_program("precious")
    prompts = workbench.flow._prompts
    prompts.unsaved = Unsaved.CANCEL
    workbench.window.close()
    assert workbench.window.isVisible()
    assert prompts.questions == ["unsaved untitled.py"]
    prompts.unsaved = Unsaved.DISCARD
    workbench.window.close()
    assert not workbench.window.isVisible()
    assert workbench.backend.asked[-1] == "close"


def test_dark_and_light(workbench):
    workbench.models.preferences.choose_appearance(Appearance.DARK)
    assert workbench.models.theme.tokens.name is ThemeName.DARK
    assert workbench.models.theme.tokens.panel in QApplication.instance().styleSheet()
    workbench.models.preferences.choose_appearance(Appearance.LIGHT)
    assert workbench.models.theme.tokens.name is ThemeName.LIGHT


def test_preferences_and_recents_come_back_at_the_next_start(qtbot, tmp_path):
    first = build(tmp_path)
    first.models.preferences.choose_appearance(Appearance.DARK)
    first.models.recents.add(tmp_path / "a.py")
    destroy(first)
    second = build(tmp_path)
    assert second.models.theme.tokens.name is ThemeName.DARK
    assert second.models.recents.paths == (tmp_path / "a.py",)
    second.models.preferences.choose_appearance(Appearance.LIGHT)
    destroy(second)


def test_the_drawer_opens_and_closes(workbench):
    bottom = workbench.window.parts.bottom
    workbench.book.qaction("view.charts").trigger()
    assert bottom.page is Drawer.CHARTS
    assert workbench.book.qaction("view.charts").isChecked()
    workbench.book.qaction("view.console").trigger()
    assert bottom.page is Drawer.CONSOLE
    workbench.book.qaction("view.console").trigger()
    assert bottom.page is None


def test_devices_that_are_absent_are_greyed_and_say_why(workbench):
    from engine.protocol.messages import DeviceInfo

    cuda = DeviceInfo(key="cuda", title="CUDA", available=False, reason="This build has no CUDA.")
    cpu = DeviceInfo(key="cpu", title="CPU", available=True)
    workbench.models.devices.replace((cpu, cuda))
    entries = workbench.window.parts.top._devices.actions()
    assert [entry.isEnabled() for entry in entries] == [True, False]
    assert "This build has no CUDA." in entries[1].text()
    workbench.models.preferences.choose_device("cuda")
    assert workbench.window.parts.top._device.text() == "CPU"


def test_a_lens_is_chosen_by_its_digit(ran, qtbot):
    ran.panels.canvas.setFocus()
    press(qtbot, ran.panels.canvas, Qt.Key.Key_3)
    assert ran.panels.canvas.lens.value == "gradients"
    assert ran.window.parts.top._lens.text() == "Lens: Gradients"


def test_hiding_can_be_undone(ran, qtbot):
    canvas = ran.panels.canvas
    qtbot.waitUntil(lambda: canvas.surface.scene is not None and len(canvas.surface.scene.nodes) == 10)
    canvas.picks.select(1)
    ran.book.refresh()
    canvas.setFocus()
    press(qtbot, canvas, Qt.Key.Key_H)
    assert len(canvas.view_state.hidden) == 1
    ran.book.refresh()
    press(qtbot, canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert canvas.view_state.hidden == frozenset()
    ran.book.refresh()
    press(qtbot, canvas, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert len(canvas.view_state.hidden) == 1


def test_every_button_has_a_name_for_screen_readers(ran):
    for button in ran.window.findChildren(QAbstractButton):
        if button.isVisible():
            assert button.accessibleName() or button.text() or button.toolTip(), button


def test_tab_reaches_the_controls(ran, qtbot):
    ran.window.parts.top._run.setFocus()
    seen = []
    for _ in range(40):
        widget = ran.window.focusWidget()
        seen.append(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
        if ran.window.focusWidget() is widget:
            break
    top = ran.window.parts.top
    assert {top._stop, top._speed, top._lens, top._device, top.search} - set(seen) <= {top._stop}


def test_run_and_park(workbench, qtbot):
    workbench.models.document.replace_program("import torch", "a.py")
    workbench.runs.run(Park.START)
    qtbot.waitUntil(lambda: workbench.models.playhead.step_count == 9)
    qtbot.waitUntil(lambda: workbench.models.document.run_state is RunState.IDLE)
    assert workbench.models.playhead.current == BEFORE_FIRST


def test_a_window_leaves_nothing_behind(qtbot, tmp_path):
    corpses = []
    for _ in range(5):
        bench = build(tmp_path)
        bench.window.show()
        run_starter(bench)
        qtbot.waitUntil(lambda bench=bench: bench.models.playhead.current == 8)
        corpses.append(
            [weakref.ref(part) for part in (bench.window, bench.panels.canvas, bench.book, bench.models.document)]
        )
        destroy(bench)
        del bench
        QApplication.processEvents()
        gc.collect()
    alive = [[ref() is not None for ref in refs] for refs in corpses]
    assert not any(any(refs) for refs in alive), alive
    assert not [thread for thread in gc.get_objects() if issubclass(type(thread), QThread) and thread.isRunning()]


@pytest.mark.parametrize("width", [900, 1180, 1600])
def test_no_words_of_the_top_bar_are_cut(ran, qtbot, width):
    ran.window.resize(width, 700)
    qtbot.wait(1)
    top = ran.window.parts.top
    for button in top.findChildren(QToolButton):
        if button.isVisible() and button.toolButtonStyle() is not Qt.ToolButtonStyle.ToolButtonIconOnly:
            assert button.fontMetrics().horizontalAdvance(button.text()) <= button.width(), button.text()
    step = next(label for label in top.findChildren(QLabel) if label.accessibleName() == "Step")
    assert step.text() == "Step 9 of 9"
    assert step.fontMetrics().horizontalAdvance(step.text()) <= step.width()
