"""Two recordings beside each other, in step: by keys and clicks, in a whole window."""

import threading
from pathlib import Path

import pytest
from msgspec import structs
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QSplitter

from engine.compare import ChangeKind
from engine.trace.file import write_recording
from gui.bridge import pair_camera, pair_match
from gui.canvas.lens import Lens
from gui.commands.registry import ALL_ACTIONS
from gui.model.export import ExportChoice
from tests.engine.overlay.test_overlay import branch
from tests.support.made import Maker

KEY = Qt.Key


def action_of(name):
    return next(action for action in ALL_ACTIONS if action.id == name)


def nested(*names):
    """x through the ops of one module, then a sum."""
    maker = Maker()
    value = maker.leaf("x")
    maker.enter("net.part", "Part", line=3)
    for line, name in enumerate(names, start=4):
        value = maker.op(name, value, line=line)
    maker.leave()
    maker.op("sum", value, shape=(), line=30)
    return maker.done()


def test_without_a_comparison_there_is_one_canvas_and_no_row_above_it(window):
    window.show(branch("relu"))
    split = window.bench.compare.split
    assert not split.bar.isVisible()
    assert len(split.panes) == 1
    for name in ("compare.beside", "compare.in_step", "compare.next_difference", "compare.end", "view.overlay"):
        window.bench.book.refresh()
        assert not window.bench.book.qaction(name).isEnabled(), name


def test_a_comparison_is_an_overlay_first_and_a_click_puts_both_beside_each_other(window):
    window.show(branch("relu"))
    window.compare(branch("tanh"))
    window.bench.book.refresh()
    assert window.bench.compare.split.bar.isVisible()
    assert "tanh" in window.titles(window.a)
    assert window.button("Overlay").isChecked()
    window.button("Side by side").click()
    window.wait_for_other()
    assert "tanh" not in window.titles(window.a)
    assert window.titles(window.b).count("tanh") == 1
    window.bench.book.refresh()
    assert not window.button("Overlay").isChecked()
    window.button("Overlay").click()
    assert not window.b.isVisible()
    assert "tanh" in window.titles(window.a)
    window.bench.book.refresh()
    window.button("Overlay").click()
    assert "tanh" not in window.titles(window.a)


def test_each_side_has_half_of_the_room_and_the_editor_gives_way(beside):
    panes = list(beside.bench.compare.split.panes.values())
    beside.qtbot.waitUntil(lambda: abs(panes[0].width() - panes[1].width()) <= 2)
    assert not beside.bench.panels.editor.isVisible()
    beside.press(beside.a, KEY.Key_S)
    assert beside.bench.panels.editor.isVisible()
    assert not beside.b.isVisible()


def test_titles_say_which_recording_is_which(beside):
    panes = list(beside.bench.compare.split.panes.values())
    assert [pane.title.whole_text for pane in panes] == ["here.py", "there.chainrule"]


def test_what_only_one_side_has_is_marked_there(beside):
    assert beside.looks(beside.a, "relu").change is ChangeKind.REMOVED
    assert beside.looks(beside.b, "tanh").change is ChangeKind.ADDED
    assert beside.looks(beside.a, "mul").change is None
    assert beside.a.surface.grab_sharp().toImage() != beside.b.surface.grab_sharp().toImage()


@pytest.mark.parametrize("from_left", [True, False])
def test_one_key_takes_both_on_and_the_side_without_that_step_waits_and_says_so(beside, from_left):
    panel = beside.a if from_left else beside.b
    found = []
    for _ in range(5):
        beside.press(panel, KEY.Key_Right)
        found.append(beside.steps())
    assert found == [(0, 0), (1, 0), (1, 1), (1, 2), (2, 3)]
    beside.press(panel, KEY.Key_Left)
    assert beside.steps() == (1, 2)
    assert beside.texts() == [
        "Waits at step 2 of 8  ·  only B has exp of line 5",
        "Step 3 of 10  ·  forward  ·  exp  ·  line 5",
    ]
    beside.press(panel, KEY.Key_Left)
    beside.press(panel, KEY.Key_Left)
    assert beside.texts()[1] == "Waits at step 1 of 10  ·  only A has relu of line 4"


def test_steps_that_only_the_other_has_at_its_end_can_be_gone_to(window):
    window.show(branch("relu"), 0)
    maker = Maker()
    value = maker.op("mul", maker.leaf("x"), maker.leaf("x2"), line=2)
    for line in range(40, 44):
        value = maker.op("cos", value, line=line)
    window.compare(maker.done())
    window.put_beside()
    for _ in range(40):
        window.press(window.a, KEY.Key_Right)
    assert window.steps() == (window.bench.models.playhead.step_count - 1, 4)
    assert not window.bench.book.qaction("playback.next").isEnabled()


def test_the_timeline_takes_the_other_side_along(beside):
    beside.bench.models.playhead.seek(2)
    assert beside.steps() == (2, 3)
    beside.bench.compare.side.playhead.seek(0)
    assert beside.steps() == (0, 0)


def test_out_of_step_each_side_goes_alone(beside):
    beside.bench.book.refresh()
    beside.button("In step").click()
    beside.press(beside.a, KEY.Key_Right)
    beside.press(beside.a, KEY.Key_Right)
    beside.press(beside.b, KEY.Key_Right)
    assert beside.steps() == (1, 0)
    beside.click(beside.a, "relu")
    assert beside.selected(beside.b) == []
    beside.press(beside.b, KEY.Key_S, Qt.KeyboardModifier.ShiftModifier)
    assert beside.steps() == (1, 0)
    assert beside.texts()[1].startswith("Waits at step 1")


def test_playing_goes_through_the_steps_of_both(beside):
    player = beside.bench.models.player
    beside.press(beside.b, KEY.Key_Space)
    assert player.is_playing
    seen = []
    while player.is_playing and len(seen) < 40:
        player.advance(0.5)
        seen.append(beside.steps())
    assert (1, 2) in seen
    assert seen[-1] == (7, 9)
    assert not player.is_playing


def test_what_is_selected_on_one_side_is_selected_on_the_other(beside):
    beside.bench.models.playhead.seek(7)
    beside.click(beside.a, "mul")
    assert beside.selected(beside.b) == ["mul"]
    beside.click(beside.b, "sum")
    assert beside.selected(beside.a) == ["sum"]
    assert beside.bench.models.selection.current.step == 2
    beside.click(beside.b, "tanh")
    assert beside.selected(beside.a) == []
    assert beside.selected(beside.b) == ["tanh"]


def test_large_canvases_are_matched_beside_the_window(window, monkeypatch):
    threads = []
    find = pair_match.match_of
    monkeypatch.setattr(pair_match, "match_of", lambda q: (threads.append(threading.current_thread()), find(q))[1])
    for module in (pair_match, pair_camera):
        monkeypatch.setattr(module, "MATCHED_AT_ONCE", 0)
    window.show(branch("relu", outcome=True), step=7)
    window.compare(branch("tanh", "exp", outcome=False))
    window.put_beside()
    window.click(window.a, "mul")
    window.qtbot.waitUntil(lambda: window.selected(window.b) == ["mul"])
    window.click(window.b, "sum")
    assert window.selected(window.a) == ["sum"]
    assert threads
    assert threading.main_thread() not in threads


def test_pointing_hiding_and_tracing_reach_the_other_side(beside):
    beside.click(beside.a, "mul")
    beside.press(beside.a, KEY.Key_T)
    assert beside.b.picks.picked.traced
    beside.press(beside.a, KEY.Key_T)
    beside.press(beside.a, KEY.Key_H)
    scene = beside.b.surface.scene
    assert scene.index_of["op:0:mul"] in beside.b.picks.picked.emphasis(scene).hidden
    beside.press(beside.b, KEY.Key_H, Qt.KeyboardModifier.ShiftModifier)
    assert not beside.a.picks.picked.hidden


def test_folding_one_side_folds_the_other(window):
    window.show(nested("relu", "exp"))
    window.compare(nested("relu", "exp", "cos"))
    window.put_beside()
    assert "cos" in window.titles(window.b)
    window.click(window.b, "exp")
    window.press(window.b, KEY.Key_C)
    assert "exp" not in window.titles(window.a)
    assert "cos" not in window.titles(window.b)
    window.press(window.a, KEY.Key_E, Qt.KeyboardModifier.ShiftModifier)
    assert "cos" in window.titles(window.b)


def wheel(panel, at):
    surface = panel.surface
    event = QWheelEvent(
        at,
        QPointF(surface.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(surface, event)


@pytest.mark.parametrize("from_left", [True, False])
def test_zooming_one_side_zooms_the_other_at_the_same_boxes(beside, from_left):
    panel, other = (beside.a, beside.b) if from_left else (beside.b, beside.a)
    beside.bench.models.playhead.seek(2)
    before = panel.surface.camera.scale
    for _ in range(2):
        wheel(panel, beside.place(panel, "sum"))
    here, there = beside.place(panel, "sum"), beside.place(other, "sum")
    assert panel.surface.camera.scale == pytest.approx(other.surface.camera.scale)
    assert panel.surface.camera.scale > 1.5 * before
    assert (here - there).manhattanLength() < 0.25 * panel.surface.width()


def test_fitting_shows_both_whole_at_one_scale(beside):
    for _ in range(4):
        wheel(beside.a, beside.place(beside.a, "sum"))
    beside.press(beside.a, KEY.Key_F, Qt.KeyboardModifier.ShiftModifier)
    assert beside.a.surface.camera.scale == pytest.approx(beside.b.surface.camera.scale)
    for panel in (beside.a, beside.b):
        rect = panel.surface.camera.rect_to_view(panel.surface.scene.drawing.bounds)
        assert rect.x >= -1
        assert rect.right <= panel.surface.width() + 1


def test_lenses_and_minimap_are_the_same_on_both_sides(beside):
    beside.press(beside.b, KEY.Key_7)
    assert (beside.a.lens, beside.b.lens) == (Lens.DIFFERENCE, Lens.DIFFERENCE)
    beside.press(beside.a, KEY.Key_L)
    assert beside.a.progression is beside.b.progression


def test_the_table_of_the_second_canvas_opens_no_window_of_its_own(beside):
    before = {widget for widget in QApplication.topLevelWidgets() if widget.isVisible()}
    for panel in (beside.a, beside.b):
        panel.set_lens(Lens.TIME)
    beside.qtbot.wait(100)
    assert {widget for widget in QApplication.topLevelWidgets() if widget.isVisible()} == before
    assert beside.a.ranking.isVisible()


def test_keys_go_from_difference_to_difference(beside):
    beside.bench.models.playhead.seek(-1)
    found = []
    for _ in range(3):
        beside.press(beside.a, KEY.Key_D)
        found.append(beside.steps())
    assert found == [(1, 0), (1, 1), (1, 2)]
    beside.press(beside.b, KEY.Key_D, Qt.KeyboardModifier.ShiftModifier)
    assert beside.steps() == (1, 1)


def test_in_the_overlay_too_every_difference_is_gone_to_once(window):
    window.show(branch("relu"))
    window.compare(branch("relu", "tanh"))
    rows = []
    while len(rows) < 9 and window.bench.book.reason(action_of("compare.next_difference")) == "":
        window.press(window.a, KEY.Key_D)
        rows.append(window.bench.compare.side._row)
    assert rows == sorted(set(rows))
    assert len(rows) == 2


def test_decisions_that_went_the_other_way_are_told_with_line_and_both_values(beside):
    bar = beside.bench.compare.split.bar
    assert bar.decisions.text() == "1 decision"
    (entry,) = bar.decisions.menu().actions()
    assert entry.text() == "Line 3: if was True (3 > 2) in A and False (3 > 2) in B"
    entry.trigger()
    assert beside.steps() == (0, 0)
    assert [fork.sentence for fork in beside.b.overlay.forks] == [
        "Line 3: if was False (3 > 2) here and True (3 > 2) in here.py"
    ]
    assert "if line 3" in beside.titles(beside.a)
    assert "if line 3" in beside.titles(beside.b)


def test_ending_the_comparison_leaves_one_canvas(beside):
    beside.press(beside.b, KEY.Key_O, Qt.KeyboardModifier.ShiftModifier)
    assert beside.bench.models.document.compared is None
    assert not beside.b.isVisible()
    assert not beside.bench.compare.split.bar.isVisible()
    assert beside.bench.compare.side.document.recording is None
    beside.press(beside.a, KEY.Key_Right)
    assert beside.bench.models.playhead.current == 0


def test_another_recording_ends_it_too(beside):
    beside.show(branch("cos"), 2)
    assert not beside.b.isVisible()
    assert beside.bench.models.playhead.current == 2


def test_a_recording_from_a_file_is_put_beside(window, tmp_path):
    path = Path(tmp_path) / "other.chainrule"
    write_recording(path, branch("tanh"))
    window.show(branch("relu"))
    window.bench.flow._prompts.open_from = path
    window.bench.book.refresh()
    window.bench.book.qaction("file.compare").trigger()
    window.bench.desk.comparisons.dialog.close()
    window.bench.book.refresh()
    window.bench.book.qaction("compare.beside").trigger()
    window.wait_for_other()
    assert "tanh" in window.titles(window.b)
    window.bench.book.qaction("compare.table").trigger()
    assert window.bench.desk.comparisons.dialog is not None


def test_a_folded_group_that_only_the_other_has_can_be_laid_over(window):
    window.show(branch("relu"))
    window.compare(nested("exp", "cos"))
    window.press(window.a, KEY.Key_C, Qt.KeyboardModifier.ShiftModifier)
    assert "net.part" in window.titles(window.a)
    window.press(window.a, KEY.Key_E, Qt.KeyboardModifier.ShiftModifier)
    assert "exp" in window.titles(window.a)


def test_a_view_that_was_small_for_a_moment_leaves_no_small_picture_behind(beside):
    window, split = beside.bench.window, beside.bench.compare.split
    scale = beside.a.surface.control.target.scale
    splitter = split.findChild(QSplitter)
    splitter.setSizes([1, 10_000])
    QApplication.processEvents()
    splitter.setSizes([10_000, 10_000])
    window.resize(window.width() + 1, window.height())
    QApplication.processEvents()
    assert beside.a.surface.control.target.scale == pytest.approx(scale, rel=0.02)


def test_the_second_canvas_exports_its_own_picture_and_knows_whose_lines_it_shows(beside, monkeypatch):
    exported = []
    monkeypatch.setattr(
        beside.bench.desk.dialogs,
        "export_with",
        lambda exporter, title: exported.append((title, exporter.prepare(ExportChoice()))),
    )
    beside.b.export_requested.emit()
    ((title, job),) = exported
    assert title == "there.chainrule"
    titles = {node.title for node in job.shown.view.nodes}
    assert "tanh" in titles
    assert "relu" not in titles
    beside.b.line_requested.emit(1)  # both programs are empty here: the same
    beside.bench.models.document.recording.info = structs.replace(
        beside.bench.models.document.recording.info, program="x = 1"
    )
    notices = []
    beside.bench.models.notices.posted.connect(notices.append)
    beside.b.line_requested.emit(4)
    assert notices[0].text == "That is line 4 of another program than the one in the editor."
