"""What surrounds the canvas: settings, header, templates, and networks that are large or empty."""

import time

from PySide6.QtCore import Qt

from engine.network import edits
from engine.network.network import Link, Network, Node, NodeKind, NodeName, Setting
from engine.network.templates import templates
from gui.builder.form_field import ChoiceField, TextField
from gui.model.network_changes import Free, NewNode
from gui.model.network_layout import tidied
from gui.theme.tokens import ThemeName
from tests.gui.builder.conftest import Hands


def chain(length: int) -> Network:
    network = edits.add(Network(), Node(name=NodeName("x"), kind=NodeKind.INPUT, shape=(8,)))
    settings = (Setting("in_features", "8"), Setting("out_features", "8"))
    last = NodeName("x")
    nodes, links = list(network.nodes), []
    for index in range(length):
        name = NodeName(f"fc{index}")
        nodes.append(Node(name=name, kind=NodeKind.LAYER, type="Linear", settings=settings))
        links.append(Link(last, 0, name, 0))
        last = name
    nodes.append(Node(name=NodeName("output"), kind=NodeKind.OUTPUT))
    links.append(Link(last, 0, NodeName("output"), 0))
    return tidied(Network(nodes=tuple(nodes), links=tuple(links)))


def text_field(hands: Hands, name: str) -> TextField:
    field = hands.panel.form.fields[name]
    assert isinstance(field, TextField)
    return field


def test_all_settings_are_in_the_form(hands: Hands) -> None:
    hands.start(templates()[2].network)
    hands.model.select([NodeName("conv1")])
    assert set(hands.panel.form.fields) == {
        "name", "in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias",
        "padding_mode",
    }  # fmt: skip
    field = text_field(hands, "kernel_size")
    field.setFocus()
    field.selectAll()
    hands.qtbot.keyClicks(field, "3")
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    hands.settle()
    assert hands.settings("conv1")["kernel_size"] == "3"
    bias = hands.panel.form.fields["bias"]
    assert isinstance(bias, ChoiceField)
    hands.qtbot.keyClick(bias, Qt.Key.Key_Down)
    hands.settle()
    assert hands.settings("conv1")["bias"] == "False"
    assert "nn.Conv2d(1, 6, 3, padding=2, bias=False)" in hands.model.source


def test_a_name_typed_in_the_form_is_taken(hands: Hands) -> None:
    hands.model.select([NodeName("x")])
    field = text_field(hands, "name")
    field.setFocus()
    field.selectAll()
    hands.qtbot.keyClicks(field, "pixels")
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert hands.model.selection == ("pixels",)
    hands.settle()
    hands.model.select(())
    name = text_field(hands, "name")
    name.setFocus()
    name.selectAll()
    hands.qtbot.keyClicks(name, "2wrong")
    hands.qtbot.keyClick(name, Qt.Key.Key_Return)
    assert "is no name" in hands.panel.card.sentence.text()
    assert hands.model.network.name == "Network"


def test_the_batch_is_that_of_the_shapes(hands: Hands) -> None:
    field = text_field(hands, "batch")
    field.setFocus()
    field.selectAll()
    hands.qtbot.keyClicks(field, "7")
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    hands.settle()
    assert hands.panel.surface.scene.wires[0].text == "7 × 2"


def test_every_template_fits_and_is_shown_whole(hands: Hands) -> None:
    starts = [action for action in hands.bench.book.actions if action.id.startswith("network.template_")]
    assert [action.title for action in starts] == [template.title for template in templates()]
    for action in starts:
        hands.bench.book.qaction(action.id).trigger()
        hands.settle()
        surface = hands.panel.surface
        bounds = surface.scene.bounds()
        assert bounds is not None
        seen = surface.view_rect(bounds)
        assert seen.x >= 0
        assert seen.y >= 0
        assert seen.right <= surface.width()
        assert seen.bottom <= surface.height()
        assert hands.model.known.misfits == {}
        assert all(wire.text or wire.link.source_port == 0 for wire in surface.scene.wires)


def test_an_empty_network_and_the_way_back(hands: Hands) -> None:
    hands.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    hands.press(Qt.Key.Key_Delete)
    hands.settle()
    assert hands.model.network.nodes == ()
    assert hands.panel.source.edit.toPlainText() == ""
    assert not hands.panel.card.isVisible()
    assert not hands.panel.grab().isNull()
    hands.press(Qt.Key.Key_Tab)
    hands.type_layer("lin")
    assert [node.name for node in hands.model.network.nodes] == ["fc"]


def test_a_node_that_leads_nowhere_is_drawn_and_an_expression_is_checked(hands: Hands) -> None:
    hands.model.add_node(NewNode(NodeKind.EXPRESSION), Free(420, 70))
    hands.settle()
    assert "has nothing at its input a" in hands.panel.card.sentence.text()
    hands.press(Qt.Key.Key_Return)
    hands.type_in_place("a + open('f')")
    assert "“open” is no known function" in hands.panel.card.sentence.text()
    hands.qtbot.keyClick(hands.panel.in_place.field, Qt.Key.Key_Escape)
    hands.model.connect(Link(NodeName("x"), 0, NodeName("expression"), 0))
    hands.settle()
    assert hands.model.known.misfits == {}


def test_two_hundred_layers_do_not_stop_the_window(hands: Hands) -> None:
    hands.start(chain(200))
    assert len(hands.panel.surface.scene.boxes) == 202
    assert hands.model.known.misfits == {}
    hands.model.select([NodeName("fc100")])
    hands.press(Qt.Key.Key_F)
    began = time.perf_counter()
    for _ in range(10):
        hands.press(Qt.Key.Key_Right)
        hands.panel.surface.grab()
    assert time.perf_counter() - began < 20  # a freeze, not a speed: that is measured elsewhere
    hands.model.set_setting(NodeName("fc100"), "out_features", "9")
    hands.settle()
    assert hands.settings("fc101")["in_features"] == "9"


def test_themes_are_worn(hands: Hands) -> None:
    hands.start(templates()[3].network)
    light = hands.panel.surface.grab().toImage()
    hands.bench.models.theme.switch(ThemeName.DARK)
    assert hands.panel.surface.grab().toImage().pixelColor(5, 5).lightness() < light.pixelColor(5, 5).lightness()


def test_a_compact_panel_builds_too(hands: Hands) -> None:
    panel = hands.bench.builder.make_compact_panel()
    panel.resize(720, 420)
    hands.panel.window().close()
    panel.show()
    hands.qtbot.waitUntil(panel.surface.isVisible)
    panel.activateWindow()
    panel.surface.setFocus()
    hands.qtbot.waitUntil(panel.surface.hasFocus)
    hands.model.select([NodeName("x")])
    hands.bench.book.refresh()
    hands.qtbot.keyClick(panel.surface, Qt.Key.Key_Tab)
    assert panel.finder.isVisible()
    hands.qtbot.keyClicks(panel.finder, "lin")
    hands.qtbot.keyClick(panel.finder, Qt.Key.Key_Return)
    hands.settle()
    assert [node.type for node in hands.model.network.nodes] == ["", "", "Linear"]
    assert panel.form.isVisible()
    hands.bench.models.document.replace_program("x = 1\n", "x.py")
    hands.bench.book.refresh()
    hands.bench.book.qaction("network.read").trigger()
    assert panel.card.sentence.text() == "The program defines no nn.Module and no nn.Sequential."
    panel.resize(400, 420)
    assert not panel.form.isVisible()
    panel.close()
