from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QMenu, QToolButton, QToolTip

from engine.drawing.drawing import Direction
from engine.trace.batch import Batch
from engine.trace.ids import StepIndex
from gui.canvas import making
from gui.canvas.lens import Lens
from gui.canvas.overlays import EMPTY_TEXT
from gui.canvas.path import path_of
from gui.model.selection import Origin, Selected
from gui.theme.tokens import ThemeName
from tests.gui.canvas.conftest import Desk, wheel
from tests.support.made import chain, mlp, residual
from tests.support.recordings import starter_recording

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def picture(desk: Desk) -> QImage:
    return desk.panel.surface.grab_sharp().toImage()


def test_empty_canvas_says_what_to_do(desk: Desk) -> None:
    empty = picture(desk)
    desk.panel.surface.empty_text = ""
    assert picture(desk) != empty
    assert "drop a .py" in EMPTY_TEXT


def test_shows_the_whole_small_graph_at_a_comfortable_size(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    scene, camera = desk.panel.surface.scene, desk.panel.surface.camera
    assert scene is not None
    seen = camera.rect_to_view(scene.drawing.bounds)
    assert 0.8 <= camera.scale <= 1.2
    assert seen.x >= 0
    assert seen.right <= 900


def test_nodes_never_move_while_stepping(desk: Desk) -> None:
    desk.show(starter_recording())
    scene = desk.panel.surface.scene
    for step in range(9):
        desk.playhead.seek(step)
        assert desk.panel.surface.scene is scene


def test_arrow_keys_step_through_the_program(desk: Desk) -> None:
    desk.show(starter_recording(), step=3)
    desk.press(Key.Key_Right)
    assert desk.playhead.current == 4
    desk.press(Key.Key_Left)
    desk.press(Key.Key_Left)
    assert desk.playhead.current == 2
    desk.press(Key.Key_End)
    assert desk.playhead.current == 8
    desk.press(Key.Key_Home)
    assert desk.playhead.current == -1


def test_each_step_looks_different(desk: Desk) -> None:
    desk.show(starter_recording())
    seen = []
    for step in range(-1, 9):
        desk.playhead.seek(step)
        seen.append(picture(desk))
    assert all(first != second for first, second in pairwise(seen))


def test_zoom_keys_and_fit(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    desk.press(Key.Key_Plus)
    desk.press(Key.Key_0, Modifier.ControlModifier)
    assert desk.panel.surface.camera.scale == pytest.approx(1.0)
    desk.press(Key.Key_Minus)
    assert desk.panel.surface.camera.scale == pytest.approx(1 / 1.15**2)
    desk.click(desk.place("relu"))
    desk.press(Key.Key_F)
    centred = desk.place("relu")
    assert centred.x() == pytest.approx(450)
    desk.press(Key.Key_F)
    assert desk.panel.surface.camera.scale == pytest.approx(2.0)
    desk.press(Key.Key_F, Modifier.ShiftModifier)
    assert desk.place("x").x() > 0
    assert desk.place("sum").x() < 900


def test_walk_along_edges(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    desk.click(desk.place("add"))
    desk.press(Key.Key_BracketLeft)
    assert desk.selected() == ["mul"]
    desk.press(Key.Key_BracketRight)
    desk.press(Key.Key_BracketRight)
    assert desk.selected() == ["relu"]


def test_walk_starts_at_the_playhead_and_cycles_siblings(desk: Desk) -> None:
    desk.show(mlp(), step=0)
    desk.press(Key.Key_BracketLeft)
    first = desk.selected()
    desk.press(Key.Key_Down)
    second = desk.selected()
    desk.press(Key.Key_Down)
    desk.press(Key.Key_Down)
    assert first != second
    assert desk.selected() == first


def test_trace_dims_the_rest_and_escape_undims(desk: Desk) -> None:
    desk.show(starter_recording(), step=8)
    desk.click(desk.place("relu"))
    plain = picture(desk)
    desk.press(Key.Key_T)
    assert desk.panel.picks.picked.traced is not None
    assert picture(desk) != plain
    desk.press(Key.Key_Escape)
    assert desk.panel.picks.picked.traced is None


def test_hidden_nodes_cannot_be_clicked_until_shown_again(desk: Desk) -> None:
    desk.show(starter_recording(), step=8)
    at = desk.place("relu")
    desk.click(at)
    desk.press(Key.Key_H)
    desk.click(at)
    assert desk.selection.current.node is None
    desk.press(Key.Key_H, Modifier.ShiftModifier)
    desk.click(at)
    assert desk.selected() == ["relu"]


def test_search_counts_and_goes_from_hit_to_hit(desk: Desk) -> None:
    desk.show(starter_recording(), step=8)
    assert desk.panel.search("line:4") >= 3
    assert desk.panel.search("nothing-like-it") == 0
    assert desk.panel.search("relu") == 2
    desk.panel.picks.next_hit(1)
    first = desk.selected()
    desk.panel.picks.next_hit(1)
    assert desk.selected() != first
    desk.panel.picks.next_hit(-1)
    assert desk.selected() == first


def test_double_click_folds_and_opens_and_keeps_the_group_in_place(desk: Desk) -> None:
    desk.show(mlp(), step=3)
    scene = desk.panel.surface.scene
    assert scene is not None
    rect = scene.drawing.frames[0].rect
    corner = QPointF(*desk.panel.surface.camera.to_view((rect.x, rect.y)))
    desk.double_click(corner + QPointF(40, 12))
    assert "model" in desk.titles()
    folded = desk.panel.surface.scene
    assert folded is not None
    box = next(box for box in folded.nodes if box.node.stands_for is not None)
    now = desk.panel.surface.camera.to_view((box.rect.x, box.rect.y))
    assert now == pytest.approx(corner.toTuple(), abs=1.5)
    desk.double_click(QPointF(*desk.panel.surface.camera.to_view(box.rect.center)))
    assert "relu" in desk.titles()


def test_double_click_on_an_op_goes_to_its_step(desk: Desk) -> None:
    desk.show(starter_recording(), step=8)
    desk.double_click(desk.place("add"))
    assert desk.playhead.current == 1


def test_folding_keys(desk: Desk) -> None:
    desk.show(residual(), step=3)
    everything = len(desk.titles())
    desk.press(Key.Key_C, Modifier.ShiftModifier)
    assert len(desk.titles()) < everything / 3
    desk.press(Key.Key_E, Modifier.ShiftModifier)
    assert len(desk.titles()) == everything
    desk.click(desk.place("conv2d"))
    desk.press(Key.Key_C)
    assert len(desk.titles()) < everything
    assert any(title.startswith("block") for title in desk.titles())


def test_detail_slider_folds(desk: Desk) -> None:
    desk.show(residual(), step=3)
    everything = len(desk.titles())
    slider = desk.panel.header._slider
    slider.setValue(0)
    assert len(desk.titles()) < everything
    slider.setValue(slider.maximum())
    assert len(desk.titles()) == everything


def test_breadcrumb_names_the_way_to_the_selection(desk: Desk) -> None:
    desk.show(mlp(), step=3)
    desk.click(desk.place("mse_loss"))
    assert [crumb.text() for crumb in crumbs(desk)] == ["program"]
    scene = desk.panel.surface.scene
    assert scene is not None
    desk.selection.select(Selected(step=StepIndex(0), origin=Origin.TIMELINE))
    assert [crumb.text() for crumb in crumbs(desk)] == ["program", *(t for t, _ in path_of(scene, "op:0:linear"))]


def crumbs(desk: Desk) -> list[QToolButton]:
    row = desk.panel.header._crumbs
    widgets = [row.itemAt(index).widget() for index in range(row.count())]
    return [widget for widget in widgets if isinstance(widget, QToolButton)]


def test_iteration_chooser_moves_the_playhead_to_the_same_place(desk: Desk) -> None:
    desk.show(mlp(rounds=3), step=2)
    header = desk.panel.header
    assert header._iteration.isVisible()
    assert header._iteration_name.text() == "iteration 1 of 3"
    header._next.click()
    assert header._iteration_name.text() == "iteration 2 of 3"
    assert desk.playhead.current == 2 + len(mlp(rounds=3)) // 3
    header._back.click()
    assert desk.playhead.current == 2


def test_follows_the_playhead_without_moving_more_than_needed(desk: Desk) -> None:
    desk.show(chain(60, backward=True), step=0)
    for step in range(60):
        desk.playhead.seek(step)
        scene = desk.panel.surface.scene
        assert scene is not None
        index = scene.node_for_step(step)
        assert index is not None
        seen = desk.panel.surface.camera.rect_to_view(scene.nodes[index].rect)
        assert seen.y >= 0
        assert seen.bottom <= desk.panel.surface.height()


def test_bottom_inset_keeps_room_for_the_card(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    desk.panel.set_bottom_inset(300)
    desk.panel.fit_all()
    scene = desk.panel.surface.scene
    assert scene is not None
    seen = desk.panel.surface.camera.rect_to_view(scene.drawing.bounds)
    assert seen.bottom <= desk.panel.surface.height() - 300


def test_card_as_high_as_the_view_still_leaves_the_current_node_in_sight(desk: Desk) -> None:
    desk.show(chain(60, backward=True), step=0)
    desk.panel.set_bottom_inset(5000)
    desk.playhead.seek(40)
    scene = desk.panel.surface.scene
    assert scene is not None
    index = scene.node_at_playhead(40)
    assert index is not None
    seen = desk.panel.surface.camera.rect_to_view(scene.nodes[index].rect)
    assert seen.y >= 0
    assert seen.bottom <= 0.45 * desk.panel.surface.height()


def test_grows_with_a_running_program_at_most_ten_times_a_second(desk: Desk) -> None:
    whole = chain(30)
    growing = chain(3)
    desk.document.show_recording(growing)
    scenes = []
    desk.panel._source.drawing_ready.connect(scenes.append)
    growing.steps[:] = whole.steps
    growing.values[:] = whole.values
    growing.grad_nodes[:] = whole.grad_nodes
    for _ in range(50):
        desk.document.extend(Batch())
    desk.qtbot.waitUntil(lambda: len(scenes) == 1, timeout=2000)
    assert len(desk.titles()) > 20


def test_large_graphs_are_laid_out_in_another_process(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "INLINE_LIMIT", 10)
    desk.document.show_recording(chain(40))
    assert desk.titles() == []
    desk.qtbot.waitUntil(lambda: len(desk.titles()) > 20, timeout=30_000)
    desk.panel._source.close()


def test_lenses_change_the_picture_and_tell_it(desk: Desk) -> None:
    desk.show(starter_recording(), step=8)
    seen = [picture(desk)]
    told = []
    desk.panel.lens_changed.connect(told.append)
    for lens in (Lens.STRUCTURE, Lens.GRADIENTS, Lens.TIME, Lens.MEMORY):
        desk.panel.set_lens(lens)
        seen.append(picture(desk))
    assert told == [Lens.STRUCTURE, Lens.GRADIENTS, Lens.TIME, Lens.MEMORY]
    assert all(first != second for n, first in enumerate(seen) for second in seen[:n])


def test_theme_and_direction_and_clipboard(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    light = picture(desk)
    desk.theme.switch(ThemeName.DARK)
    assert picture(desk) != light
    drawing = desk.panel.current_drawing()
    assert drawing is not None
    desk.press(Key.Key_L, Modifier.ControlModifier | Modifier.ShiftModifier)
    flipped = desk.panel.current_drawing()
    assert flipped is not None
    assert {drawing.direction, flipped.direction} == set(Direction)
    desk.press(Key.Key_C, Modifier.ControlModifier | Modifier.ShiftModifier)
    assert QGuiApplication.clipboard().image().size() == desk.panel.surface.size()


def test_hover_tells_the_others_and_shows_a_tooltip(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    told: list[object] = []
    desk.selection.hovered.connect(told.append)
    desk.move(desk.place("relu"))
    assert told[-1] == "op:2:relu"
    desk.panel.surface.tooltip_wanted.emit(3, QPoint(10, 10))
    assert "relu" in QToolTip.text()
    desk.move(QPointF(3, 3))
    assert told[-1] is None
    QToolTip.hideText()


def test_menu_of_a_node(desk: Desk) -> None:
    desk.show(starter_recording(), step=8)
    lines: list[int] = []
    desk.panel.line_requested.connect(lines.append)
    desk.panel.surface.menu_wanted.emit(2, QPoint(10, 10))
    menu = next(child for child in desk.panel.findChildren(QMenu))
    entries = {action.text().split("\t")[0]: action for action in menu.actions()}
    assert {"Go to step 2", "Go to line 4", "Trace", "Hide", "Copy name", "Copy value", "Copy image"} <= set(entries)
    entries["Go to step 2"].trigger()
    assert desk.playhead.current == 1
    entries["Go to line 4"].trigger()
    assert lines == [4]
    entries["Copy value"].trigger()
    assert QGuiApplication.clipboard().text() == "[3.0, -3.0, 7.0]"
    with desk.qtbot.waitSignal(desk.panel.export_requested):
        entries["Export picture…"].trigger()
    menu.close()


def test_new_run_of_the_same_program_keeps_folding_and_view(desk: Desk) -> None:
    desk.show(mlp(), step=3)
    desk.panel.collapse_all()
    wheel(desk, QPointF(300, 300), 240)
    camera, titles = desk.panel.surface.camera, desk.titles()
    desk.document.show_recording(mlp())
    assert desk.titles() == titles
    assert desk.panel.surface.camera == camera
    desk.document.replace_program("x", "other.py")
    desk.document.show_recording(mlp())
    assert len(desk.titles()) > len(titles)
    assert desk.panel.surface.camera != camera


def test_glides_unless_motion_is_reduced(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    desk.panel.set_reduces_motion(reduces=False)
    target_scale = desk.panel.surface.camera.scale * 1.15**2
    desk.panel.views.zoom_in()
    assert desk.panel.surface.camera.scale < target_scale
    desk.qtbot.waitUntil(lambda: desk.panel.surface.camera.scale == pytest.approx(target_scale), timeout=2000)
    desk.panel.collapse_all()
    desk.panel.expand_all()
