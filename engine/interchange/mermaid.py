"""A view graph as a Mermaid flowchart."""

from collections.abc import Iterator

from engine.graph.view import EdgeKind, NodeKey, NodeKind, ViewEdge, ViewGraph, ViewNode
from engine.interchange.nesting import Closed, Opened, nested
from engine.interchange.palette import Palette
from engine.interchange.texts import clean

_CLASSES = {
    NodeKind.BACKWARD: "backward",
    NodeKind.GRADIENT: "gradient",
    NodeKind.OPTIMIZER: "optimizer",
    NodeKind.FAILED: "failed",
}


def mermaid_text(view: ViewGraph, palette: Palette) -> str:
    """Return the graph as Mermaid text; opened groups are subgraphs, parallel edges are kept."""
    names = {node.key: f"n{index}" for index, node in enumerate(view.nodes)}
    lines = ["flowchart TB", *_subgraphs(view, names)]
    lines += [f"  {_edge(edge, names)}" for edge in view.edges]
    return "\n".join([*lines, *(f"  {look}" for look in _looks(palette)), ""])


def _looks(palette: Palette) -> tuple[str, ...]:
    return (
        f"classDef default fill:{palette.node},stroke:{palette.node_border},color:{palette.text}",
        f"classDef backward fill:{palette.backward_node},stroke:{palette.backward},color:{palette.text}",
        f"classDef gradient fill:{palette.node},stroke:{palette.backward},color:{palette.text}",
        f"classDef optimizer fill:{palette.node},stroke:{palette.optimizer},color:{palette.text}",
        f"classDef failed fill:{palette.node},stroke:{palette.error},color:{palette.error}",
    )


def _subgraphs(view: ViewGraph, names: dict[NodeKey, str]) -> Iterator[str]:
    for part in nested(view):
        match part:
            case Opened(index, group):
                yield f'  subgraph g{index} ["{_escaped(f"{group.title} {group.subtitle}")}"]'
            case Closed():
                yield "  end"
            case node:
                yield f"  {'  ' if node.group is not None else ''}{_node(node, names)}"


def _node(node: ViewNode, names: dict[NodeKey, str]) -> str:
    label = f'"{_escaped(node.title)}<br/>{_escaped(node.subtitle)}"'
    shape = f"([{label}])" if node.kind in (NodeKind.LEAF, NodeKind.GRADIENT) else f"[{label}]"
    mark = f":::{_CLASSES[node.kind]}" if node.kind in _CLASSES else ""
    return f"{names[node.key]}{shape}{mark}"


def _edge(edge: ViewEdge, names: dict[NodeKey, str]) -> str:
    arrow = "-.->" if edge.kind in (EdgeKind.SAVED, EdgeKind.VIEW) else "-->"
    label = f'|"{_escaped(edge.label)}"|' if edge.label else ""
    return f"{names[edge.source]} {arrow}{label} {names[edge.target]}"


def _escaped(text: str) -> str:
    """Everything but letters, digits and a few harmless signs as a character code, which Mermaid shows as itself."""
    plain = " _.,-+*=[]()/:@"
    return "".join(
        character if character.isalnum() or character in plain else f"#{ord(character)};" for character in clean(text)
    )
