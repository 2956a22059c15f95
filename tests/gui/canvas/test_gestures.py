import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from engine.trace.ids import StepIndex, ValueId
from gui.model.selection import Origin, Selected
from tests.gui.canvas.conftest import Desk, wheel
from tests.support.made import chain
from tests.support.recordings import starter_recording

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def test_click_selects_and_click_on_nothing_clears(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    desk.click(desk.place("relu"))
    assert desk.selection.current == Selected("op:2:relu", StepIndex(2), ValueId(3), Origin.CANVAS)
    desk.click(QPointF(5, 5))
    assert desk.selection.current.node is None


def test_selection_made_elsewhere_is_shown(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    desk.selection.select(Selected(step=StepIndex(1), origin=Origin.TIMELINE))
    assert desk.selected() == ["add"]
    desk.selection.select(Selected(value=ValueId(0), origin=Origin.EDITOR))
    assert desk.selected() == ["x"]


def test_shift_click_adds_and_shift_drag_marks(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    desk.click(desk.place("mul"))
    desk.click(desk.place("sum"), Modifier.ShiftModifier)
    assert desk.selected() == ["mul", "sum"]
    start = desk.place("x") - QPointF(90, 60)
    desk.drag([start, desk.place("add"), desk.place("add")], Modifier.ShiftModifier)
    assert desk.selected() == ["add", "mul", "x"]


def test_drag_pans_and_does_not_select(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    before = desk.place("mul")
    desk.drag([before, before + QPointF(20, 0), before + QPointF(50, 30)])
    assert desk.place("mul").toTuple() == pytest.approx((before + QPointF(50, 30)).toTuple())
    assert desk.selection.current.node is None


def test_middle_drag_pans(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    before = desk.place("mul")
    desk.drag([before, before + QPointF(-40, 12)], button=Qt.MouseButton.MiddleButton)
    assert desk.place("mul").toTuple() == pytest.approx((before + QPointF(-40, 12)).toTuple())


def test_wheel_zooms_at_the_cursor(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    at, scale = desk.place("add"), desk.panel.surface.camera.scale
    wheel(desk, at, 120)
    assert desk.panel.surface.camera.scale == pytest.approx(scale * 1.15)
    assert desk.place("add").toTuple() == pytest.approx(at.toTuple())


def test_shift_wheel_pans_sideways_and_trackpad_pans(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    at = desk.place("add")
    wheel(desk, at, 120, Modifier.ShiftModifier)
    assert desk.place("add").toTuple() == pytest.approx((at + QPointF(60, 0)).toTuple())
    wheel(desk, at, 24, pixels=QPoint(-7, 9))
    assert desk.place("add").toTuple() == pytest.approx((at + QPointF(53, 9)).toTuple())
    wheel(desk, at, 120, Modifier.ControlModifier, pixels=QPoint(0, 20))
    assert desk.panel.surface.camera.scale > 1


def test_control_drag_zooms_to_a_rectangle(desk: Desk) -> None:
    desk.show(starter_recording(), step=5)
    scale = desk.panel.surface.camera.scale
    center = desk.place("add")
    desk.drag([center - QPointF(80, 50), center + QPointF(10, 10), center + QPointF(80, 50)], Modifier.ControlModifier)
    assert desk.panel.surface.camera.scale > 2 * scale


def test_minimap_moves_the_view_and_can_be_hidden(desk: Desk) -> None:
    desk.show(chain(60), step=0)
    minimap = desk.panel.surface.minimap()
    assert minimap is not None
    before = desk.panel.surface.camera
    frame = minimap.frame
    desk.click(QPointF(frame.center[0], frame.bottom - 12))
    assert desk.panel.surface.camera != before
    desk.press(Key.Key_M, Modifier.AltModifier)
    assert desk.panel.surface.minimap() is None
