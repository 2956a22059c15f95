"""Programs as courses write them are drawn, and what cannot be is said by its line."""

import pytest

from engine.network import edits
from engine.network.errors import CannotDrawError
from engine.network.parse import parse_network
from engine.network.source import write_source
from tests.engine.network.course_programs import COURSE
from tests.engine.network.drawn_programs import HEAD, check_program
from tests.engine.network.modern_programs import MODERN


@pytest.mark.parametrize("name", COURSE)
def test_what_is_drawn_computes_the_same(name):
    check_program(*COURSE[name])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("self.b.weight = self.a.weight", "the canvas has no layers that share a weight"),
        ("self.c = {'x': nn.ReLU()}['y']", "nothing stands under 'y'"),
        ("self.add_module('a b', nn.ReLU())", "the name of this layer is not known"),
        ("self.c = nn.TransformerEncoder(nn.ReLU())", "needs its layer and how many there are"),
        ("self.c, self.d = 3", "what goes into these names is not known"),
    ],
)
def test_what_a_constructor_cannot_be_is_said(line, reason):
    body = f"        self.a = nn.Linear(2, 2)\n        self.b = nn.Linear(2, 2)\n        {line}\n"
    text = f"{HEAD}class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n{body}"
    text += "    def forward(self, x):\n        return self.b(self.a(x))\n"
    with pytest.raises(CannotDrawError, match=reason) as caught:
        parse_network(text)
    assert text.splitlines()[caught.value.line - 1].strip() == line


def test_numbers_that_fill_weights_are_no_part_of_a_drawing():
    text = f"{HEAD}class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    text += "        self.a = nn.Linear(2, 2)\n        self.a.weight.data.normal_(0, 0.02)\n"
    text += "    def forward(self, x):\n        return self.a(x)\n"
    assert [node.name for node in parse_network(text).nodes][1:2] == ["a"]


PROGRAMS = COURSE | MODERN


def blocks_of(name):
    return {node.block for node in parse_network(HEAD + PROGRAMS[name][0]).nodes}


def test_layers_of_a_list_that_take_turns_with_others_are_no_block():
    assert blocks_of("a U-Net that takes its skips from a list") == {
        "", "downs_0_net", "downs_1_net", "bottleneck_net", "ups_1_net", "ups_3_net",
    }  # fmt: skip
    assert blocks_of("activations chosen by name") == {""}


def test_a_block_around_another_stays():
    assert {"blocks_0", "blocks_0_mlp"} <= blocks_of("parameters and buffers of its own")


def test_a_block_that_a_person_made_stays():
    network = parse_network(HEAD + COURSE["activations chosen by name"][0])
    ends = [node.name for node in network.nodes if node.type == "Linear"]
    grouped = edits.group(network, [ends[0], ends[-1]], "ends")
    assert parse_network(write_source(grouped)) == grouped
