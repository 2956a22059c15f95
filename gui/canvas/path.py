"""The groups around a node, for the breadcrumb. Qt-free."""

from engine.graph.view import GroupKey, NodeKey
from gui.canvas.scene import Scene


def path_of(scene: Scene, key: NodeKey | None) -> tuple[tuple[str, GroupKey], ...]:
    """Return titles and keys of the opened groups around a node, outermost first; its own if it is a folded group."""
    if key is None or key not in scene.index_of:
        return ()
    node = scene.nodes[scene.index_of[key]].node
    own = ((node.title, node.stands_for),) if node.stands_for is not None else ()
    return group_path(scene, node.group) + own


def group_path(scene: Scene, key: GroupKey | None) -> tuple[tuple[str, GroupKey], ...]:
    """Return titles and keys of an opened group and of those around it, outermost first."""
    groups = {frame.group.key: frame.group for frame in scene.drawing.frames}
    path: list[tuple[str, GroupKey]] = []
    while key is not None and key in groups:
        path.append((groups[key].title, key))
        key = groups[key].parent
    return tuple(reversed(path))


def groups_around(scene: Scene, key: GroupKey) -> tuple[GroupKey, ...]:
    """Return the opened groups around a group, the innermost first."""
    parents = {frame.group.key: frame.group.parent for frame in scene.drawing.frames}
    found: list[GroupKey] = []
    around = parents.get(key)
    while around is not None and around in parents:
        found.append(around)
        around = parents[around]
    return tuple(found)
