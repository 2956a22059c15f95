"""A network is built by the keyboard alone."""

from PySide6.QtCore import Qt

from engine.network.edits import node_of
from engine.network.network import NodeName
from engine.network.templates import templates
from tests.gui.builder.conftest import Hands

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


def add(hands: Hands, text: str) -> None:
    hands.press(Key.Key_Tab)
    hands.type_layer(text)


def place(hands: Hands, name: str) -> tuple[float, float]:
    node = node_of(hands.model.network, NodeName(name))
    return node.x_px, node.y_px


def test_layers_are_added_by_typing_and_their_sizes_follow(hands: Hands) -> None:
    hands.press(Key.Key_BracketRight)  # nothing is selected: the input is
    for text in ("lin", "tanh", "dense"):
        add(hands, text)
    assert hands.lines() == ["x = self.fc(x)", "x = self.tanh(x)", "x = self.fc2(x)", "return x"]
    assert hands.settings("fc") == {"in_features": "2", "out_features": "16"}
    assert hands.settings("fc2")["in_features"] == "16"
    assert "320 parameters" in hands.panel.header.totals.whole_text
    assert hands.panel.source.edit.toPlainText() == hands.model.source


def test_settings_are_edited_where_they_stand_and_what_follows_goes_along(hands: Hands) -> None:
    hands.start(templates()[1].network)
    hands.model.select([NodeName("fc1")])
    hands.press(Key.Key_Return)
    hands.type_in_place("3", Key.Key_Tab)  # in_features: it does not fit
    hands.type_in_place("5")
    assert hands.settings("fc1") == {"in_features": "3", "out_features": "5"}
    assert hands.offers() == ["Set in_features to 2"]
    hands.take("Set in_features to 2")
    assert hands.model.known.misfits == {}
    assert hands.settings("fc2")["in_features"] == "5"


def test_every_edit_can_be_undone_and_done_again(hands: Hands) -> None:
    first = hands.model.network
    hands.press(Key.Key_BracketRight)
    add(hands, "lin")
    added = hands.model.network
    hands.press(Key.Key_Delete)
    hands.settle()
    assert hands.lines() == ["return x"]  # the ends were joined
    hands.press(Key.Key_Z, CONTROL)
    hands.settle()
    assert hands.model.network == added
    hands.press(Key.Key_Z, CONTROL)
    hands.settle()
    assert hands.model.network == first
    hands.press(Key.Key_Y, CONTROL)
    hands.settle()
    assert hands.model.network == added
    assert hands.model.known.misfits == {}


def test_arrow_keys_move_and_are_undone_together(hands: Hands) -> None:
    hands.press(Key.Key_BracketRight)
    x, y = place(hands, "x")
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Down):
        hands.press(key)
    assert place(hands, "x") == (x + 16, y + 8)
    hands.press(Key.Key_Z, CONTROL)
    assert place(hands, "x") == (x, y)


def test_copies_have_names_of_their_own(hands: Hands) -> None:
    hands.press(Key.Key_BracketRight)
    add(hands, "lin")
    hands.press(Key.Key_C, CONTROL)
    hands.press(Key.Key_V, CONTROL)
    hands.press(Key.Key_V, CONTROL)
    hands.press(Key.Key_D, CONTROL)
    names = [node.name for node in hands.model.network.nodes if node.type == "Linear"]
    assert names == ["fc", "fc2", "fc3", "fc4"]
    hands.press(Key.Key_A, CONTROL)
    assert len(hands.model.selection) == len(hands.model.network.nodes)
    hands.press(Key.Key_X, CONTROL)
    assert hands.model.network.nodes == ()
    hands.press(Key.Key_V, CONTROL)
    assert len(hands.model.network.nodes) == 6


def test_a_name_is_given_and_a_wrong_one_is_refused(hands: Hands) -> None:
    hands.press(Key.Key_BracketRight)
    add(hands, "lin")
    hands.press(Key.Key_F2)
    hands.type_in_place("hidden")
    assert "self.hidden = nn.Linear(2, 16)" in hands.model.source
    for name, words in (("2b", "is no name"), ("class", "is no name"), ("x", "There is a x already"),
                        ("forward", "already means something"), ("n" * 300 + "-", "is no name")):  # fmt: skip
        hands.press(Key.Key_F2)
        hands.type_in_place(name)
        assert words in hands.panel.card.sentence.text()
        assert len(hands.panel.card.sentence.text()) < 160
        hands.qtbot.keyClick(hands.panel.in_place.field, Key.Key_Escape)
    assert hands.model.selection == ("hidden",)


def test_a_very_long_name_stays_in_its_box(hands: Hands) -> None:
    hands.press(Key.Key_BracketRight)
    add(hands, "lin")
    hands.model.rename(NodeName("fc"), "n" * 300)
    hands.settle()
    assert f"self.{'n' * 300} = nn.Linear(2, 16)" in hands.model.source
    assert not hands.panel.grab().isNull()


def test_nodes_are_made_a_block_of_which_copies_are_added(hands: Hands) -> None:
    hands.press(Key.Key_BracketRight)
    add(hands, "lin")
    add(hands, "relu")
    hands.model.select([NodeName("fc"), NodeName("relu")])
    hands.press(Key.Key_G)
    hands.type_in_place("stage")
    assert "# block: stage" in hands.model.source
    hands.model.select([])
    add(hands, "stage")
    assert {node.block for node in hands.model.network.nodes} == {"", "stage", "stage2"}
    hands.press(Key.Key_G, SHIFT)
    assert {node.block for node in hands.model.network.nodes} == {"", "stage"}


def test_a_skip_is_built_by_branching_and_joining(hands: Hands) -> None:
    hands.press(Key.Key_BracketRight)
    add(hands, "lin")
    hands.press(Key.Key_Return)
    hands.type_in_place("2", Key.Key_Tab)
    hands.type_in_place("2")
    hands.model.select([NodeName("x"), NodeName("fc")])
    add(hands, "skip")
    assert hands.lines() == ["fc = self.fc(x)", "add = x + fc", "return add"]
    assert hands.model.known.misfits == {}


def test_a_node_is_connected_by_typing(hands: Hands) -> None:
    hands.press(Key.Key_BracketRight)
    hands.press(Key.Key_B)
    hands.type_layer("lin")  # a branch: what was there stays
    assert hands.lines() == ["fc = self.fc(x)", "return x"]
    hands.press(Key.Key_C)
    hands.type_layer("output 2")
    assert hands.lines() == ["fc = self.fc(x)", "return x, fc"]


def test_what_cannot_go_round_in_a_circle_says_so(hands: Hands) -> None:
    hands.press(Key.Key_BracketRight)
    add(hands, "lin")
    add(hands, "relu")
    hands.press(Key.Key_C)
    hands.type_layer("fc")
    assert hands.panel.card.sentence.text() == "relu cannot go into fc: it needs the result of fc."


def test_wrong_values_are_refused_in_a_sentence(hands: Hands) -> None:
    hands.press(Key.Key_BracketRight)
    add(hands, "lin")
    for text, words in (("yes", "must be a value"), ("1 +", "no Python expression"), ("-3", "cannot be computed")):
        hands.press(Key.Key_Return)
        hands.qtbot.keyClick(hands.panel.in_place.field, Key.Key_Tab)
        hands.type_in_place(text)
        assert words in hands.panel.card.sentence.text()
        hands.qtbot.keyClick(hands.panel.in_place.field, Key.Key_Escape)
    hands.press(Key.Key_Z, CONTROL)
    hands.settle()
    assert hands.settings("fc")["out_features"] == "16"
    hands.model.select([NodeName("x")])
    hands.press(Key.Key_Return)
    hands.type_in_place("two")
    assert "is no shape" in hands.panel.card.sentence.text()
