"""Blocks that stand alone: taken out of a network, written, read, and put into another one."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings

from engine.network import edits
from engine.network.blocks import block_alone, class_name, members_of, with_block
from engine.network.errors import NetworkError
from engine.network.network import Link, Network, NodeKind, NodeName
from engine.network.order import normal
from engine.network.parse import parse_network
from engine.network.source import write_source
from engine.network.templates import templates
from tests.engine.network.random_networks import networks

RESIDUAL = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(4, 8)
        self.fc1 = nn.Linear(8, 8)
        self.fc2 = nn.Linear(8, 8)
        self.head = nn.Linear(8, 2)
    def forward(self, x):
        # x: (N, 4)
        x = self.stem(x)
        a = self.fc1(x)  # block: residual
        a = torch.relu(a)  # block: residual
        a = self.fc2(a)  # block: residual
        x = x + a  # block: residual
        return self.head(x)
"""


@settings(max_examples=80, deadline=None)
@given(networks())
def test_a_block_that_stands_alone_is_written_and_read_again(network: Network) -> None:
    blocks = list(dict.fromkeys(node.block for node in network.nodes if node.block))
    assume(blocks)
    alone = block_alone(network, blocks[0])
    try:
        source = write_source(alone)
    except NetworkError as error:
        assert "state of LSTM" in str(error)  # noqa: PT017 - the one thing that a random network may lack
        return
    assert parse_network(source) == normal(alone)
    joined, put = with_block(network, parse_network(source), blocks[0])
    assert len(put.names) == len(members_of(network, blocks[0]))
    assert set(network.nodes) <= set(joined.nodes), "what was there stays as it was"
    again = block_alone(joined, f"{blocks[0]}2")
    assert layers_of(again) == layers_of(alone)


def layers_of(network: Network) -> list[str]:
    return sorted(f"{node.type} {node.settings}" for node in network.nodes if node.kind is NodeKind.LAYER)


def test_what_one_result_feeds_is_one_input() -> None:
    network = parse_network(RESIDUAL)
    alone = block_alone(network, "residual", {(NodeName("stem"), 0): (8,)})
    assert alone.name == "Residual"
    assert [(node.name, node.shape) for node in alone.nodes if node.kind is NodeKind.INPUT] == [("x", (8,))]
    joined, put = with_block(network, alone, "residual")
    assert len(put.inputs) == 1
    assert len(put.inputs[0]) == 2
    assert len(put.outputs) == 1
    for port in put.inputs[0]:
        joined = edits.connect(joined, Link(NodeName("stem"), 0, *port))
    assert {node.block for node in joined.nodes} == {"", "residual", "residual2"}


def test_what_folds_and_what_a_block_is_called_is_no_part_of_the_source() -> None:
    network = parse_network(RESIDUAL)
    folded = edits.fold(network, ("residual",), is_folded=True)
    assert folded.folded == ("residual",)
    assert normal(folded) == normal(network)
    assert parse_network(write_source(folded)) == network
    renamed = edits.rename_block(folded, "residual", "skip")
    assert renamed.folded == ("skip",)
    assert edits.ungroup(renamed, "skip").folded == ()
    assert edits.remove(renamed, members_of(renamed, "skip")).folded == ()
    copy, names = edits.pasted(renamed, edits.copied(renamed, members_of(renamed, "skip")))
    assert len(names) == 4
    assert copy.folded == ("skip", "skip2")
    with pytest.raises(NetworkError, match="no name"):
        edits.rename_block(renamed, "skip", "1 2")


def test_a_layer_that_used_parameters_outside_gets_its_own() -> None:
    text = RESIDUAL.replace("self.fc2(a)", "self.stem2(a)").replace("self.head(x)", "self.head(self.stem2(x))")
    text = text.replace("self.fc2 =", "self.stem2 =")
    network = parse_network(text)
    owner = next(node for node in network.nodes if node.name == "stem2")
    shared = replace(network, nodes=tuple(
        replace(node, block="") if node is owner else node for node in network.nodes))  # fmt: skip
    other = next(node.name for node in shared.nodes if node.same_as)
    alone = block_alone(edits.group(edits.ungroup(shared, "residual"), [other], "own"), "own")
    assert [(node.type, bool(node.settings), node.same_as) for node in alone.nodes if node.type] == [
        ("Linear", True, "")
    ]


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.title)
def test_every_template_can_be_a_block(template: object) -> None:
    network: Network = template.network  # type: ignore[attr-defined]  # a parametrized fixture is an object
    inside = [node.name for node in network.nodes if node.kind not in {NodeKind.INPUT, NodeKind.OUTPUT}]
    plain = replace(network, nodes=tuple(replace(node, block="") for node in network.nodes))
    alone = block_alone(edits.group(plain, inside, "whole"), "whole")
    assert write_source(alone).count("nn.") >= 1


def test_names_of_classes() -> None:
    assert class_name("conv_block") == "ConvBlock"
    assert class_name("b2") == "B2"
    assert class_name("2 is a word") == "n2IsAWord"
    assert class_name("…") == "node"
