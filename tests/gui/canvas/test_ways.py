"""Finding one's way on the canvas, by keys and clicks."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from engine.trace.recording import Recording
from tests.gui.canvas.conftest import Desk
from tests.support.recorded import record_text
from tests.support.recordings import starter_recording

Key, Modifier = Qt.Key, Qt.KeyboardModifier
CHAIN = "import torch\na = torch.ones(2)\n" + "".join(f"a = a + {index}\n" for index in range(6))
NESTED = """
import torch
from torch import nn
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(3, 3), nn.Tanh())
    def forward(self, x):
        return self.inner(x) + x
block = Block()
y = block(torch.ones(2, 3))
z = y * 2
"""


@pytest.fixture(scope="module")
def nested() -> Recording:
    return record_text(NESTED).recording


def _traced(desk: Desk) -> int | None:
    traced = desk.panel.picks.picked.traced
    return None if traced is None else len(traced)


def _shown(desk: Desk) -> set[str]:
    scene = desk.panel.surface.scene
    assert scene is not None
    hidden = desk.panel.picks.picked.emphasis(scene).hidden
    return {box.node.title for index, box in enumerate(scene.nodes) if index not in hidden}


def _crumbs(desk: Desk) -> list[str]:
    header = desk.panel.header
    found = [header._crumbs.itemAt(place).widget() for place in range(header._crumbs.count())]
    return [widget.text() for widget in found if isinstance(widget, QToolButton)]


def test_a_trace_goes_over_as_many_edges_as_wanted(desk: Desk) -> None:
    desk.show(record_text(CHAIN).recording, step=5)
    scene = desk.panel.surface.scene
    assert scene is not None
    middle = scene.node_for_step(2)
    desk.panel.picks.select(middle)
    desk.press(Key.Key_BraceRight, Modifier.ShiftModifier)
    assert _traced(desk) == 3
    assert desk.panel.header._trace.isVisible()
    assert desk.panel.header._hops.text() == "1 hop"
    desk.press(Key.Key_BraceRight, Modifier.ShiftModifier)
    assert _traced(desk) == 5
    desk.press(Key.Key_BraceRight, Modifier.ShiftModifier)
    assert _traced(desk) == len(scene.nodes)
    assert desk.panel.header._hops.text() == "all hops"
    desk.press(Key.Key_BraceLeft, Modifier.ShiftModifier)
    assert _traced(desk) == 5
    desk.press(Key.Key_T)
    assert _traced(desk) is None
    assert not desk.panel.header._trace.isVisible()


def test_the_chooser_in_the_header_does_the_same(desk: Desk) -> None:
    desk.show(record_text(CHAIN).recording, step=5)
    desk.panel.picks.select(3)
    desk.press(Key.Key_T)
    everything = _traced(desk)
    buttons = {
        button.accessibleName().split("  ")[0]: button for button in desk.panel.header._trace.findChildren(QToolButton)
    }
    desk.qtbot.mouseClick(buttons["Fewer hops"], Qt.MouseButton.LeftButton)
    assert (_traced(desk) or 0) < (everything or 0)
    desk.qtbot.mouseClick(buttons["End the trace"], Qt.MouseButton.LeftButton)
    assert _traced(desk) is None


def test_a_group_is_looked_at_alone_and_left_again(desk: Desk, nested: Recording) -> None:
    desk.show(nested, step=3)
    desk.press(Key.Key_E, Modifier.ShiftModifier)
    desk.click(desk.place("tanh"))
    everything = _shown(desk)
    desk.press(Key.Key_G)
    alone = _shown(desk)
    assert {"linear", "tanh"} <= alone
    assert "mul" not in alone
    assert "add" not in alone
    assert any(crumb.startswith("◎ ") for crumb in _crumbs(desk))
    desk.press(Key.Key_Backspace)
    assert "add" in _shown(desk)
    assert "mul" not in _shown(desk)
    desk.press(Key.Key_Backspace)
    assert _shown(desk) == everything
    assert not any(crumb.startswith("◎ ") for crumb in _crumbs(desk))


def test_a_folded_group_is_opened_when_it_is_looked_at_alone(desk: Desk, nested: Recording) -> None:
    desk.show(nested, step=3)
    desk.press(Key.Key_C, Modifier.ShiftModifier)
    folded = next(title for title in desk.titles() if title not in ("mul", "x", "y"))
    desk.click(desk.place(folded))
    desk.press(Key.Key_G)
    assert "mul" not in _shown(desk)
    assert _shown(desk)
    desk.panel.header.crumb_clicked.emit(None)
    assert "mul" in _shown(desk)


def test_back_and_forward_go_through_what_was_looked_at(desk: Desk, nested: Recording) -> None:
    desk.show(nested, step=3)
    places = desk.panel.places
    places.note()
    whole = desk.panel.surface.camera
    desk.press(Key.Key_E, Modifier.ShiftModifier)
    desk.click(desk.place("tanh"))
    desk.press(Key.Key_G)
    places.note()
    near = desk.panel.surface.camera
    assert near != whole
    desk.press(Key.Key_Left, Modifier.AltModifier)
    assert desk.panel.focuses.group is None
    desk.press(Key.Key_Right, Modifier.AltModifier)
    assert desk.panel.focuses.group is not None
    assert desk.panel.surface.camera == near


def test_stepping_leaves_no_places_behind(desk: Desk) -> None:
    desk.show(starter_recording(), step=-1)
    desk.panel.places.note()
    for step in range(9):
        desk.playhead.seek(step)
    assert not desk.panel.places._timer.isActive()


def test_hovering_a_node_tells_the_code_its_step(desk: Desk) -> None:
    desk.show(starter_recording(), step=8)
    told: list[object] = []
    desk.selection.hovered_step.connect(told.append)
    desk.move(desk.place("relu"))
    assert told[-1] == 2
    assert desk.panel.picks.picked.hovered == "op:2:relu"
    desk.selection.hover_step(1)
    assert desk.panel.picks.picked.hovered == "op:1:add"


def test_predicates_find_leaves_too(desk: Desk) -> None:
    recording = record_text("import torch\nw = torch.ones(3, requires_grad=True)\n(w * 0).sum().backward()\n").recording
    desk.show(recording, step=len(recording) - 1)
    assert desk.panel.search("grad = 0 dim:3") >= 2
    hits = desk.panel.picks.picked.hits
    scene = desk.panel.surface.scene
    assert scene is not None
    assert "w" in {scene.nodes[scene.index_of[key]].node.title for key in hits}
