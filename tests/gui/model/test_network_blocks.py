"""Blocks that are kept, folded, and put into networks."""

import pytest

from engine.network import edits
from engine.network.blocks import members_of
from engine.network.network import Link, NodeName
from engine.network.parse import parse_network
from gui.bridge.block_folder import BlockFolder
from gui.model.network import NetworkModel
from gui.model.network_blocks import BlockShelf
from gui.model.network_boxes import box_of, frames_of
from gui.model.network_changes import After, Free, FromPort, OnLink
from gui.model.network_folds import folded_places, outer_ports
from gui.model.network_insertion import put_block
from gui.model.network_layout import refolded, tidied
from tests.engine.network.test_blocks import RESIDUAL


@pytest.fixture
def model():
    return NetworkModel(parse_network(RESIDUAL))


@pytest.fixture
def shelf(tmp_path):
    made = BlockShelf(BlockFolder(tmp_path / "blocks"))
    made.sentences = []
    made.refused.connect(made.sentences.append)
    return made


def test_a_kept_block_is_there_on_another_day(model, shelf, tmp_path):
    assert shelf.keep(model, "residual")
    text = (tmp_path / "blocks" / "residual.py").read_text()
    assert "class Residual(nn.Module)" in text
    other = BlockShelf(BlockFolder(tmp_path / "blocks"))
    assert [block.name for block in other.blocks] == ["residual"]
    assert other.blocks[0].summary == "Linear, relu, Linear, add"
    assert other.rename("residual", "skip")
    assert [block.name for block in other.blocks] == ["skip"]
    assert other.delete("skip")
    assert not other.blocks
    other.put_back()
    assert [block.name for block in other.blocks] == ["skip"]
    assert (tmp_path / "blocks" / "skip.py").read_text() == text


def test_a_block_that_takes_the_place_of_another_can_be_taken_back(model, shelf):
    shelf.keep(model, "residual")
    model.edit(lambda network: edits.set_setting(network, NodeName("fc1"), "bias", "False"))
    shelf.keep(model, "residual")
    changed = shelf.get("residual").piece
    shelf.put_back()
    assert shelf.get("residual").piece != changed


def test_bad_files_give_one_sentence_each(model, shelf, tmp_path):
    folder = tmp_path / "blocks"
    folder.mkdir()
    (folder / "broken.py").write_text("class X(nn.Module:\n")
    (folder / "danger.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nimport os\nos.abort()\n")
    (folder / "binary.py").write_bytes(b"\xff\xfe\x00")
    (folder / "2.py").write_text(RESIDUAL)
    (folder / "notes.txt").write_text("no block")
    (folder / "folder.py").mkdir()
    told = {block.name: block.trouble for block in shelf.blocks}
    assert set(told) == {"broken", "danger", "binary", "2", "folder"}
    assert told["danger"] == "danger cannot be drawn: The program defines no nn.Module and no nn.Sequential."
    assert told["binary"] == "binary could not be read: it is no text."
    assert "no name" in told["2"]
    assert all(told.values())
    assert not (tmp_path / "ran").exists(), "nothing of a block is run"
    assert not shelf.rename("residual", "x")
    shelf.keep(model, "residual")
    assert not shelf.rename("residual", "a b")
    assert not shelf.rename("residual", "broken")
    assert shelf.sentences[-1] == "A block called broken is kept already."
    assert shelf.delete("broken")


def test_a_folder_that_cannot_be_written_is_told(model, tmp_path):
    (tmp_path / "blocks").write_text("a file in its place")
    shelf = BlockShelf(BlockFolder(tmp_path / "blocks"))
    told = []
    shelf.refused.connect(told.append)
    assert not shelf.keep(model, "residual")
    assert told[0].startswith("residual could not be kept: ")
    assert shelf.blocks == ()


def test_folding_makes_one_box_and_opening_gives_all_back(model):
    network = model.network
    folded = refolded(network, ("residual",), is_folded=True)
    assert frames_of(folded) == {}
    place = folded_places(folded)["residual"]
    others = [box_of(folded, node) for node in folded.nodes if not node.block]
    assert not any(place.meets(other) for other in others)
    assert [len(port) for port in outer_ports(folded, "residual")[0]] == [2]
    assert max(box.bottom for box in others) < max(box_of(network, node).bottom for node in network.nodes)
    assert tidied(folded) == folded
    assert refolded(folded, ("residual",), is_folded=False) == network
    model.edit(lambda old: refolded(old, ("residual",), is_folded=True), moves_only=True)
    assert model.source == NetworkModel(parse_network(RESIDUAL)).source
    model.undo()
    assert model.network.folded == ()


def test_a_block_is_put_where_it_is_wanted(model, shelf):
    shelf.keep(model, "residual")
    piece = shelf.get("residual").piece
    assert put_block(model, piece, "residual", After((NodeName("stem"),)))
    network = model.network
    assert {node.block for node in network.nodes} == {"", "residual", "residual2"}
    new = set(members_of(network, "residual2"))
    assert {link.target for link in network.links if link.source == "stem"} & new
    assert not model.source_trouble
    model.undo()
    link = next(link for link in model.network.links if link.target == "head")
    assert put_block(model, piece, "residual", OnLink(link))
    assert not model.source_trouble
    assert link not in model.network.links
    assert put_block(model, piece, "residual", Free(500.0, 500.0))
    new = members_of(model.network, "residual3")
    assert not any(link.target in new and link.source not in new for link in model.network.links)
    assert put_block(model, piece, "again", FromPort(NodeName("head"), 0, Free(0.0, 900.0)))
    feeding = [one for one in model.network.links if one.source == "head" and one.target != "output"]
    assert len(feeding) == 2
    assert all(isinstance(one, Link) for one in feeding)
