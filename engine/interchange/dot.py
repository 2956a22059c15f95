"""A view graph as Graphviz DOT."""

from collections.abc import Iterator

from engine.graph.view import EdgeKind, NodeKey, NodeKind, ViewEdge, ViewGraph, ViewNode
from engine.interchange.nesting import Closed, Opened, nested
from engine.interchange.palette import Palette
from engine.interchange.texts import clean


def dot_text(view: ViewGraph, palette: Palette) -> str:
    """Return the graph in the DOT language; opened groups are clusters, parallel edges are kept."""
    names = {node.key: f"n{index}" for index, node in enumerate(view.nodes)}
    text, border = f'fontcolor="{palette.text}"', f'color="{palette.node_border}"'
    lines = [
        "digraph chainrule {",
        f'  graph [rankdir=TB, bgcolor="{palette.canvas}", {border}, {text}, fontname="Helvetica", fontsize=11];',
        f'  node [style="filled", fillcolor="{palette.node}", {border}, {text}, fontname="Helvetica", fontsize=11];',
        f'  edge [color="{palette.edge}", fontcolor="{palette.muted}", fontname="Helvetica", fontsize=9];',
    ]
    lines += _clusters(view, names, _node_looks(palette))
    arrows = _edge_looks(palette)
    lines += [f"  {_edge(edge, names, arrows)}" for edge in view.edges]
    return "\n".join([*lines, "}", ""])


def _node_looks(palette: Palette) -> dict[NodeKind, str]:
    rounded = 'shape=box, style="filled,rounded"'
    return {
        NodeKind.LEAF: rounded,
        NodeKind.OP: "shape=box",
        NodeKind.BACKWARD: f'shape=box, fillcolor="{palette.backward_node}", color="{palette.backward}"',
        NodeKind.GRADIENT: f'{rounded}, color="{palette.backward}"',
        NodeKind.OPTIMIZER: f'shape=box, color="{palette.optimizer}"',
        NodeKind.GROUP: "shape=box3d",
        NodeKind.FAILED: f'shape=box, color="{palette.error}", fontcolor="{palette.error}"',
    }


def _edge_looks(palette: Palette) -> dict[EdgeKind, str]:
    return {
        EdgeKind.DATA: "",
        EdgeKind.PARAMETER: f'color="{palette.strip_parameter}"',
        EdgeKind.GRADIENT: f'color="{palette.backward}"',
        EdgeKind.SAVED: f'color="{palette.saved}", style="dotted", constraint=false',
        EdgeKind.VIEW: 'style="dotted", arrowhead="none", constraint=false',
        EdgeKind.UPDATE: f'color="{palette.optimizer}"',
    }


def _clusters(view: ViewGraph, names: dict[NodeKey, str], looks: dict[NodeKind, str]) -> Iterator[str]:
    """Yield the lines of nodes and groups."""
    for part in nested(view):
        match part:
            case Opened(index, group):
                yield f"  subgraph cluster_{index} {{"
                yield f"  label={_quoted(f'{group.title} {group.subtitle}')};"
            case Closed():
                yield "  }"
            case node:
                yield f"  {'  ' if node.group is not None else ''}{_node(node, names, looks)}"


def _node(node: ViewNode, names: dict[NodeKey, str], looks: dict[NodeKind, str]) -> str:
    # DOT writes a line break inside a label as the two characters \n.
    label = f"{_escaped(node.title)}\\n{_escaped(node.subtitle)}"
    return f'{names[node.key]} [label="{label}", {looks[node.kind]}];'


def _edge(edge: ViewEdge, names: dict[NodeKey, str], looks: dict[EdgeKind, str]) -> str:
    parts = [part for part in (looks[edge.kind], f"label={_quoted(edge.label)}" if edge.label else "") if part]
    look = f" [{', '.join(parts)}]" if parts else ""
    return f"{names[edge.source]} -> {names[edge.target]}{look};"


def _escaped(text: str) -> str:
    return clean(text).replace("\\", "\\\\").replace('"', '\\"')


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'
