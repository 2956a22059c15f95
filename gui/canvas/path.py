"""The groups around a node, for the breadcrumb. Qt-free."""

from engine.graph.view import GroupKey, NodeKey
from gui.canvas.scene import Scene


def path_of(scene: Scene, key: NodeKey | None) -> tuple[tuple[str, GroupKey], ...]:
    """Return titles and keys of the opened groups around a node, outermost first; its own if it is a folded group."""
    if key is None or key not in scene.index_of:
        return ()
    node = scene.nodes[scene.index_of[key]].node
    groups = {frame.group.key: frame.group for frame in scene.drawing.frames}
    path: list[tuple[str, GroupKey]] = []
    if node.stands_for is not None:
        path.append((node.title, node.stands_for))
    around = node.group
    while around is not None and around in groups:
        path.append((groups[around].title, around))
        around = groups[around].parent
    return tuple(reversed(path))
