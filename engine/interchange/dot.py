"""A view graph as Graphviz DOT."""

from collections import defaultdict

from engine.graph.view import EdgeKind, GroupKey, NodeKey, NodeKind, ViewEdge, ViewGraph, ViewNode
from engine.interchange.texts import clean

_SHAPES = {
    NodeKind.LEAF: 'shape=box, style="rounded"',
    NodeKind.OP: "shape=box",
    NodeKind.BACKWARD: 'shape=box, style="filled", fillcolor="#F6F1FD", color="#7A4FBF"',
    NodeKind.GRADIENT: 'shape=box, style="rounded", color="#7A4FBF"',
    NodeKind.OPTIMIZER: 'shape=box, color="#0E9384"',
    NodeKind.GROUP: "shape=box3d",
    NodeKind.FAILED: 'shape=box, color="#D55E00", fontcolor="#D55E00"',
}
_ARROWS = {
    EdgeKind.DATA: "",
    EdgeKind.PARAMETER: 'color="#0877BD"',
    EdgeKind.GRADIENT: 'color="#7A4FBF"',
    EdgeKind.SAVED: 'color="#E8821A", style="dotted", constraint=false',
    EdgeKind.VIEW: 'style="dotted", arrowhead="none", constraint=false',
    EdgeKind.UPDATE: 'color="#0E9384"',
}


def dot_text(view: ViewGraph) -> str:
    """Return the graph in the DOT language; opened groups are clusters, parallel edges are kept."""
    names = {node.key: f"n{index}" for index, node in enumerate(view.nodes)}
    lines = ["digraph chainrule {", "  rankdir=TB;", '  node [fontname="Helvetica", fontsize=11];']
    lines += _clusters(view, names)
    lines += [f"  {_edge(edge, names)}" for edge in view.edges]
    return "\n".join([*lines, "}", ""])


def _clusters(view: ViewGraph, names: dict[NodeKey, str]) -> list[str]:
    """Nodes inside their groups. Groups are opened and closed in one walk over the tree, without recursion."""
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
            lines.append("  }")
            continue
        group = view.groups[index]
        lines += [f"  subgraph cluster_{index} {{", f"  label={_quoted(f'{group.title} {group.subtitle}')};"]
        lines += [f"    {_node(node, names)}" for node in inside.pop(group.key, [])]
        pending.append((index, True))
        pending += [(child, False) for child in reversed(children[group.key])]
    rest = [node for nodes in inside.values() for node in nodes]
    return lines + [f"  {_node(node, names)}" for node in rest]


def _node(node: ViewNode, names: dict[NodeKey, str]) -> str:
    # DOT writes a line break inside a label as the two characters \n.
    label = f"{_escaped(node.title)}\\n{_escaped(node.subtitle)}"
    return f'{names[node.key]} [label="{label}", {_SHAPES[node.kind]}];'


def _edge(edge: ViewEdge, names: dict[NodeKey, str]) -> str:
    parts = [part for part in (_ARROWS[edge.kind], f"label={_quoted(edge.label)}" if edge.label else "") if part]
    look = f" [{', '.join(parts)}]" if parts else ""
    return f"{names[edge.source]} -> {names[edge.target]}{look};"


def _escaped(text: str) -> str:
    return clean(text).replace("\\", "\\\\").replace('"', '\\"')


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'
