"""A view graph as GraphML, for yEd, Gephi, networkx and others; written by networkx."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, tostring

from engine.graph.view import ViewEdge, ViewGraph, ViewNode
from engine.interchange.texts import clean

if TYPE_CHECKING:
    import networkx as nx
    from networkx.readwrite.graphml import GraphMLWriter

_AT_ONCE = 200
"""So many nodes or edges are written in one go; for more, all else in this process would have to wait."""
_KINDS = {
    "node": {
        "key": "string",
        "title": "string",
        "subtitle": "string",
        "kind": "string",
        "category": "string",
        "step": "long",
        "group": "string",
    },
    "edge": {"kind": "string", "source_slot": "long", "target_slot": "long", "step": "long", "label": "string"},
}
"""What nodes and edges have, and its type."""


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
    from networkx.readwrite.graphml import GraphMLWriter  # noqa: PLC0415  # 80 ms that no window should wait for

    writer = GraphMLWriter()
    for scope, kinds in _KINDS.items():
        for name, kind in kinds.items():
            writer.get_key(name, kind, scope, None)
    writer.indent(writer.xml)
    yield f'<?xml version="1.0" encoding="utf-8"?>\n{_text(writer.xml).rstrip().removesuffix("</graphml>").rstrip()}\n'
    yield '  <graph edgedefault="directed">\n'
    count, total = 0, len(view.nodes) + len(view.edges) + 1
    for scope, part in _parts(view):
        yield _written(writer, scope, part)
        count += _AT_ONCE
        if progress is not None:
            progress(min(1.0, count / total))
    yield "  </graph>\n</graphml>\n"


def _parts(view: ViewGraph) -> Iterator[tuple[str, "nx.MultiDiGraph"]]:
    """The nodes ``n0``, ``n1``, ... in execution order, then the edges ``e0``, ``e1``, ... with bare nodes."""
    import networkx as nx  # noqa: PLC0415  # see above

    ids = {node.key: f"n{index}" for index, node in enumerate(view.nodes)}
    for start in range(0, len(view.nodes), _AT_ONCE):
        part = nx.MultiDiGraph()
        part.add_nodes_from((ids[node.key], _node(node)) for node in view.nodes[start : start + _AT_ONCE])
        yield "node", part
    for start in range(0, len(view.edges), _AT_ONCE):
        part = nx.MultiDiGraph()
        for index, edge in enumerate(view.edges[start : start + _AT_ONCE], start):
            part.add_edge(ids[edge.source], ids[edge.target], key=f"e{index}", **_edge(edge))
        yield "edge", part


def _written(writer: "GraphMLWriter", scope: str, part: "nx.MultiDiGraph") -> str:
    """What networkx makes of the nodes or of the edges of a part."""
    writer.add_graph_element(part)
    whole = writer.xml[-1]
    writer.xml.remove(whole)
    writer.attributes.clear()  # it would write them again with the next part
    found = Element("part")
    found.extend(whole.findall(scope))
    for element in found:
        element.tail = "\n"
    return _text(found).removeprefix("<part>").removesuffix("</part>")


def _text(element: Element) -> str:
    return tostring(element, encoding="unicode")


def _node(node: ViewNode) -> dict[str, str | int]:
    found: dict[str, str | int] = {
        "key": clean(node.key),
        "title": clean(node.title),
        "subtitle": clean(node.subtitle),
        "kind": node.kind.value,
        "category": node.category.value,
    }
    if node.step is not None:
        found["step"] = int(node.step)
    if node.group is not None:
        found["group"] = clean(node.group)
    return found


def _edge(edge: ViewEdge) -> dict[str, str | int]:
    found: dict[str, str | int] = {
        "kind": edge.kind.value,
        "source_slot": edge.source_slot,
        "target_slot": edge.target_slot,
    }
    if edge.step is not None:
        found["step"] = int(edge.step)
    if edge.label:
        found["label"] = clean(edge.label)
    return found
