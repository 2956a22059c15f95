"""Random walks through the edits of a network: nothing fails, everything can be undone, and the text stays true."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.network import edits
from engine.network.errors import NetworkError
from engine.network.network import Link, NodeKind
from engine.network.order import normal
from engine.network.parse import parse_network
from engine.network.templates import templates
from gui.builder.scene import Scene
from gui.model.network import NetworkModel
from gui.model.network_changes import After, Free, FromPort, NewNode, OnLink
from gui.model.network_layout import refolded, tidied

NEW = [NewNode(NodeKind.LAYER, name) for name in ("Linear", "LSTM", "MultiheadAttention", "Flatten", "Dropout")]
NEW += [NewNode(NodeKind.FUNCTION, name) for name in ("add", "cat", "permute", "softmax")]
NEW += [NewNode(kind) for kind in NodeKind if kind not in {NodeKind.LAYER, NodeKind.FUNCTION}]


class Walk:
    """Does what the drawn numbers say."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.model = NetworkModel(data.draw(st.sampled_from(templates())).network)

    def step(self) -> None:
        steps = (
            self.add, self.add, self.connect, self.connect, self.remove, self.cut_wire, self.set, self.rename,
            self.move, self.copy, self.group, self.fold, self.tidy, self.undo, self.redo, self.read,
        )  # fmt: skip
        self.data.draw(st.sampled_from(steps))()

    def names(self) -> list:
        nodes = [node.name for node in self.model.network.nodes]
        return self.data.draw(st.lists(st.sampled_from(nodes), max_size=3, unique=True)) if nodes else []

    def add(self) -> None:
        network, names = self.model.network, tuple(self.names())
        places: list = [Free(self.data.draw(st.integers(-500, 500)), 20.0)]
        if network.links:
            places.append(OnLink(self.data.draw(st.sampled_from(network.links))))
        if names:
            places += [After(names), After(names[:1], is_branch=True), FromPort(names[0], 0, Free(0, 0))]
        self.model.add_node(self.data.draw(st.sampled_from(NEW)), self.data.draw(st.sampled_from(places)))

    def connect(self) -> None:
        names = self.names()
        if len(names) > 1:
            self.model.connect(Link(names[0], self.data.draw(st.integers(0, 2)), names[1],
                                    self.data.draw(st.integers(0, 3))))  # fmt: skip

    def remove(self) -> None:
        self.model.select(self.names())
        self.model.remove_selection()

    def cut_wire(self) -> None:
        if self.model.network.links:
            self.model.select((), self.data.draw(st.sampled_from(self.model.network.links)))
            self.model.remove_selection()

    def set(self) -> None:
        for name in self.names():
            node = edits.node_of(self.model.network, name)
            for setting in node.settings[:1]:
                self.model.set_setting(
                    name, setting.name, self.data.draw(st.sampled_from(("3", "", "(1, 2)", "x", "[")))
                )

    def rename(self) -> None:
        for name in self.names()[:1]:
            self.model.rename(name, self.data.draw(st.sampled_from(("a", "x", "fc1", "class", "ünï", "n" * 300))))

    def move(self) -> None:
        self.model.select(self.names())
        self.model.move_selection(self.data.draw(st.integers(-300, 300)), self.data.draw(st.integers(-300, 300)))

    def copy(self) -> None:
        self.model.select(self.names())
        self.model.copy()
        self.model.paste()

    def group(self) -> None:
        self.model.select(self.names())
        self.model.group(self.data.draw(st.sampled_from(("stage", "b", "1"))))

    def fold(self) -> None:
        blocks = list(dict.fromkeys(node.block for node in self.model.network.nodes if node.block))
        if blocks:
            block, is_folded = self.data.draw(st.sampled_from(blocks)), self.data.draw(st.booleans())
            self.model.edit(lambda network: refolded(network, (block,), is_folded=is_folded), moves_only=True)

    def tidy(self) -> None:
        self.model.tidy()

    def undo(self) -> None:
        self.model.undo()

    def redo(self) -> None:
        self.model.redo()

    def read(self) -> None:
        if self.model.source:
            before = normal(self.model.network)
            assert self.model.read_text(self.model.source) is None
            assert normal(self.model.network) == before


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_walk_leads_astray(data: st.DataObject) -> None:
    walk = Walk(data)
    model, start = walk.model, walk.model.network
    for _ in range(data.draw(st.integers(1, 15))):
        walk.step()
        scene = Scene(model.network, model.known)
        block_of = {node.name: node.block for node in model.network.nodes if node.block in model.network.folded}
        inside = [link for link in model.network.links if link.source in block_of
                  and block_of[link.source] == block_of.get(link.target)]  # fmt: skip
        assert len(scene.wires) == len(model.network.links) - len(inside)
        assert {name for box in scene.boxes.values() for name in box.members} == {
            node.name for node in model.network.nodes
        }
        assert all(scene.bounds_of((name,)) is not None for name in model.selection)
        assert bool(model.source) != bool(model.source_trouble)
    end = model.network
    assert len(tidied(end).nodes) == len(end.nodes)
    try:
        if model.source:
            assert parse_network(model.source) == normal(end)
    except NetworkError as error:
        raise AssertionError(model.source) from error
    while model.can_undo:
        model.undo()
    assert model.network == start
