"""Edits of a network, and their refusals."""

import pytest

from engine.network import edits
from engine.network.errors import NetworkError
from engine.network.names import next_name
from engine.network.network import Link, Network, Node, NodeKind, NodeName, Setting
from engine.network.parse import parse_network
from engine.network.source import write_source
from engine.network.templates import templates

A, B, OUT = NodeName("a1"), NodeName("b1"), NodeName("out")


def linear(name: NodeName, size_in: int = 2, size_out: int = 3) -> Node:
    settings = (Setting("in_features", str(size_in)), Setting("out_features", str(size_out)))
    return Node(name=name, kind=NodeKind.LAYER, type="Linear", settings=settings)


@pytest.fixture
def chain() -> Network:
    network = Network()
    for node in (Node(name=NodeName("x"), kind=NodeKind.INPUT), linear(A), linear(B, 3, 1),
                 Node(name=OUT, kind=NodeKind.OUTPUT)):  # fmt: skip
        network = edits.add(network, node)
    for source, target in (("x", A), (A, B), (B, OUT)):
        network = edits.connect(network, Link(NodeName(source), 0, target, 0))
    return network


def test_a_network_is_built_step_by_step(chain: Network) -> None:
    assert write_source(chain).splitlines()[5:] == [
        "    def __init__(self) -> None:",
        "        super().__init__()",
        "        self.a1 = nn.Linear(2, 3)",
        "        self.b1 = nn.Linear(3, 1)",
        "",
        "    def forward(self, x: torch.Tensor) -> torch.Tensor:",
        "        x = self.a1(x)",
        "        x = self.b1(x)",
        "        return x",
    ]


def test_an_input_takes_one_link_and_an_output_many(chain: Network) -> None:
    changed = edits.connect(chain, Link(NodeName("x"), 0, B, 0))
    assert [link.source for link in changed.links if link.target == B] == ["x"]
    both = edits.connect(chain, Link(A, 0, OUT, 1))
    assert write_source(both).splitlines()[-3:] == [
        "        x = self.a1(x)",
        "        b1 = self.b1(x)",
        "        return b1, x",
    ]


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        (Link(B, 0, A, 0), "b1 cannot go into a1: it needs the result of a1."),
        (Link(A, 1, B, 0), "a1 has no output 2."),
        (Link(A, 0, B, 1), "b1 has no input 2."),
        (Link(NodeName("nobody"), 0, B, 0), "There is no nobody in the network."),
        (Link(OUT, 0, B, 0), "out has no output 1."),
    ],
)
def test_a_wrong_link_is_refused(chain: Network, link: Link, sentence: str) -> None:
    with pytest.raises(NetworkError, match=sentence.replace(".", r"\.")):
        edits.connect(chain, link)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("b1", "There is a b1 already."),
        ("2b", "“2b” is no name"),
        ("class", "“class” is no name"),
        ("forward", "already means something"),
        ("torch", "already means something"),
    ],
)
def test_a_wrong_name_is_refused(chain: Network, name: str, sentence: str) -> None:
    with pytest.raises(NetworkError, match=sentence):
        edits.rename(chain, A, name)


def test_a_new_name_is_used_everywhere(chain: Network) -> None:
    renamed = edits.rename(chain, A, "hidden")
    assert "self.hidden = nn.Linear(2, 3)" in write_source(renamed)
    assert {link.source for link in renamed.links} == {"x", "hidden", B}


def test_settings_are_set_and_given_back(chain: Network) -> None:
    without = edits.set_setting(chain, A, "bias", "False")
    assert "nn.Linear(2, 3, bias=False)" in write_source(without)
    assert edits.set_setting(without, A, "bias", "") == chain
    for setting, text, sentence in (
        ("colour", "1", "Linear has no setting colour."),
        ("bias", "1 +", "no Python expression"),
        ("bias", "yes", "must be a value"),
        ("bias", "__import__('os')", "is no known function"),
    ):
        with pytest.raises(NetworkError, match=sentence):
            edits.set_setting(chain, A, setting, text)


def test_a_copy_has_names_and_blocks_of_its_own(chain: Network) -> None:
    grouped = edits.group(chain, {A, B}, "stage")
    copied, names = edits.duplicate(grouped, {A, B})
    assert names == ("a2", "b2")
    assert {node.block for node in copied.nodes} == {"", "stage", "stage2"}
    assert Link(NodeName("a2"), 0, NodeName("b2"), 0) in copied.links
    assert edits.remove(copied, set(names)) == grouped
    assert edits.ungroup(grouped, "stage") == chain


def test_what_shared_a_removed_layer_gets_its_own(chain: Network) -> None:
    again = Node(name=NodeName("again"), kind=NodeKind.LAYER, type="Linear", same_as=A)
    left = edits.remove(edits.add(chain, again), {A})
    assert edits.node_of(left, NodeName("again")).settings == edits.node_of(chain, A).settings


def test_nodes_are_moved_and_aligned(chain: Network) -> None:
    moved = edits.move(chain, {A}, 30, 10)
    aligned = edits.align(moved, {A, B}, edits.Edge.LEFT)
    assert edits.node_of(moved, A).x_px == 30
    assert {edits.node_of(aligned, name).x_px for name in (A, B)} == {0}
    assert {edits.node_of(edits.align(moved, {A, B}, edits.Edge.TOP), name).y_px for name in (A, B)} == {0}


def test_what_is_missing_is_said(chain: Network) -> None:
    with pytest.raises(NetworkError, match=r"b1 has nothing at its input input\."):
        write_source(edits.disconnect(chain, Link(A, 0, B, 0)))
    with pytest.raises(NetworkError, match="The network has no output"):
        write_source(edits.remove(chain, {OUT}))
    with pytest.raises(NetworkError, match="needs its out_features"):
        write_source(edits.set_setting(chain, A, "out_features", ""))


def test_every_template_can_be_pasted_into_another() -> None:
    network = templates()[0].network
    for template in templates():
        network, _ = edits.pasted(network, template.network)
    assert parse_network(write_source(network)).nodes


def test_an_expression_does_something(chain: Network) -> None:
    free = edits.add(chain, Node(name=NodeName("e"), kind=NodeKind.EXPRESSION, text="a * 2"))
    with pytest.raises(NetworkError, match="“a” alone is what comes in"):
        edits.set_text(free, NodeName("e"), "(a)")
    assert edits.node_of(edits.set_text(free, NodeName("e"), "-a"), NodeName("e")).text == "-a"


@pytest.mark.parametrize(
    ("wanted", "taken", "name"),
    [
        ("act3", {"act1", "act2", "act3"}, "act4"),
        ("act1", {"act1", "act2", "act3"}, "act4"),
        ("fc", {"fc"}, "fc2"),
        ("fc_1", {"fc_1", "fc_2"}, "fc_3"),
        ("block09", {"block09"}, "block10"),
        ("fc2", {"fc1"}, "fc2"),
        ("i", {"i1"}, "i"),
    ],
)
def test_the_next_name_is_counted_on(wanted, taken, name):
    assert next_name(wanted, taken) == name


def test_a_new_layer_is_counted_with_those_that_are_there():
    network = Network(nodes=tuple(Node(name=NodeName(f"fc{number}"), kind=NodeKind.LAYER) for number in (1, 2)))
    assert edits.suggested_name(network, "Fc") == "fc3"
    assert edits.suggested_name(network, "tanh") == "tanh"
