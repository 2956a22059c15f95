"""What of a scene lies in a part of the world, and when it changes. Qt-free."""

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from engine.drawing.drawing import GroupFrame, Rect
from gui.canvas.emphasis import Emphasis
from gui.canvas.far_edges import FarEdges
from gui.canvas.group_names import LEAST_NAMED_HIGH_PX, LEAST_NAMED_PX
from gui.canvas.level import Level
from gui.canvas.looks import Looks
from gui.canvas.scene import Ints, Mask, Scene

_KEPT_PARTS = 96
_SMALLEST_FRAME_PX = 2.0
"""A smaller frame is no more than a speck."""


@dataclass(frozen=True, slots=True)
class Visible:
    """Nodes and frames to paint, how much of them, and at how many pixels for each world pixel."""

    nodes: Ints
    frames: list[int]
    level: Level
    scale: float


@dataclass(frozen=True, slots=True)
class Part:
    """What a tile shows, whatever the step: ``pieces`` of edges, and the steps at which any of it changes, sorted."""

    visible: Visible
    pieces: Ints
    turns: Ints


class SceneParts:
    """Finds what is where in one scene; the parts that tiles show are kept for the next step."""

    def __init__(self, scene: Scene, far: FarEdges, looks: Looks) -> None:
        self._scene = scene
        self._far = far
        self._looks = looks
        self._parts: OrderedDict[tuple[Level, Rect, float, frozenset[int]], Part] = OrderedDict()

    def part(self, level: Level, area: Rect, emphasis: Emphasis, density: float) -> Part:
        """Return what a tile shows at ``density`` device pixels for each world pixel."""
        key = (level, area, density, emphasis.gone)
        part = self._parts.get(key)
        if part is None:
            part = self._parts[key] = self._part(level, area, emphasis, density)
            if len(self._parts) > _KEPT_PARTS:
                self._parts.popitem(last=False)
        self._parts.move_to_end(key)
        return part

    def _part(self, level: Level, area: Rect, emphasis: Emphasis, density: float) -> Part:
        visible = self.visible(area, level, emphasis, density)
        pieces = self._scene.pieces.inside(area)
        if level is Level.BLOCKS:
            pieces = self._far.told_apart(pieces, density)
        owners = self._scene.pieces.owners[pieces]
        shows = ~self._scene.is_saved[owners]
        if emphasis.gone:
            shows &= ~self._at_gone(owners, emphasis)
        pieces, owners = pieces[shows], owners[shows]
        turns = np.unique(np.concatenate([self._scene.edge_steps[owners], self._looks.turns_of(visible.nodes)]))
        return Part(visible, pieces, turns)

    def visible(self, seen: Rect, level: Level, emphasis: Emphasis, scale: float) -> Visible:
        """Return the nodes and frames in a world rectangle."""
        nodes = self._scene.nodes_in(seen)
        if emphasis.gone:
            nodes = nodes[~np.isin(nodes, np.fromiter(emphasis.gone, dtype=np.int64))]
        return Visible(nodes, self.frames_in(seen, _SMALLEST_FRAME_PX / scale), level, scale)

    def edges_in(self, seen: Rect, emphasis: Emphasis) -> Ints:
        """Return the edges in a world rectangle; those of saved tensors are shown only at what is picked out."""
        edges = self._scene.edges_in(seen)
        edges = edges[~self._scene.is_saved[edges]]
        return edges[~self._at_gone(edges, emphasis)] if emphasis.gone else edges

    def joining(self, edges: Ints, nodes: frozenset[int]) -> Mask:
        """Of some edges, which of them join two of these nodes."""
        kept = np.fromiter(nodes, dtype=np.int64)
        return np.isin(self._scene.sources[edges], kept) & np.isin(self._scene.targets[edges], kept)

    def _at_gone(self, edges: Ints, emphasis: Emphasis) -> Mask:
        gone = np.fromiter(emphasis.gone, dtype=np.int64)
        return np.isin(self._scene.sources[edges], gone) | np.isin(self._scene.targets[edges], gone)

    def nameable(self, frames: list[int], scale: float) -> list[tuple[GroupFrame, int]]:
        """Return those of some frames that have room for a name, each with the number of frames around it."""
        scene, chosen = self._scene, np.array(frames, dtype=np.int64)
        sizes = scene.frame_boxes[chosen, 2:] - scene.frame_boxes[chosen, :2]
        has_room = (sizes[:, 0] * scale >= LEAST_NAMED_PX) & (sizes[:, 1] * scale >= LEAST_NAMED_HIGH_PX)
        return [(scene.drawing.frames[n], int(scene.frame_depths[n])) for n in chosen[has_room].tolist()]

    def frames_in(self, seen: Rect, least: float) -> list[int]:
        """Return the frames that touch ``seen`` and whose longer side is at least so long, in world units."""
        boxes = self._scene.frame_boxes
        touches = (boxes[:, 0] <= seen.right) & (boxes[:, 2] >= seen.x)
        touches &= (boxes[:, 1] <= seen.bottom) & (boxes[:, 3] >= seen.y)
        touches &= np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) >= least
        found: list[int] = np.flatnonzero(touches).tolist()
        return found
