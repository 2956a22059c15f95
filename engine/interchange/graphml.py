"""A view graph as GraphML, for yEd, Gephi, networkx and others."""

from collections.abc import Callable, Iterator

from engine.graph.view import ViewEdge, ViewGraph, ViewNode
from engine.interchange.texts import xml_text

_HEAD = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">"""
_NODE_KEYS = {
    "key": "string",
    "title": "string",
    "subtitle": "string",
    "kind": "string",
    "category": "string",
    "step": "long",
    "group": "string",
}
_EDGE_KEYS = {"kind": "string", "source_slot": "long", "target_slot": "long", "step": "long", "label": "string"}
_HEARD_EVERY = 500


def graphml_text(view: ViewGraph, progress: Callable[[float], None] | None = None) -> str:
    """Return the graph as a GraphML document.

    Nodes are ``n0``, ``n1``, ... in execution order. They have ``key``, ``title``, ``subtitle``, ``kind``,
    ``category``, ``step`` and ``group`` (the key of the opened group around it); edges ``kind``, ``label``,
    ``source_slot``, ``target_slot`` and ``step``. What is unknown is left out. Parallel edges are kept. ``progress``
    hears what share is done, 0 to 1; what it raises ends the work.
    """
    total = len(view.nodes) + len(view.edges) + 1
    found = []
    for count, line in enumerate(_lines(view)):
        found.append(line)
        if progress is not None and count % _HEARD_EVERY == 0:
            progress(min(1.0, count / total))
    return "\n".join(found)


def _lines(view: ViewGraph) -> Iterator[str]:
    yield _HEAD
    for domain, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
        for name, kind in keys.items():
            yield f'  <key id="{domain[0]}_{name}" for="{domain}" attr.name="{name}" attr.type="{kind}"/>'
    yield '  <graph edgedefault="directed">'
    ids = {node.key: f"n{index}" for index, node in enumerate(view.nodes)}
    for node in view.nodes:
        yield f'    <node id="{ids[node.key]}">{_data("n", _node(node))}</node>'
    for index, edge in enumerate(view.edges):
        ends = f'source="{ids[edge.source]}" target="{ids[edge.target]}"'
        yield f'    <edge id="e{index}" {ends}>{_data("e", _edge(edge))}</edge>'
    yield "  </graph>\n</graphml>\n"


def _data(domain: str, values: dict[str, str | int]) -> str:
    return "".join(
        f'<data key="{domain}_{name}">{xml_text(value) if isinstance(value, str) else value}</data>'
        for name, value in values.items()
    )


def _node(node: ViewNode) -> dict[str, str | int]:
    found: dict[str, str | int] = {
        "key": node.key,
        "title": node.title,
        "subtitle": node.subtitle,
        "kind": node.kind.value,
        "category": node.category.value,
    }
    if node.step is not None:
        found["step"] = int(node.step)
    if node.group is not None:
        found["group"] = node.group
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
        found["label"] = edge.label
    return found
