"""Blocks are folded, kept, found again and looked after, by mouse and keys."""

from PySide6.QtCore import QPointF, Qt

from engine.network.network import NodeName
from gui.builder.blocks_popup import BlocksPopup
from gui.model.network_changes import first_network
from tests.gui.builder.conftest import Hands

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


def add(hands: Hands, text: str) -> None:
    hands.press(Key.Key_Tab)
    hands.type_layer(text)


def test_a_block_folds_to_one_box_and_opens_again(hands: Hands) -> None:
    hands.press(Key.Key_BracketRight)
    add(hands, "lin")
    add(hands, "relu")
    hands.model.select([NodeName("fc"), NodeName("relu")])
    hands.press(Key.Key_G)
    hands.type_in_place("folding")
    source, places = hands.model.source, hands.model.network.nodes
    hands.press(Key.Key_E)
    scene = hands.panel.surface.scene
    box = scene.box_of(NodeName("relu"))
    assert (box.block, set(box.members)) == ("folding", {"fc", "relu"})
    assert {row.name: row.value for row in box.rows} == {
        "nodes": "2", "parameters": "48", "in": "32 × 2", "out": "32 × 16"
    }  # fmt: skip
    assert len(scene.wires) == 2
    assert hands.model.source == source
    hands.model.select([])
    hands.click(hands.middle("fc"))
    assert set(hands.model.selection) == {"fc", "relu"}, "one box is selected as a whole"
    hands.press(Key.Key_F2)
    hands.type_in_place("other")
    assert scene is not hands.panel.surface.scene
    assert hands.model.network.folded == ("other",)
    hands.press(Key.Key_Z, CTRL)
    hands.press(Key.Key_BracketRight)
    assert hands.model.selection == ("output",)
    hands.double_click(hands.middle("fc"))
    assert hands.model.network.folded == ()
    assert hands.model.network.nodes == places
    frame = hands.panel.surface.scene.frames["folding"]
    hands.double_click(hands.place((frame.x + 40, frame.y + 14)))
    assert hands.model.network.folded == ("folding",)
    at = hands.middle("fc")
    hands.drag([at, at + QPointF(60, 0), at + QPointF(120, 10)])
    assert scene_is_sound(hands)
    hands.press(Key.Key_Delete)
    assert not hands.model.network.folded


def scene_is_sound(hands: Hands) -> bool:
    """Both nodes of the block moved together."""
    nodes = {node.name: node for node in hands.model.network.nodes}
    return nodes[NodeName("fc")].x_px == nodes[NodeName("relu")].x_px


def test_kept_blocks_are_found_by_tab_and_looked_after_in_their_list(hands: Hands) -> None:
    hands.press(Key.Key_BracketRight)
    add(hands, "lin")
    add(hands, "relu")
    hands.model.select([NodeName("fc"), NodeName("relu")])
    hands.press(Key.Key_G)
    hands.type_in_place("myblock")
    hands.press(Key.Key_Z, CTRL)
    hands.start(first_network())
    hands.press(Key.Key_BracketRight)
    add(hands, "myblock")
    assert hands.lines() == ["x = self.fc(x)  # block: myblock", "x = self.relu(x)  # block: myblock", "return x"]
    hands.press(Key.Key_B, SHIFT)
    popup = hands.panel.findChild(BlocksPopup)
    assert popup is not None
    assert popup.isVisible()
    shelf = hands.panel.shelf
    row = [block.name for block in shelf.blocks].index("myblock")
    popup.names.setCurrentRow(row)
    assert popup._told.text() == "Linear, ReLU"
    popup.names.item(row).setText("a b")
    assert popup.names.item(row).text() == "myblock"
    assert "no name" in popup._told.text()
    popup.names.item(row).setText("mine")
    assert shelf.get("mine") is not None
    assert shelf.get("myblock") is None
    hands.qtbot.keyClick(popup.names, Key.Key_Delete)
    assert shelf.get("mine") is None
    hands.qtbot.keyClick(popup.names, Key.Key_Z, CTRL)
    assert shelf.get("mine") is not None
    popup._choose("mine")
    hands.qtbot.keyClick(popup.names, Key.Key_Return)
    hands.settle()
    assert not popup.isVisible()
    assert {node.block for node in hands.model.network.nodes} == {"", "myblock", "mine"}
    assert not hands.model.source_trouble
    shelf.delete("mine")
