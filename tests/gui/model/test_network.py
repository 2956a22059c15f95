"""The model of the network that is built, with answers given by hand: no torch, no window."""

from dataclasses import replace
from itertools import combinations

import pytest

from engine.network import edits
from engine.network.network import Link, Network, Node, NodeKind, NodeName
from engine.network.templates import templates
from engine.protocol.network import InsertFix, Misfit, NetworkAnswer, NodeFacts, SetFix, Settled
from gui.model.network import NetworkModel
from gui.model.network_boxes import box_of
from gui.model.network_changes import After, Free, NewNode, OnLink
from gui.model.network_layout import kept_tidy, tidied
from gui.model.network_rows import fields_of
from gui.model.network_talk import Question, Refusal

X, FC1, FC2 = NodeName("x"), NodeName("fc1"), NodeName("fc2")
LINEAR = NewNode(NodeKind.LAYER, "Linear")


class Torch:
    """Takes the questions, and answers when told to."""

    def __init__(self, model: NetworkModel) -> None:
        self.questions: list[Question] = []
        self.refusals: list[Refusal] = []
        self.model = model
        model.asked.connect(self.questions.append)
        model.refused.connect(lambda refusal: None if refusal is None else self.refusals.append(refusal))

    @property
    def last(self) -> Question:
        return self.questions[-1]

    def answer(self, *misfits: Misfit, settled: tuple[Settled, ...] = ()) -> None:
        wrong = {misfit.name for misfit in misfits}
        nodes = tuple(
            NodeFacts(name=node.name, shapes=((32, 8),), parameters=1)
            for node in self.last.request.network.nodes
            if node.name not in wrong
        )
        self.model.take_answer(self.last, NetworkAnswer(nodes=nodes, misfits=misfits, settled=settled))


@pytest.fixture
def model() -> NetworkModel:
    return NetworkModel(templates()[1].network)


@pytest.fixture
def torch(model: NetworkModel) -> Torch:
    found = Torch(model)
    model.ask()
    return found


def test_what_a_text_says_is_kept_until_it_fits_and_follows_from_then_on(model: NetworkModel, torch: Torch) -> None:
    assert torch.last.request.follows == ()
    torch.answer()
    model.set_setting(FC1, "out_features", "5")
    assert set(torch.last.request.follows) == {FC1, FC2, "fc3"}
    torch.answer(settled=(Settled(name=FC2, setting="in_features", text="5"),))
    assert "self.fc2 = nn.Linear(5, 8)" in model.source
    model.undo()
    assert "self.fc2 = nn.Linear(8, 8)" in model.source  # what followed goes back with what it followed


def test_a_size_that_a_person_gives_is_not_changed_unasked(model: NetworkModel, torch: Torch) -> None:
    torch.answer()
    model.set_setting(FC2, "in_features", "3")
    assert FC2 not in torch.last.request.follows
    torch.answer(Misfit(name=FC2, text="fc2 wants 3.", fixes=(SetFix("in_features", "8"),)))
    model.set_setting(FC1, "bias", "False")
    assert FC2 not in torch.last.request.follows
    (offer,) = model.offers_of(FC2)
    assert offer.text == "Set in_features to 8"
    offer.take()
    torch.answer()
    model.set_setting(FC1, "bias", "")
    assert FC2 in torch.last.request.follows


def test_an_answer_that_was_overtaken_is_dropped(model: NetworkModel, torch: Torch) -> None:
    first = torch.last
    model.set_setting(FC1, "out_features", "5")
    model.take_answer(first, NetworkAnswer(trouble="too late"))
    assert model.known.trouble == ""
    assert model.is_waiting
    torch.answer()
    assert not model.is_waiting


def test_a_connection_is_tried_out_before_it_is_made(model: NetworkModel, torch: Torch) -> None:
    torch.answer()
    before, link = model.network, Link(X, 0, NodeName("fc3"), 0)
    model.connect(link)
    assert model.network == before
    assert model.trial == torch.last.link == link
    torch.answer(Misfit(name=NodeName("fc3"), text="It does not fit.", fixes=(InsertFix("Flatten"),)))
    assert model.network == before
    (refusal,) = torch.refusals
    assert [offer.text for offer in refusal.offers] == ["Put Flatten before it", "Connect anyway"]
    refusal.offers[0].take()
    assert [node.type for node in model.network.nodes].count("Flatten") == 1
    model.undo()
    assert model.network == before
    model.connect(link)
    torch.answer()
    assert link in model.network.links


def test_an_edit_while_a_connection_is_tried_out_makes_it_first(model: NetworkModel, torch: Torch) -> None:
    torch.answer()
    link = Link(X, 0, NodeName("fc3"), 0)
    model.connect(link)
    tried = torch.last
    model.set_setting(FC1, "bias", "False")
    assert link in model.network.links
    model.take_answer(tried, NetworkAnswer(misfits=(Misfit(name=NodeName("fc3"), text="late"),)))
    assert torch.refusals == []


def test_before_torch_has_answered_everything_is_made_at_once(model: NetworkModel, torch: Torch) -> None:
    link = Link(X, 0, NodeName("fc3"), 0)
    model.connect(link)
    assert link in model.network.links
    model.connect(Link(NodeName("fc3"), 0, FC1, 0))
    assert link in model.network.links
    assert [refusal.text for refusal in torch.refusals] == []


def test_a_circle_is_refused(model: NetworkModel, torch: Torch) -> None:
    model.connect(Link(FC2, 0, FC1, 0))
    assert [refusal.text for refusal in torch.refusals] == [
        "fc2 cannot go into fc1: it needs the result of fc1."
    ]  # fmt: skip


def test_moves_ask_nothing_and_are_one_step(model: NetworkModel, torch: Torch) -> None:
    torch.answer()
    count, before = len(torch.questions), model.network
    model.select([FC1])
    for _ in range(5):
        model.move_selection(3, 4, "drag 1")
    assert len(torch.questions) == count
    model.move_selection(1, 0, "drag 2")
    model.undo()
    assert edits.node_of(model.network, FC1).x_px == edits.node_of(before, FC1).x_px + 15
    model.undo()
    assert model.network == before
    assert not model.can_undo
    assert model.can_redo


def test_a_tidy_network_stays_tidy_and_a_moved_one_stays_as_it_is(model: NetworkModel) -> None:
    model.add_node(LINEAR, After((FC1,)))
    assert tidied(model.network) == model.network
    model.move_selection(200, 0)
    places = {node.name: node.x_px for node in model.network.nodes}
    model.add_node(LINEAR, OnLink(model.network.links[0]))
    assert {name: edits.node_of(model.network, name).x_px for name in places} == places
    assert kept_tidy(model.network, model.network) == model.network


def test_taking_a_layer_out_joins_the_ends(model: NetworkModel) -> None:
    model.select([FC2, NodeName("act2")])
    model.remove_selection()
    links = {(link.source, link.target) for link in model.network.links}
    assert ("act1", "fc3") in links
    assert model.selection == ()


def test_what_is_copied_outlives_its_network(model: NetworkModel) -> None:
    model.select([FC1, NodeName("act1")])
    model.copy()
    model.replace(templates()[0].network)
    model.paste()
    assert set(model.selection) == {"fc1", "act1"}
    assert Link(FC1, 0, NodeName("act1"), 0) in model.network.links


def test_a_piece_is_put_where_it_is_wanted(model: NetworkModel) -> None:
    model.add_piece(templates()[3].network, Free(2000, 1000))
    new = [edits.node_of(model.network, name) for name in model.selection]
    assert min(node.x_px for node in new) > 1000
    assert sum(node.kind is NodeKind.OUTPUT for node in model.network.nodes) == 1


def test_a_text_that_is_no_network_changes_nothing(model: NetworkModel) -> None:
    before = model.network
    trouble = model.read_text(
        "from torch import nn\nclass N(nn.Module):\n    def forward(self, x):\n        x[0] = 1\n"
    )
    assert trouble is not None
    assert trouble.line == 4
    assert model.network == before


def test_typing_in_the_text_is_one_step(model: NetworkModel) -> None:
    before, text = model.network, model.source
    for width in ("1", "12", "128"):
        assert model.read_text(text.replace("nn.Linear(2, 8)", f"nn.Linear(2, {width})")) is None
    model.undo()
    assert model.network == before


def test_what_is_missing_is_said_in_place_of_the_source() -> None:
    model = NetworkModel(Network(nodes=(Node(name=X, kind=NodeKind.INPUT, shape=(2,)),)))
    assert model.source == ""
    assert model.source_trouble == "The network has no output."


@pytest.mark.parametrize("edge", edits.Edge)
def test_aligned_nodes_do_not_lie_on_each_other(model, edge):
    model.select([node.name for node in model.network.nodes])
    before = model.network
    model.align(edge)
    boxes = [box_of(model.network, node) for node in model.network.nodes]
    assert len({box.x if edge is edits.Edge.LEFT else box.y for box in boxes}) == 1
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))
    model.undo()
    assert model.network == before


@pytest.mark.parametrize("count", [1, 3, None])
def test_copies_lie_on_nothing_else(model, count):
    names = [node.name for node in model.network.nodes][:count]
    for _ in range(3):
        model.select(names)
        model.duplicate()
    boxes = [box_of(model.network, node) for node in model.network.nodes]
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))


def test_the_shape_of_an_input_that_is_not_known_is_asked_for() -> None:
    node = Node(name=NodeName("x"), kind=NodeKind.INPUT)
    assert (fields_of(node)[0].row.value, fields_of(node)[0].default) == ("", "as 1, 8, 8")
    known = replace(node, shape=(1, 8, 8))
    assert fields_of(known)[0].row.value == "1 × 8 × 8"
