"""What the person has picked out on the canvas, by node key, so that it survives every new layout. Qt-free."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.graph.view import GroupKey, NodeKey
from gui.canvas.emphasis import Emphasis
from gui.canvas.scene import Scene
from gui.model.selection import Selected

_NONE: frozenset[NodeKey] = frozenset()
_NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Picked:
    """Keys of nodes; ``traced`` None means that nothing is dimmed."""

    selected: frozenset[NodeKey] = _NONE
    hovered: NodeKey | None = None
    traced: frozenset[NodeKey] | None = None
    hidden: frozenset[NodeKey] = _NONE
    hits: frozenset[NodeKey] = _NONE
    query: str = ""
    """What was searched for."""
    traced_from: frozenset[NodeKey] = _NONE
    hops: int | None = None
    """How far the trace goes along edges; None: all the way."""
    focus: GroupKey | None = None
    """The group outside of which nothing is shown."""

    def emphasis(self, scene: Scene) -> Emphasis:
        """Return the same as node indices of a scene; nodes that it does not show are left out."""
        return Emphasis(
            selected=_indices(scene, self.selected),
            hovered=None if self.hovered is None else scene.index_of.get(self.hovered),
            traced=None if self.traced is None else _indices(scene, self.traced),
            hidden=_indices(scene, self.hidden) | (_NOBODY if self.focus is None else _outside(scene, self.focus)),
            hits=_indices(scene, self.hits),
        )

    def with_trace(self, scene: Scene) -> "Picked":
        """Dim everything that the selected nodes neither come from nor lead to; again, or without any: undim."""
        chosen = _indices(scene, self.selected)
        if not chosen or (self.traced is not None and self.traced_from == self.selected):
            return replace(self, traced=None, hops=None)
        return replace(self, traced=_related(scene, chosen, None), traced_from=self.selected, hops=None)

    def with_hops(self, scene: Scene, change: int) -> "Picked":
        """Follow the trace so many edges further; a trace that reaches everything related has no limit any more."""
        start = self.traced_from if self.traced is not None else self.selected
        chosen = _indices(scene, start)
        if not chosen:
            return self
        furthest = scene.reach(chosen)
        before = furthest if self.hops is None else self.hops
        hops = 1 if self.traced is None else max(1, before + change)
        limit = None if hops >= furthest else hops
        return replace(self, traced=_related(scene, chosen, limit), traced_from=start, hops=limit)


def _related(scene: Scene, chosen: frozenset[int], hops: int | None) -> frozenset[NodeKey]:
    return frozenset(scene.nodes[index].node.key for index in scene.related(chosen, hops))


@lru_cache(maxsize=1)
def _outside(scene: Scene, focus: GroupKey) -> frozenset[int]:
    """The nodes that do not lie in a group; none where the scene does not know the group."""
    parents = {frame.group.key: frame.group.parent for frame in scene.drawing.frames}
    inside = {focus}
    for key in parents:
        around: GroupKey | None = key
        chain = []
        while around is not None and around not in inside:
            chain.append(around)
            around = parents.get(around)
        inside.update(chain if around is not None else ())
    found = frozenset(
        index
        for index, box in enumerate(scene.nodes)
        if box.node.group not in inside and box.node.stands_for not in inside
    )
    return found if len(found) < len(scene.nodes) else _NOBODY


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
