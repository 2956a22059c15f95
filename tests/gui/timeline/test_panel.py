"""The timeline as a person uses it: clicks, drags, wheel and keys."""

import time

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.trace.batch import Batch
from engine.trace.facts import Statistics
from engine.trace.ids import ValueId
from engine.trace.outcome import Outcome, OutcomeKind
from gui.model.selection import Origin
from gui.theme.tokens import DARK, LIGHT, ThemeName
from gui.timeline.panel import TimelinePanel
from gui.timeline.rows import LABEL_PX, Row
from tests.gui.timeline.conftest import Stage
from tests.support.large import large_recording
from tests.support.recordings import starter_recording


def at(panel: TimelinePanel, boundary: float, row: Row = Row.FORWARD) -> QPoint:
    y = panel.rows().of(row).center().y()
    return QPoint(round(LABEL_PX + panel.scale.x_of(boundary)), round(y))


def wheel(panel: TimelinePanel, x: int, notches: float, modifier: Qt.KeyboardModifier) -> None:
    event = QWheelEvent(
        QPointF(x, 60),
        panel.mapToGlobal(QPointF(x, 60)),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(panel, event)


def move(panel: TimelinePanel, place: QPoint, buttons: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        panel.mapToGlobal(QPointF(place)),
        Qt.MouseButton.NoButton,
        buttons,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(panel, event)


def has_color(image: QImage, color: str, left: int = 0) -> bool:
    wanted = QColor(color).rgb()
    return any(image.pixel(x, y) == wanted for x in range(left, image.width()) for y in range(image.height()))


def test_click_seeks_and_selects(stage: Stage, qtbot: QtBot) -> None:
    qtbot.mouseClick(stage.panel, Qt.MouseButton.LeftButton, pos=at(stage.panel, 2.5))
    assert stage.playhead.current == 2
    assert stage.selection.current.step == 2
    assert stage.selection.current.origin is Origin.TIMELINE


def test_click_left_of_the_first_step_goes_before_it(stage: Stage, qtbot: QtBot) -> None:
    stage.playhead.seek(5)
    qtbot.mouseClick(stage.panel, Qt.MouseButton.LeftButton, pos=QPoint(30, 60))
    assert stage.playhead.current == -1


def test_click_on_the_ruler_goes_to_the_nearest_boundary(stage: Stage, qtbot: QtBot) -> None:
    x = round(LABEL_PX + stage.panel.scale.x_of(3.1))
    qtbot.mouseClick(stage.panel, Qt.MouseButton.LeftButton, pos=QPoint(x, 5))
    assert stage.playhead.current == 2  # three steps have happened


def test_drag_scrubs_and_ends_where_the_mouse_is(stage: Stage, qtbot: QtBot) -> None:
    moves: list[int] = []
    stage.playhead.moved.connect(lambda moved: moves.append(moved.current))
    qtbot.mousePress(stage.panel, Qt.MouseButton.LeftButton, pos=at(stage.panel, 0.5))
    for place in range(1, 90):
        move(stage.panel, at(stage.panel, 0.5 + place / 12), Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(stage.panel, Qt.MouseButton.LeftButton, pos=at(stage.panel, 7.9))
    assert stage.playhead.current == 7
    assert moves == sorted(moves)


@pytest.mark.parametrize(
    ("key", "modifier", "start", "end"),
    [
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 2, 3),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 2, 1),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, -1, -1),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 5, -1),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 2, 8),
        (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier, 0, 5),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier, 7, 2),
        (Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier, 0, 4),
        (Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier, 8, 4),
    ],
)
def test_keys(stage: Stage, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier, start: int, end: int) -> None:
    stage.playhead.seek(start)
    qtbot.keyClick(stage.panel, key, modifier)
    assert stage.playhead.current == end


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier])
def test_wheel_zooms_at_the_mouse(stage: Stage, modifier: Qt.KeyboardModifier) -> None:
    stage.show(large_recording(2406))
    x = 700
    before = stage.panel.scale.boundary_at(x - LABEL_PX)
    for _ in range(8):
        wheel(stage.panel, x, 1, modifier)
    assert stage.panel.scale.step_px > 1
    assert stage.panel.scale.boundary_at(x - LABEL_PX) == pytest.approx(before)
    for _ in range(30):
        wheel(stage.panel, x, -1, modifier)
    assert stage.panel.scale.first == 0
    assert stage.panel.scale.visible == range(2406)


def test_shift_wheel_pans(stage: Stage) -> None:
    stage.show(large_recording(2406))
    for _ in range(8):
        wheel(stage.panel, 700, 1, Qt.KeyboardModifier.NoModifier)
    first = stage.panel.scale.first
    wheel(stage.panel, 700, -1, Qt.KeyboardModifier.ShiftModifier)
    assert stage.panel.scale.first > first


def test_double_click_zooms_to_the_cell_and_on_the_ruler_shows_all(stage: Stage, qtbot: QtBot) -> None:
    stage.show(large_recording(2406))
    place = at(stage.panel, 1200.5)
    qtbot.mouseDClick(stage.panel, Qt.MouseButton.LeftButton, pos=place)
    assert stage.playhead.current == 1200
    assert stage.panel.scale.step_px == pytest.approx(96)
    assert 1200 in stage.panel.scale.visible
    qtbot.mouseDClick(stage.panel, Qt.MouseButton.LeftButton, pos=QPoint(400, 4))
    assert stage.panel.scale.visible == range(2406)


def test_the_playhead_stays_in_view_when_zoomed(stage: Stage, qtbot: QtBot) -> None:
    stage.show(large_recording(2406))
    qtbot.mouseDClick(stage.panel, Qt.MouseButton.LeftButton, pos=at(stage.panel, 100.5))
    stage.playhead.seek(2000)
    assert 2000 in stage.panel.scale.visible


def test_growing_keeps_everything_in_view(stage: Stage) -> None:
    recording = large_recording(100)
    stage.show(recording)
    stage.document.extend(Batch(steps=tuple(large_recording(300).steps[100:])))
    assert stage.panel.scale.visible == range(300)


def test_tooltip_counts_from_one(stage: Stage) -> None:
    text = stage.panel.tooltip_at(QPointF(at(stage.panel, 5.5)))
    assert text == "Step 6 of 9 · backward · ReluBackward0 · line 4\ntook 3.0 µs"
    assert stage.panel.tooltip_at(QPointF(20, 60)) == ""


def test_hover_points_at_the_step(stage: Stage) -> None:
    seen: list[object] = []
    stage.selection.hovered_step.connect(seen.append)
    move(stage.panel, at(stage.panel, 2.5))
    QApplication.sendEvent(stage.panel, QEvent(QEvent.Type.Leave))
    assert seen == [2, None]


def test_a_failed_run_ends_in_a_cap(stage: Stage) -> None:
    failed = Outcome(OutcomeKind.FAILED, "Line 3: it broke.", line=3)
    stage.show(large_recording(20, outcome=failed))
    assert has_color(stage.panel.grab().toImage(), LIGHT.error)
    past_end = QPointF(LABEL_PX + stage.panel.scale.x_of(20) + 2, 60)
    assert stage.panel.tooltip_at(past_end) == "Line 3: it broke."
    stage.show(large_recording(20))
    assert not has_color(stage.panel.grab().toImage(), LIGHT.error)


def test_sick_numbers_are_seen_at_every_zoom(stage: Stage) -> None:
    recording = starter_recording()
    recording.append(Batch(statistics=(Statistics(ValueId(2), None, None, None, None, None, 0, 3, 0),)))
    healthy = stage.panel.grab().toImage()
    stage.show(recording)
    assert stage.panel.grab().toImage() != healthy
    stage.panel.resize(200, 140)  # the steps are ticks now
    assert has_color(stage.panel.grab().toImage(), LIGHT.nonfinite)


def test_theme_and_empty_state(stage: Stage) -> None:
    stage.theme.switch(ThemeName.DARK)
    assert stage.panel.grab().toImage().pixelColor(5, 135) == QColor(DARK.panel)
    stage.document.show_recording(None)
    assert not stage.panel.grab().isNull()


def test_fifty_thousand_steps_paint_quickly(stage: Stage) -> None:
    stage.show(large_recording(50_000))
    stage.panel.resize(1600, 150)
    stage.panel.grab()
    times = []
    for _ in range(7):
        stage.playhead.seek(stage.playhead.current + 997)
        started = time.perf_counter()
        stage.panel.grab()
        times.append(time.perf_counter() - started)
    assert sorted(times)[3] < 0.5  # a freeze, not a speed: 3 ms on an idle machine


def test_a_long_recording_is_taken_over_in_the_next_turn(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("gui.timeline.panel.TAKEN_AT_ONCE", 20)
    stage.show(large_recording(40))
    assert stage.panel.scale.count == 0
    qtbot.waitUntil(lambda: stage.panel.scale.count == 40)
    stage.show(large_recording(60))
    stage.show(large_recording(10))
    assert stage.panel.scale.count == 10
    qtbot.wait(20)
    assert stage.panel.scale.count == 10
