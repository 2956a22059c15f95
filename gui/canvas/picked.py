"""What the person has picked out on the canvas, by node key, so that it survives every new layout. Qt-free."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.graph.view import NodeKey
from gui.canvas.emphasis import Emphasis
from gui.canvas.scene import Scene
from gui.model.selection import Selected

_NONE: frozenset[NodeKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Picked:
    """Keys of nodes; ``traced`` None means that nothing is dimmed."""

    selected: frozenset[NodeKey] = _NONE
    hovered: NodeKey | None = None
    traced: frozenset[NodeKey] | None = None
    hidden: frozenset[NodeKey] = _NONE
    hits: frozenset[NodeKey] = _NONE

    def emphasis(self, scene: Scene) -> Emphasis:
        """Return the same as node indices of a scene; nodes that it does not show are left out."""
        return Emphasis(
            selected=_indices(scene, self.selected),
            hovered=None if self.hovered is None else scene.index_of.get(self.hovered),
            traced=None if self.traced is None else _indices(scene, self.traced),
            hidden=_indices(scene, self.hidden),
            hits=_indices(scene, self.hits),
        )

    def with_trace(self, scene: Scene) -> "Picked":
        """Dim everything that the selected nodes neither come from nor lead to; again, or without any: undim."""
        chosen = _indices(scene, self.selected)
        if not chosen:
            return replace(self, traced=None)
        related = frozenset(scene.nodes[index].node.key for index in scene.related(chosen))
        return replace(self, traced=None if related == self.traced else related)


def _indices(scene: Scene, keys: Iterable[NodeKey]) -> frozenset[int]:
    return frozenset(scene.index_of[key] for key in keys if key in scene.index_of)


def node_of(scene: Scene, selected: Selected) -> NodeKey | None:
    """Return the node that stands for what is selected anywhere in the window."""
    if selected.node is not None and selected.node in scene.index_of:
        return selected.node
    if selected.value is not None:
        found = next((box.node.key for box in scene.nodes if box.node.value == selected.value), None)
        if found is not None:
            return found
    if selected.step is None:
        return None
    index = scene.node_for_step(selected.step)
    return None if index is None else scene.nodes[index].node.key
