"""New nodes are complete; every layer and function has its line of help."""

import pytest

from engine.network.catalogue import functions, layers, parameters_of
from engine.network.describe import other_words, summaries
from engine.network.edits import add, suggested_name
from engine.network.fresh import fresh_node, wanted_name
from engine.network.network import Network, NodeKind

KINDS = [(NodeKind.LAYER, name) for name in layers()] + [(NodeKind.FUNCTION, name) for name in functions()]


@pytest.mark.parametrize(("kind", "type_name"), KINDS, ids=str)
def test_a_new_node_has_every_setting_that_it_needs(kind: NodeKind, type_name: str) -> None:
    node = fresh_node(kind, type_name, suggested_name(Network(), wanted_name(Network(), kind, type_name)))
    given = {setting.name for setting in node.settings}
    assert given >= {parameter.name for parameter in parameters_of(node) if parameter.default is None}
    assert add(Network(), node).nodes[0].settings == node.settings


def test_everything_has_its_line() -> None:
    others = {kind.value for kind in NodeKind} - {"layer", "function"}
    assert set(summaries()) == set(layers()) | set(functions()) | others
    assert all(line and len(line) < 80 for line in summaries().values())
    assert "dense" in other_words()["Linear"]
