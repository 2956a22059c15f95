"""A view graph as a Mermaid flowchart."""

from collections import defaultdict

from engine.graph.view import EdgeKind, GroupKey, NodeKey, NodeKind, ViewEdge, ViewGraph, ViewNode
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


def _subgraphs(view: ViewGraph, names: dict[NodeKey, str]) -> list[str]:
    inside: defaultdict[GroupKey | None, list[ViewNode]] = defaultdict(list)
    for node in view.nodes:
        inside[node.group].append(node)
    children: defaultdict[GroupKey | None, list[int]] = defaultdict(list)
    for index, group in enumerate(view.groups):
        children[group.parent].append(index)
    lines = [f"  {_node(node, names)}" for node in inside.pop(None, [])]
    pending = [(index, False) for index in reversed(children[None])]
    while pending:
        index, is_end = pending.pop()
        if is_end:
            lines.append("  end")
            continue
        group = view.groups[index]
        lines.append(f'  subgraph g{index} ["{_escaped(f"{group.title} {group.subtitle}")}"]')
        lines += [f"    {_node(node, names)}" for node in inside.pop(group.key, [])]
        pending.append((index, True))
        pending += [(child, False) for child in reversed(children[group.key])]
    rest = [node for nodes in inside.values() for node in nodes]
    return lines + [f"  {_node(node, names)}" for node in rest]


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
