"""Text and canvas are the same network, whichever is edited."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine.network.example import runnable_source
from engine.network.network import NodeName
from engine.network.order import normal
from engine.network.templates import templates
from gui.builder.source_view import TYPING_PAUSE_MS
from gui.model.network_changes import first_network
from gui.theme.tokens import ThemeName
from tests.gui.builder.conftest import Hands

BAD = (
    "import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n"
    "        super().__init__()\n        self.fc = nn.Linear(2, 3)\n\n"
    "    def forward(self, x):\n        if x.sum() > 0:\n            x = -x\n"
    "        return self.fc(x)\n"
)


def write(hands: Hands, text: str) -> None:
    """Replace the text as a person does, and let the typing pause go by."""
    hands.panel.source.edit.setFocus()
    hands.panel.source.edit.setPlainText(text)
    hands.panel.source.read()
    hands.settle()


def test_every_template_goes_to_the_text_and_back(hands: Hands) -> None:
    for template in templates():
        hands.start(template.network)
        text = hands.panel.source.edit.toPlainText()
        hands.start(first_network())
        write(hands, text)
        assert normal(hands.model.network) == normal(template.network)
        assert hands.model.known.misfits == {}
        hands.panel.surface.setFocus()


def test_a_typed_change_keeps_the_places(hands: Hands) -> None:
    hands.start(templates()[1].network)
    hands.model.select([NodeName("fc1")])
    hands.model.move_selection(100, 0)
    before = {node.name: node.x_px for node in hands.model.network.nodes}
    write(hands, hands.model.source.replace("nn.Linear(2, 8)", "nn.Linear(2, 12)"))
    assert hands.settings("fc1")["out_features"] == "12"
    assert hands.offers() == ["Set in_features to 12"]  # what the text says is not changed unasked
    assert {node.name: node.x_px for node in hands.model.network.nodes} == before


def test_the_line_that_cannot_be_drawn_is_told_and_nothing_is_lost(hands: Hands) -> None:
    before = hands.model.network
    write(hands, BAD)
    told = hands.panel.source.trouble
    assert told.isVisible()
    assert told.text() == "Line 11 cannot be drawn: which way an if goes is known when it runs."
    assert hands.panel.source.edit.extraSelections()[0].cursor.blockNumber() == 10
    assert hands.panel.source.edit.toPlainText() == BAD
    assert hands.model.network == before
    hands.panel.surface.setFocus()
    assert hands.panel.source.edit.toPlainText() == BAD
    write(hands, BAD.replace("if x.sum() > 0:\n            x = -x", "x = -x"))
    assert not told.isVisible()
    assert hands.settings("fc")["out_features"] == "3"


def test_a_text_that_is_opened_shows_the_line_that_cannot_be_drawn(hands: Hands) -> None:
    edit = hands.panel.source.edit
    hands.panel.source.show_text("# a line\n" * 200 + BAD)
    assert edit.extraSelections()[0].cursor.blockNumber() == 210
    numbers = [number for number, _top, _height in edit.number_rows()]
    assert numbers[0] < 211 < numbers[-1]


@pytest.mark.parametrize("text", ["", "x = 1\n", "class A(\n", "(" * 3000, "\0", "from torch import nn\n" + "é" * 100])
def test_what_is_no_network_says_so(hands: Hands, text: str) -> None:
    before = hands.model.network
    write(hands, text)
    assert hands.model.network == before
    assert hands.panel.source.trouble.isVisible() == bool(text)
    assert len(hands.panel.source.trouble.text()) < 200


def test_a_file_is_opened(hands: Hands, tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_text("from torch import nn\n\nmodel = nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 1))\n")
    hands.prompts.open_from = path
    hands.bench.book.qaction("network.open").trigger()
    hands.settle()
    assert [node.type for node in hands.model.network.nodes] == ["", "Linear", "ReLU", "Linear", ""]
    for content, words in ((b"\xff\xfe\x00", "is no text"), (None, "could not be read")):
        path.unlink() if content is None else path.write_bytes(content)
        hands.bench.book.qaction("network.open").trigger()
        assert words in hands.panel.card.sentence.text()


def test_the_source_goes_to_the_editor_and_comes_back(hands: Hands) -> None:
    hands.start(templates()[2].network)
    hands.press(Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    assert hands.bench.models.document.program == runnable_source(hands.model.network)
    assert hands.bench.models.document.title == "lenet.py"
    hands.start(first_network())
    hands.bench.book.refresh()
    hands.bench.book.qaction("network.read").trigger()
    hands.settle()
    assert normal(hands.model.network) == normal(templates()[2].network)


def test_another_theme_is_no_edit_of_the_text(hands: Hands) -> None:
    hands.start(templates()[3].network)
    hands.bench.models.theme.switch(ThemeName.DARK)
    QApplication.processEvents()  # the colours of the text come now, which Qt tells as a change of it
    hands.start(first_network())
    hands.qtbot.wait(2 * TYPING_PAUSE_MS)
    hands.settle()
    assert hands.lines() == ["return x"]
    hands.bench.models.theme.switch(ThemeName.LIGHT)
