"""A network is built by the mouse."""

import pytest
from PySide6.QtCore import QPointF, Qt

from engine.network.edits import node_of
from engine.network.network import NodeKind, NodeName
from engine.network.templates import templates
from gui.builder.scene import Side
from gui.model.network_changes import Free, NewNode
from tests.gui.builder.conftest import Hands

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def lenet(hands: Hands) -> Hands:
    hands.start(templates()[2].network)
    return hands


def between(start: QPointF, end: QPointF) -> list[QPointF]:
    """A drag with a stop half way."""
    return [start, (start + end) / 2, end]


def test_a_wire_snaps_and_connects(hands: Hands) -> None:
    hands.model.add_node(NewNode(NodeKind.LAYER, "Linear"), Free(420, 70))
    hands.settle()
    hands.panel.surface.fit_all()
    target = hands.port("fc", Side.INPUT)
    hands.begin(between(hands.port("x", Side.OUTPUT), target + QPointF(9, -7)))
    assert hands.panel.surface.attention.snap is not None
    hands.drag(between(hands.port("x", Side.OUTPUT), target + QPointF(9, -7)))
    hands.settle()
    hands.drag(between(hands.port("fc", Side.OUTPUT), hands.port("output", Side.INPUT)))
    hands.settle()
    assert hands.lines() == ["x = self.fc(x)", "return x"]
    assert hands.settings("fc")["in_features"] == "2"


def test_what_does_not_fit_is_refused_with_offers(lenet: Hands) -> None:
    before = lenet.model.network
    lenet.drag(between(lenet.port("conv2", Side.OUTPUT), lenet.port("fc1", Side.INPUT)))
    lenet.settle()
    assert lenet.model.network == before
    text = "fc1 wants 400 (in_features), and dimension 3 of what comes in, 32×16×10×10, is 10."
    assert lenet.panel.card.sentence.text() == text
    assert lenet.offers() == ["Put Flatten before it", "Set in_features to 10", "Connect anyway"]
    lenet.take("Put Flatten before it")
    assert lenet.model.known.misfits == {}
    assert lenet.settings("fc1")["in_features"] == "1600"
    lenet.model.undo()
    lenet.settle()
    assert lenet.model.network == before


def test_a_connection_can_be_made_although_it_does_not_fit(lenet: Hands) -> None:
    lenet.drag(between(lenet.port("act2", Side.OUTPUT), lenet.port("fc2", Side.INPUT)))
    lenet.settle()
    lenet.take("Connect anyway")
    assert list(lenet.model.known.misfits) == ["fc2"]
    assert "1 node does not fit" in lenet.panel.header.totals.whole_text


def test_a_wire_let_go_in_the_open_asks_for_a_layer(hands: Hands) -> None:
    start = hands.port("x", Side.OUTPUT)
    hands.drag(between(start, start + QPointF(200, 60)))
    hands.type_layer("lin")
    assert [(link.source, link.target) for link in hands.model.network.links] == [("x", "output"), ("x", "fc")]


def test_a_wire_pulled_off_its_input_is_gone(hands: Hands) -> None:
    end = hands.port("output", Side.INPUT)
    hands.drag(between(end, end + QPointF(260, 120)))
    hands.settle()
    assert hands.model.network.links == ()
    assert "output has nothing at its input 1." in hands.panel.source.trouble.text()
    assert hands.panel.card.sentence.text() == "output has nothing at its input 1."


def test_a_line_is_edited_by_a_click(lenet: Hands) -> None:
    lenet.click(lenet.row("conv1", "out_channels"))
    lenet.type_in_place("12")
    assert lenet.settings("conv2")["in_channels"] == "12"
    lenet.click(lenet.row("x", "one sample"))
    lenet.type_in_place("3, 28, 28")
    assert lenet.settings("conv1")["in_channels"] == "3"


def test_a_marquee_selects_and_a_drag_moves_all_in_one_step(hands: Hands) -> None:
    corner, end = hands.middle("x") - QPointF(300, 60), hands.middle("output") + QPointF(300, 60)
    hands.drag(between(corner, end), SHIFT)
    assert set(hands.model.selection) == {"x", "output"}
    before = hands.model.network
    hands.drag([hands.middle("x"), hands.middle("x") + QPointF(30, 0), hands.middle("x") + QPointF(60, 20)])
    moved = node_of(hands.model.network, NodeName("output"))
    assert moved.x_px - node_of(before, NodeName("output")).x_px == pytest.approx(60 / hands.panel.surface.camera.scale)
    hands.model.undo()
    assert hands.model.network == before


def test_a_layer_is_put_onto_a_wire(hands: Hands) -> None:
    hands.move(hands.wire("x", "output"))
    hands.click(hands.wire("x", "output"))
    hands.type_layer("relu")
    assert hands.lines() == ["x = self.relu(x)", "return x"]


def test_a_free_box_dropped_on_a_wire_goes_in_between(hands: Hands) -> None:
    hands.model.add_node(NewNode(NodeKind.LAYER, "Tanh"), Free(420, 70))
    hands.settle()
    hands.drag(between(hands.middle("tanh"), hands.wire("x", "output")))
    hands.settle()
    assert hands.lines() == ["x = self.tanh(x)", "return x"]


def test_a_double_click_adds_and_renames(hands: Hands) -> None:
    hands.double_click(hands.middle("x") + QPointF(-260, 60))
    hands.type_layer("gelu")
    assert hands.model.selection == ("gelu",)
    hands.double_click(hands.middle("gelu"))
    hands.type_in_place("act")
    assert hands.model.selection == ("act",)


def test_a_connection_is_selected_and_deleted(hands: Hands) -> None:
    hands.click(hands.wire("x", "output") + QPointF(0, 13))
    assert hands.model.selected_link is not None
    hands.press(Qt.Key.Key_Delete)
    assert hands.model.network.links == ()


def test_escape_leaves_everything_as_it_was(hands: Hands) -> None:
    before = hands.model.network
    hands.begin(between(hands.middle("x"), hands.middle("x") + QPointF(80, 0)))
    hands.press(Qt.Key.Key_Escape)
    assert hands.model.network == before
    hands.begin(between(hands.port("x", Side.OUTPUT), hands.port("output", Side.INPUT)))
    hands.press(Qt.Key.Key_Escape)
    assert hands.panel.surface.attention.drag is None
