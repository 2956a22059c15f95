"""Taking kinds of nodes out of the graph with actions, and bringing them back."""

from types import SimpleNamespace

from PySide6.QtCore import Qt

from engine.graph.filters import Filter
from gui.bridge.canvas_graph import CanvasGraph
from gui.commands.action import Action
from gui.commands.filter_actions import FILTER_ACTIONS
from gui.model.preferences import Preferences
from tests.gui.canvas.conftest import Desk
from tests.support.made import Maker, mlp

ACTIONS: dict[str, Action] = {action.id: action for action in FILTER_ACTIONS}


def reshaped():
    maker = Maker()
    value = maker.op("sin", maker.leaf("x"))
    value = maker.op("cos", maker.op("reshape", value))
    maker.backward(maker.op("sum", value))
    return maker.done()


def acting_on(desk: Desk) -> SimpleNamespace:
    graph = CanvasGraph(desk.panel, desk.document, Preferences())
    return SimpleNamespace(graph=graph, playhead=desk.playhead)


def test_an_action_hides_says_so_and_brings_back(desk: Desk) -> None:
    desk.show(reshaped(), step=2)
    everything, acting, action = desk.titles(), acting_on(desk), ACTIONS["graph.hide_views"]
    hidden = desk.panel.header._hidden
    assert hidden.isHidden()
    assert not action.checked_when(acting)
    action.handler(acting)
    assert "reshape" not in desk.titles()
    assert action.checked_when(acting)
    assert (hidden.isHidden(), hidden.text()) == (False, "2 hidden")
    action.handler(acting)
    assert desk.titles() == everything
    assert hidden.isHidden()


def test_the_header_and_show_all_hidden_bring_everything_back(desk: Desk) -> None:
    desk.show(mlp(), step=2)
    everything, acting = desk.titles(), acting_on(desk)
    for bring_back in (desk.panel.header._hidden.click, acting.graph.unhide_all):
        ACTIONS["graph.hide_optimizer"].handler(acting)
        assert len(desk.titles()) < len(everything)
        bring_back()
        assert desk.titles() == everything
        assert not acting.graph.hides(Filter.OPTIMIZER)


def test_only_what_lies_between_two_selected_nodes(desk: Desk) -> None:
    desk.show(reshaped(), step=6)
    acting, action = acting_on(desk), ACTIONS["graph.only_between"]
    assert action.enabled_when(acting)
    desk.click(desk.place("sin"))
    desk.click(desk.place("cos"), Qt.KeyboardModifier.ShiftModifier)
    assert action.enabled_when(acting) == ""
    action.handler(acting)
    assert desk.titles() == ["sin", "reshape", "cos"]
    assert action.checked_when(acting)
    action.handler(acting)
    assert "sum" in desk.titles()
