"""Opening and folding groups, with what was clicked staying under the mouse."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF

from engine.drawing.drawing import Point, Rect
from engine.graph import Folding
from engine.graph.levels import Detail, DetailName, detail_of, folding_at
from engine.graph.view import GroupKey
from gui.canvas.graph_source import GraphSource
from gui.canvas.scene import Scene
from gui.canvas.surface import Surface

TITLE_BAND_PX = 34.0
"""How far below the top of a frame a double-click still means its title."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A group and where on the screen it has to stay."""

    group: GroupKey
    at: Point


class FoldControl:
    """Changes the folding of the source and remembers what has to stay in place.

    Attributes:
        anchor: What the next drawing must keep where it is; taken by whoever shows it.
    """

    def __init__(self, surface: Surface, source: GraphSource) -> None:
        self.anchor: Anchor | None = None
        self._surface = surface
        self._source = source

    def toggle_at(self, index: int | None, at: QPointF) -> bool:
        """Open the group node, or fold the frame whose title is under a view point; return whether there was one."""
        key = self._group_at(index, at)
        if key is None:
            return False
        self._change(self._source.folding.with_toggled(key), key)
        return True

    def _group_at(self, index: int | None, at: QPointF) -> GroupKey | None:
        scene = self._surface.scene
        if scene is None:
            return None
        if index is not None:
            return scene.nodes[index].node.stands_for
        x, y = self._surface.camera.to_world((at.x(), at.y()))
        for frame in reversed(scene.drawing.frames):
            rect = frame.rect
            if rect.x <= x <= rect.right and rect.y <= y <= rect.y + TITLE_BAND_PX:
                return frame.group.key
        return None

    def expand(self, indices: frozenset[int]) -> None:
        """Open the selected group nodes, and selected ops into the kernels that they ran as."""
        keys = [key for key in self._keys(indices) if key is not None]
        folding = self._source.folding
        for key in keys:
            folding = folding.with_opened(key)
        if keys:
            self._change(folding, keys[0])

    def collapse(self, indices: frozenset[int]) -> None:
        """Fold the groups around the selected nodes."""
        scene = self._surface.scene
        if scene is None:
            return
        keys = list(dict.fromkeys(key for i in sorted(indices) if (key := scene.nodes[i].node.group) is not None))
        folding = self._source.folding
        for key in keys:
            folding = folding.with_closed(key)
        if keys:
            self._change(folding, keys[0])

    def _keys(self, indices: frozenset[int]) -> list[GroupKey | None]:
        scene = self._surface.scene
        if scene is None:
            return []
        nodes = [scene.nodes[index].node for index in sorted(indices)]
        return [node.executed_as if node.stands_for is None else node.stands_for for node in nodes]

    def expand_all(self) -> None:
        """Open every group."""
        self._source.fold(Folding().with_all_open())

    def collapse_all(self) -> None:
        """Fold every group."""
        self._source.fold(Folding().with_level(0))

    def set_level(self, position: int) -> None:
        """Show as much detail as the slider says: 0 is the whole program as one box (see ``engine.graph.levels``)."""
        if self._source.view is not None:
            self._source.fold(folding_at(self._source.view, position))

    def detail(self) -> Detail:
        """How detailed the picture is."""
        view = self._source.view
        return Detail(0, 0, DetailName.OPS) if view is None else detail_of(view, self._source.folding)

    def _change(self, folding: Folding, key: GroupKey) -> None:
        scene = self._surface.scene
        rect = None if scene is None else group_rect(scene, key)
        if rect is not None:
            camera = self._surface.camera
            self.anchor = Anchor(key, camera.to_view((rect.x, rect.y)))
        self._source.fold(folding)

    def take_anchor(self) -> Anchor | None:
        """Return what has to stay in place, once."""
        anchor, self.anchor = self.anchor, None
        return anchor


def group_rect(scene: Scene, key: GroupKey) -> Rect | None:
    """Return where a group stands, as a frame or as a folded node."""
    for frame in scene.drawing.frames:
        if frame.group.key == key:
            return frame.rect
    return next((box.rect for box in scene.nodes if key in (box.node.stands_for, box.node.executed_as)), None)
