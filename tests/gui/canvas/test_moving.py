import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QPainter

from gui.canvas.keys import Deed
from gui.widgets.camera import Camera
from tests.support.made import mlp, residual
from tests.support.mouse import send_mouse
from tests.support.recordings import starter_recording


def rect_of(desk, title):
    return next(box.rect for box in desk.panel.surface.scene.nodes if box.node.title == title)


def pull(desk, title, by):
    start = desk.place(title)
    desk.drag([start, start + by / 2, start + by])


def add_of_a_large_picture(desk):
    """Where an ``add`` in the middle of more than 500 boxes stands, which are painted from tiles."""
    desk.show(residual(120), 300)
    desk.panel.expand_all()
    surface = desk.panel.surface
    desk.qtbot.waitUntil(lambda: surface.is_tiled and len(surface.scene.nodes) > 500, timeout=20_000)
    box = next(box for box in surface.scene.nodes[60:] if box.node.title == "add")
    surface.control.jump(Camera(0, 0, 1.0).centred(box.rect.center, *surface.view_size()))
    return QPointF(*surface.camera.to_view(box.rect.center))


def test_a_dragged_node_stays_where_it_was_put(desk):
    desk.show(starter_recording(), 3)
    scale = desk.panel.surface.camera.scale
    before, other = rect_of(desk, "add"), rect_of(desk, "relu")
    camera = desk.panel.surface.camera
    pull(desk, "add", QPointF(30, -60))
    after = rect_of(desk, "add")
    assert (after.x, after.y) == pytest.approx((before.x + 30 / scale, before.y - 60 / scale))
    assert rect_of(desk, "relu") == other
    assert desk.panel.surface.camera == camera
    desk.playhead.seek(1)
    desk.panel._source.refresh()
    assert rect_of(desk, "add") == after


def test_a_drag_beside_the_nodes_still_moves_the_view(desk):
    desk.show(starter_recording(), 3)
    camera, drawing = desk.panel.surface.camera, desk.panel.current_drawing()
    desk.drag([QPointF(5, 5), QPointF(40, 60)])
    assert desk.panel.surface.camera != camera
    assert desk.panel.current_drawing() is drawing


def test_what_is_selected_moves_together(desk):
    desk.show(starter_recording(), 3)
    desk.click(desk.place("mul"))
    desk.click(desk.place("relu"), Qt.KeyboardModifier.ShiftModifier)
    before = rect_of(desk, "mul"), rect_of(desk, "relu"), rect_of(desk, "add")
    pull(desk, "relu", QPointF(0, 80))
    after = rect_of(desk, "mul"), rect_of(desk, "relu"), rect_of(desk, "add")
    assert after[0].y - before[0].y == pytest.approx(after[1].y - before[1].y)
    assert after[0].y > before[0].y
    assert after[2] == before[2]


def test_a_moved_node_stays_when_another_group_opens(desk):
    desk.show(residual(3), 5)
    desk.panel.collapse_all()
    desk.panel.expand_selection()
    desk.panel.folds.set_level(2)
    scene = desk.panel.surface.scene
    group = next(box for box in scene.nodes if box.node.stands_for is not None and box.node.mirrors is None)
    chosen = next(
        box for box in scene.nodes if box.node.key != group.node.key and box.node.mirrors is None and box is not group
    )
    key = chosen.node.key
    desk.panel.moves.drag(scene.index_of[key], (400.0, 0.0), is_done=True)
    moves = desk.panel.view_state.moves
    assert moves == {key: (400.0, 0.0)}
    index = desk.panel.surface.scene.index_of[group.node.key]
    desk.panel.folds.expand(frozenset({index}))
    assert desk.panel.view_state.moves == moves
    laid_out = next(box.rect for box in desk.panel._source._laid_out.nodes if box.node.key == key)
    shown = next(box.rect for box in desk.panel.current_drawing().nodes if box.node.key == key)
    assert shown.x == pytest.approx(laid_out.x + 400.0)


def test_moves_can_be_forgotten_and_brought_back(desk):
    desk.show(mlp(), 3)
    before = desk.panel.view_state
    drawing = desk.panel.current_drawing()
    pull(desk, "relu", QPointF(0, 70))
    there = desk.panel.view_state
    assert desk.panel.moves.has_moved
    desk.panel._deeds[Deed.FORGET_MOVES]()
    assert desk.panel.current_drawing() == drawing
    assert not desk.panel.moves.has_moved
    desk.panel.restore(there)
    assert desk.panel.moves.has_moved
    desk.panel.restore(before)
    assert desk.panel.current_drawing() == drawing


def test_a_click_without_a_drag_selects(desk):
    desk.show(starter_recording(), 3)
    desk.click(desk.place("add"))
    assert desk.selected() == ["add"]
    assert not desk.panel.moves.has_moved


def test_in_a_large_picture_a_node_and_its_edges_follow_the_mouse(desk):
    surface, start = desk.panel.surface, add_of_a_large_picture(desk)
    before, drawing = _at_rest(desk), desk.panel.current_drawing()
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    plain = Qt.KeyboardModifier.NoModifier
    send_mouse(surface, QEvent.Type.MouseButtonPress, start, left, left, plain)
    for share in (0.3, 0.6, 1.0):
        send_mouse(surface, QEvent.Type.MouseMove, start + share * QPointF(90, 40), none, left, plain)
    held = _at_rest(desk)
    assert desk.panel.current_drawing() is drawing, "nothing is laid out anew while the mouse holds it"
    send_mouse(surface, QEvent.Type.MouseButtonRelease, start + QPointF(90, 40), left, none, plain)
    put = _at_rest(desk)
    assert desk.panel.current_drawing() is not drawing
    assert _different(before, put) > 0.004
    assert _different(held, put) < 0.1 * _different(before, put), "it looks as it will when it is let go"


def test_a_drag_back_to_its_beginning_leaves_the_picture_as_it_was(desk):
    start = add_of_a_large_picture(desk)
    before = _at_rest(desk)
    desk.drag([start, start + QPointF(60, 0), start])
    after = _at_rest(desk)
    assert _different(before, after) < 0.001


def _at_rest(desk):
    """The view as it looks when nothing is left to be painted."""
    surface = desk.panel.surface
    image = QImage(surface.size(), QImage.Format.Format_RGB32)
    for _ in range(400):
        painter = QPainter(image)
        surface.paint_view(painter)
        painter.end()
        if not surface.is_pending:
            return image
    raise AssertionError("the picture never comes to rest")


def _different(first, second):
    """The share of pixels that differ clearly."""
    one, other = (np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4).astype(int) for image in (first, second))
    return float((np.abs(one - other).max(axis=1) > 60).mean())
