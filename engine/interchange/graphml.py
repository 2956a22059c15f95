"""A view graph as GraphML, for yEd, Gephi, networkx and others; written by networkx."""

import io
from typing import TYPE_CHECKING

from engine.graph.view import ViewEdge, ViewGraph, ViewNode
from engine.interchange.texts import clean

if TYPE_CHECKING:
    import networkx as nx


def graphml_text(view: ViewGraph) -> str:
    """Return the graph as a GraphML document.

    Nodes have ``key``, ``title``, ``subtitle``, ``kind``, ``category``, ``step`` and ``group`` (the key of the opened
    group around it); edges ``kind``, ``label``, ``source_slot``, ``target_slot`` and ``step``. What is unknown is left
    out. Parallel edges are kept.
    """
    import networkx as nx  # noqa: PLC0415  # 80 ms that no window should wait for

    buffer = io.BytesIO()
    nx.write_graphml_xml(graph_of(view), buffer)
    return buffer.getvalue().decode() + "\n"


def graph_of(view: ViewGraph) -> "nx.MultiDiGraph":
    """Return the graph for networkx: nodes ``n0``, ``n1``, ... in execution order, one edge for each ``ViewEdge``."""
    import networkx as nx  # noqa: PLC0415  # see above

    graph = nx.MultiDiGraph()
    ids = {node.key: f"n{index}" for index, node in enumerate(view.nodes)}
    for node in view.nodes:
        graph.add_node(ids[node.key], **_node(node))
    for index, edge in enumerate(view.edges):
        graph.add_edge(ids[edge.source], ids[edge.target], key=f"e{index}", **_edge(edge))
    return graph


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
