"""Marks of decisions on the ruler."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from gui.timeline.rows import LABEL_PX
from tests.gui.timeline.conftest import Stage
from tests.support.decided import decided_recording


@pytest.fixture
def decided(stage: Stage) -> Stage:
    stage.show(decided_recording())
    return stage


def mark_of(stage: Stage, step: int) -> QPointF:
    return QPointF(LABEL_PX + stage.panel.scale.x_of(step), stage.panel.rows().ruler_px - 4)


def test_the_tooltip_of_a_mark_tells_the_decision(decided: Stage) -> None:
    assert decided.panel.tooltip_at(mark_of(decided, 3)) == "line 4: while x = 0.5 > 0.3 → yes"
    assert "while x" not in decided.panel.tooltip_at(mark_of(decided, 2)).split("\n")[0]


def test_the_tooltip_of_a_step_tells_its_round(decided: Stage) -> None:
    place = QPointF(LABEL_PX + decided.panel.scale.x_of(1.5), decided.panel.rows().ruler_px + 40)
    assert "round 1 of while x > 0.3 › halve(), call 1" in decided.panel.tooltip_at(place)


def test_a_click_on_a_mark_seeks_and_asks_for_the_line(decided: Stage, qtbot: QtBot) -> None:
    lines: list[tuple[int, int]] = []
    decided.panel.go_to_line_requested.connect(lambda line, column: lines.append((line, column)))
    qtbot.mouseClick(decided.panel, Qt.MouseButton.LeftButton, pos=mark_of(decided, 3).toPoint())
    assert decided.playhead.current == 2
    assert lines == [(4, 6)]


def test_a_mark_is_filled_where_the_condition_held(decided: Stage) -> None:
    picture = decided.panel.grab().toImage()
    accent = QColor(decided.theme.tokens.accent)
    ratio = picture.devicePixelRatio()

    def shown(step: int) -> QColor:
        place = mark_of(decided, step) * ratio
        return picture.pixelColor(round(place.x() + 2 * ratio), round(place.y()))

    assert shown(3).getRgb() == accent.getRgb()
    assert shown(5).getRgb() != accent.getRgb()
