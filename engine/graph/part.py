"""A part of a view graph: some of its nodes, the edges between them, and the groups around them."""

from collections.abc import Iterable, Sequence

from engine.graph.view import GroupKey, NodeKey, ViewGraph, ViewGroup, ViewNode


def part_of(view: ViewGraph, keys: frozenset[NodeKey]) -> ViewGraph:
    """Return ``view`` with only the nodes of these keys, the edges between two of them, and the groups around them."""
    nodes = tuple(node for node in view.nodes if node.key in keys)
    edges = tuple(edge for edge in view.edges if edge.source in keys and edge.target in keys)
    return ViewGraph(nodes, edges, groups_around(nodes, view.groups), view.all_groups)


def groups_around(nodes: Iterable[ViewNode], groups: Sequence[ViewGroup]) -> tuple[ViewGroup, ...]:
    """Return those of ``groups`` that one of the nodes lies in, however deep."""
    parents = {group.key: group.parent for group in groups}
    around: set[GroupKey] = set()
    for node in nodes:
        key = node.group
        while key is not None and key not in around:
            around.add(key)
            key = parents.get(key)
    return tuple(group for group in groups if group.key in around)


def keys_named(view: ViewGraph, names: Iterable[str]) -> dict[str, frozenset[NodeKey]]:
    """Return for each name the nodes that it means: a module with all that is in it, a title, or a key."""
    parents = {group.key: group.parent for group in view.groups}
    return {
        name: frozenset(node.key for node in view.nodes if _is_meant(node, name, _around(node, parents)))
        for name in names
    }


def _around(node: ViewNode, parents: dict[GroupKey, GroupKey | None]) -> list[GroupKey]:
    """The groups that a node lies in, and the one that it stands for."""
    found = [] if node.stands_for is None else [node.stands_for]
    key = node.group
    while key is not None:
        found.append(key)
        key = parents.get(key)
    return found


def _is_meant(node: ViewNode, name: str, groups: list[GroupKey]) -> bool:
    if name in (node.title, node.key):
        return True
    paths = [key.partition("#")[0] for key in groups]
    return name in groups or any(path == name or path.startswith(f"{name}.") for path in paths)
