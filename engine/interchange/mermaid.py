"""A view graph as a Mermaid flowchart."""

from collections import defaultdict

from engine.graph.view import EdgeKind, GroupKey, NodeKey, NodeKind, ViewEdge, ViewGraph, ViewNode
from engine.interchange.texts import clean

_CLASSES = {
    NodeKind.BACKWARD: "backward",
    NodeKind.GRADIENT: "gradient",
    NodeKind.OPTIMIZER: "optimizer",
    NodeKind.FAILED: "failed",
}
_LOOKS = (
    "classDef backward fill:#F6F1FD,stroke:#7A4FBF,color:#1D2733",
    "classDef gradient stroke:#7A4FBF",
    "classDef optimizer stroke:#0E9384",
    "classDef failed stroke:#D55E00,color:#D55E00",
)


def mermaid_text(view: ViewGraph) -> str:
    """Return the graph as Mermaid text; opened groups are subgraphs, parallel edges are kept."""
    names = {node.key: f"n{index}" for index, node in enumerate(view.nodes)}
    lines = ["flowchart TB", *_subgraphs(view, names)]
    lines += [f"  {_edge(edge, names)}" for edge in view.edges]
    return "\n".join([*lines, *(f"  {look}" for look in _LOOKS), ""])


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
