"""Selecting, walking, tracing, hiding and searching on the canvas."""

from dataclasses import replace

from engine.drawing.drawing import Rect
from engine.graph.view import GroupKey, NodeKey, NodeKind
from gui.canvas.picked import Picked, node_of
from gui.canvas.scene import Scene
from gui.canvas.surface import Surface
from gui.canvas.view_control import ViewControl
from gui.model.document import Document
from gui.model.observable import Event
from gui.model.playhead import Playhead
from gui.model.search import find_steps, find_values
from gui.model.selection import NOTHING, Origin, Selected, Selection

_NO_KEYS: frozenset[NodeKey] = frozenset()
_NONE: frozenset[int] = frozenset()


class PickControl:
    """Keeps what is picked out in step with the window's selection.

    Attributes:
        picked: What is picked out.
        changed: Emitted with it when it has changed.
    """

    def __init__(
        self, surface: Surface, views: ViewControl, document: Document, playhead: Playhead, selection: Selection
    ) -> None:
        self.picked = Picked()
        self.changed: Event[Picked] = Event()
        self._surface = surface
        self._views = views
        self._document = document
        self._playhead = playhead
        self._selection = selection
        self._hits: tuple[NodeKey, ...] = ()
        self._hit_position = -1
        surface.clicked.connect(self._on_clicked)
        surface.marked.connect(self._on_marked)
        surface.hovered.connect(self._on_hovered)
        selection.changed.connect(self._on_selected)
        selection.hovered.connect(self._on_hovered_elsewhere)
        selection.hovered_step.connect(self._on_step_hovered)

    @property
    def scene(self) -> Scene | None:
        """What is painted."""
        return self._surface.scene

    @property
    def indices(self) -> frozenset[int]:
        """The selected nodes of the scene."""
        return _NONE if self.scene is None else self.picked.emphasis(self.scene).selected

    def refresh(self) -> None:
        """Show what is picked out in the present scene."""
        if self.scene is not None:
            self._surface.show_emphasis(self.picked.emphasis(self.scene))

    def show_scene(self) -> None:
        """Show in another scene what is picked out; what was searched for is marked in what was folded before."""
        if self.picked.query:
            self.search(self.picked.query)
        self.refresh()

    def forget(self) -> None:
        """Forget trace, hidden nodes and search: another recording is shown."""
        self.picked = Picked()
        self._hits, self._hit_position = (), -1

    def select(self, index: int | None) -> None:
        """Select a node as a click does."""
        if index is None or self.scene is None:
            self._put(replace(self.picked, selected=_NO_KEYS))
            self._selection.select(NOTHING)
            return
        node = self.scene.nodes[index].node
        self._put(replace(self.picked, selected=frozenset({node.key})))
        # A box that is about one step of several is selected as that one, not as a group.
        last = node.last_step if node.main_step is None else None
        self._selection.select(
            Selected(node=node.key, step=node.about, value=node.value, origin=Origin.CANVAS, last_step=last)
        )

    def clear(self) -> None:
        """Select nothing, dim nothing, find nothing."""
        self._put(replace(self.picked, traced=None, hops=None, hits=_NO_KEYS, query=""))
        self._hits = ()
        self.select(None)

    def walk(self, *, to_producer: bool) -> None:
        """Select the node at the other end of the first edge in or out; without a selection, start at the playhead."""
        scene = self.scene
        if scene is None:
            return
        start = next(iter(self.indices), None)
        if start is None:
            start = scene.node_at_playhead(self._playhead.current)
            if start is None:
                return
        others = scene.producers_of(start) if to_producer else scene.consumers_of(start)
        if others:
            self._go_to(others[0])

    def walk_sibling(self, step: int) -> None:
        """Select the next (or, with -1, the previous) node that shares a producer or consumer with the selected one."""
        scene = self.scene
        start = next(iter(self.indices), None)
        if scene is None or start is None:
            return
        above, below = scene.producers_of(start), scene.consumers_of(start)
        siblings = scene.consumers_of(above[0]) if above else scene.producers_of(below[0]) if below else [start]
        self._go_to(siblings[(siblings.index(start) + step) % len(siblings)])

    def _go_to(self, index: int) -> None:
        self.select(index)
        self._views.reveal((index,))

    def trace(self) -> None:
        """Dim what the selection neither comes from nor leads to; again: undim."""
        if self.scene is not None:
            self._put(self.picked.with_trace(self.scene))

    def trace_hops(self, change: int) -> None:
        """Follow the trace further (1) or less far (-1); without a trace begin one with a single hop."""
        if self.scene is not None:
            self._put(self.picked.with_hops(self.scene, change))

    def end_trace(self) -> None:
        """Dim nothing."""
        self._put(replace(self.picked, traced=None, hops=None))

    def focus(self, group: GroupKey | None) -> None:
        """Show only what lies in a group; None: everything."""
        self._put(replace(self.picked, focus=group))

    def hide(self) -> None:
        """Hide the selected nodes."""
        if self.picked.selected:
            self._put(replace(self.picked, hidden=self.picked.hidden | self.picked.selected, selected=_NO_KEYS))
            self._selection.clear()

    def hide_only(self, keys: frozenset[NodeKey], focus: GroupKey | None = None) -> None:
        """Hide these nodes and no others; show only what lies in a group, if there is one."""
        self._put(replace(self.picked, hidden=keys, focus=focus))

    def unhide_all(self) -> None:
        """Show hidden nodes again."""
        self._put(replace(self.picked, hidden=_NO_KEYS, focus=None))

    def search(self, text: str) -> int:
        """Mark the nodes that a query finds (see ``gui.model.search``) and return how many there are."""
        scene, recording = self.scene, self._document.recording
        if scene is None or recording is None or not text.strip():
            self._hits, self._hit_position = (), -1
            self._put(replace(self.picked, hits=_NO_KEYS, query=text.strip()))
            return 0
        found: dict[NodeKey, None] = {}
        word = text.strip().lower()
        for box in scene.nodes:
            node = box.node
            if node.kind is NodeKind.LEAF and (
                word in f"{node.title} {node.subtitle}".lower()
                or (node.value is not None and find_values(recording, text, (node.value,)))
            ):
                found[node.key] = None
        for hit in find_steps(recording, text, limit=100_000):
            index = scene.node_for_step(hit.step)
            if index is not None:
                found[scene.nodes[index].node.key] = None
        self._hits, self._hit_position = tuple(found), -1
        self._put(replace(self.picked, hits=frozenset(found), query=text.strip()))
        return len(found)

    def next_hit(self, step: int = 1) -> None:
        """Select the next (or, with -1, the previous) node that the search found."""
        if not self._hits or self.scene is None:
            return
        start = self._hit_position if self._hit_position >= 0 or step > 0 else 0
        self._hit_position = (start + step) % len(self._hits)
        index = self.scene.index_of.get(self._hits[self._hit_position])
        if index is not None:
            self._go_to(index)

    def show(self, picked: Picked) -> None:
        """Pick this out."""
        self._put(picked)

    def _put(self, picked: Picked) -> None:
        before, self.picked = self.picked, picked
        self.refresh()
        if before != picked:
            self.changed.emit(picked)

    def _on_clicked(self, index: int | None, adds: bool) -> None:  # noqa: FBT001  # a Qt signal carries it
        if not adds or index is None or self.scene is None:
            self.select(index)
            return
        key = self.scene.nodes[index].node.key
        chosen = self.picked.selected ^ {key}
        if key in chosen:
            self.select(index)
        self._put(replace(self.picked, selected=chosen))

    def _on_marked(self, area: Rect) -> None:
        if self.scene is None:
            return
        indices = [int(index) for index in self.scene.nodes_in(area)]
        self.select(indices[0] if indices else None)
        self._put(replace(self.picked, selected=frozenset(self.scene.nodes[index].node.key for index in indices)))

    def _on_hovered(self, index: int | None) -> None:
        key = None if index is None or self.scene is None else self.scene.nodes[index].node.key
        step = None if index is None or self.scene is None else self.scene.nodes[index].node.about
        self._selection.hover_step(step)  # the code and the timeline know steps; the node itself comes after it
        self._selection.hover(key)

    def _on_hovered_elsewhere(self, key: NodeKey | None) -> None:
        self._put(replace(self.picked, hovered=key))

    def _on_step_hovered(self, step: int | None) -> None:
        index = None if step is None or self.scene is None else self.scene.node_for_step(step)
        self._put(
            replace(
                self.picked, hovered=None if index is None or self.scene is None else self.scene.nodes[index].node.key
            )
        )

    def _on_selected(self, selected: Selected) -> None:
        if self.scene is None or selected.origin is Origin.CANVAS:
            return
        key = node_of(self.scene, selected)
        self._put(replace(self.picked, selected=_NO_KEYS if key is None else frozenset({key})))
        if key is not None:
            self._views.reveal((self.scene.index_of[key],))
