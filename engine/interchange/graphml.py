"""A view graph as GraphML, for yEd, Gephi, networkx and others."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from engine.graph.view import ViewEdge, ViewGraph, ViewNode
from engine.interchange.texts import xml_text

_HEARD_EVERY = 500
_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_SCHEMA = (
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    f'xsi:schemaLocation="{_NAMESPACE} {_NAMESPACE}/1.0/graphml.xsd"'
)


class _Key(NamedTuple):
    """An attribute that nodes or edges have."""

    identity: str
    target: str
    name: str
    kind: str


_NODE_KEYS = (
    _Key("d0", "node", "key", "string"),
    _Key("d1", "node", "title", "string"),
    _Key("d2", "node", "subtitle", "string"),
    _Key("d3", "node", "kind", "string"),
    _Key("d4", "node", "category", "string"),
    _Key("d5", "node", "step", "long"),
    _Key("d6", "node", "group", "string"),
)
_EDGE_KEYS = (
    _Key("d7", "edge", "kind", "string"),
    _Key("d8", "edge", "source_slot", "long"),
    _Key("d9", "edge", "target_slot", "long"),
    _Key("d10", "edge", "step", "long"),
    _Key("d11", "edge", "label", "string"),
)


def graphml_text(view: ViewGraph) -> str:
    """Return the graph as a GraphML document.

    Nodes have ``key``, ``title``, ``subtitle``, ``kind``, ``category``, ``step`` and ``group`` (the key of the opened
    group around it); edges ``kind``, ``label``, ``source_slot``, ``target_slot`` and ``step``. What is unknown is left
    out. Parallel edges are kept.
    """
    return "".join(graphml_pieces(view))


def graphml_pieces(view: ViewGraph, progress: Callable[[float], None] | None = None) -> Iterator[str]:
    """Yield the text of ``graphml_text`` piece by piece.

    ``progress`` hears now and then what share is done, 0 to 1; what it raises ends the work.
    """
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield f'<graphml xmlns="{_NAMESPACE}" {_SCHEMA}>\n'
    for key in (*_NODE_KEYS, *_EDGE_KEYS):
        names = f'id="{key.identity}" for="{key.target}" attr.name="{key.name}" attr.type="{key.kind}"'
        yield f"  <key {names}/>\n"
    yield '  <graph edgedefault="directed">\n'
    total = len(view.nodes) + len(view.edges) + 1
    for count, element in enumerate(_elements(view)):
        if progress is not None and count % _HEARD_EVERY == 0:
            progress(count / total)
        yield element
    yield "  </graph>\n</graphml>\n"


def _elements(view: ViewGraph) -> Iterator[str]:
    """The nodes ``n0``, ``n1``, ... in execution order, then the edges ``e0``, ``e1``, ..."""
    ids = {node.key: f"n{index}" for index, node in enumerate(view.nodes)}
    for node in view.nodes:
        yield f'    <node id="{ids[node.key]}">{_node_data(node)}</node>\n'
    for index, edge in enumerate(view.edges):
        ends = f'source="{ids[edge.source]}" target="{ids[edge.target]}"'
        yield f'    <edge id="e{index}" {ends}>{_edge_data(edge)}</edge>\n'


def _node_data(node: ViewNode) -> str:
    group = None if node.group is None else xml_text(node.group)
    texts = xml_text(node.key), xml_text(node.title), xml_text(node.subtitle), node.kind.value, node.category.value
    return _data(_NODE_KEYS, (*texts, node.step, group))


def _edge_data(edge: ViewEdge) -> str:
    label = xml_text(edge.label) if edge.label else None
    return _data(_EDGE_KEYS, (edge.kind.value, edge.source_slot, edge.target_slot, edge.step, label))


def _data(keys: tuple[_Key, ...], values: tuple[str | int | None, ...]) -> str:
    return "".join(
        f'<data key="{key.identity}">{value}</data>'
        for key, value in zip(keys, values, strict=True)
        if value is not None
    )
