"""A view graph as GraphML, for yEd, Gephi, networkx and others; written by networkx."""

import io
from codecs import iterdecode
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from engine.graph.view import ViewEdge, ViewGraph, ViewNode
from engine.interchange.texts import clean

if TYPE_CHECKING:
    import networkx as nx
    from _typeshed import ReadableBuffer
    from networkx.readwrite.graphml import GraphMLWriter


_HEARD_EVERY = 500
_Heard = Callable[[float], None]


def graphml_text(view: ViewGraph, progress: _Heard | None = None) -> str:
    """Return the graph as a GraphML document.

    Nodes have ``key``, ``title``, ``subtitle``, ``kind``, ``category``, ``step`` and ``group`` (the key of the opened
    group around it); edges ``kind``, ``label``, ``source_slot``, ``target_slot`` and ``step``. What is unknown is left
    out. Parallel edges are kept. ``progress`` hears now and then what share is done, 0 to 1; what it raises ends the
    work.
    """
    return "".join(graphml_pieces(view, progress))


def graphml_pieces(view: ViewGraph, progress: _Heard | None = None) -> Iterator[str]:
    """Yield the text of ``graphml_text`` piece by piece, the first when all is known."""
    from networkx.readwrite.graphml import GraphMLWriter  # noqa: PLC0415  # 80 ms that no window should wait for

    hears = progress if progress is not None else _nobody
    file = _Written(hears)
    graph, writer = graph_of(view, hears), GraphMLWriter()
    writer.add_graph_element(graph)
    writer.dump(file)
    _take_apart(graph, writer)
    yield from iterdecode(file.pieces, "utf-8")
    yield "\n"


def graph_of(view: ViewGraph, hears: _Heard) -> "nx.MultiDiGraph":
    """Return the graph for networkx: nodes ``n0``, ``n1``, ... in execution order, one edge for each ``ViewEdge``."""
    import networkx as nx  # noqa: PLC0415  # see above

    graph = nx.MultiDiGraph()
    total = 2 * (len(view.nodes) + len(view.edges) + 1)
    ids = {node.key: f"n{index}" for index, node in enumerate(view.nodes)}
    for index, node in enumerate(view.nodes):
        graph.add_node(ids[node.key], **_node(node))
        if index % _HEARD_EVERY == 0:
            hears(index / total)
    for index, edge in enumerate(view.edges):
        graph.add_edge(ids[edge.source], ids[edge.target], key=f"e{index}", **_edge(edge))
        if index % _HEARD_EVERY == 0:
            hears((len(view.nodes) + index) / total)
    return graph


def _take_apart(graph: "nx.MultiDiGraph", writer: "GraphMLWriter") -> None:
    """Free what was made piece by piece: in one go, nothing else could run in this process meanwhile."""
    for drawn in writer.xml:
        while len(drawn):
            del drawn[-_HEARD_EVERY:]
    while writer.attributes:  # it knows every element by its attributes
        writer.attributes.popitem()
    nodes = list(graph)
    for start in range(0, len(nodes), _HEARD_EVERY):
        graph.remove_nodes_from(nodes[start : start + _HEARD_EVERY])


class _Written(io.RawIOBase):
    """What was written, in pieces; while networkx writes, whoever waits can still call it off."""

    def __init__(self, hears: _Heard) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self._hears = hears

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        """Append."""
        if len(self.pieces) % _HEARD_EVERY == 0:
            self._hears(0.9)
        self.pieces.append(bytes(data))
        return len(self.pieces[-1])


def _nobody(_share: float) -> None:
    """Stand in for whoever wants to hear."""


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
