"""Paints a drawing at a step: frames, edges, nodes, what is picked out, by level of detail."""

import math
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter

from engine.drawing.drawing import Direction, Rect
from engine.graph.view import NodeKind
from engine.trace.ids import StepIndex
from gui.canvas.block_painter import BlockPainter
from gui.canvas.cell_painter import CellPainter
from gui.canvas.edge_painter import EdgePainter
from gui.canvas.edge_pieces import EdgePieces
from gui.canvas.emphasis import NO_EMPHASIS, Emphasis
from gui.canvas.far_edges import FarEdges
from gui.canvas.frame_painter import FramePainter
from gui.canvas.group_names import LEAST_NAMED_PX, GroupName, paint_group_names, placed_names
from gui.canvas.lens import Lens, LensScale
from gui.canvas.level import Level, level_of
from gui.canvas.looks import Looks
from gui.canvas.node_images import NodeImages
from gui.canvas.node_painter import NodePainter
from gui.canvas.pick_painter import PickPainter
from gui.canvas.scene import Ints, Mask, Scene
from gui.canvas.start_labels import start_texts
from gui.canvas.valuebook import ValueBook
from gui.theme.tokens import Tokens
from gui.widgets.lettering import DIMMED_OPACITY, Style, draw_text


@dataclass(frozen=True, slots=True)
class Quality:
    """How nodes are painted on the screen.

    ``density`` is device pixels for each world pixel, ``budget_s`` the time that painting new node images may take in
    this frame; nodes beyond it look coarse until the next one.
    """

    density: float
    budget_s: float


@dataclass(frozen=True, slots=True)
class _Visible:
    nodes: Ints
    edges: Ints
    frames: list[int]
    level: Level
    scale: float


@dataclass(frozen=True, slots=True)
class _Part:
    """What a tile shows, whatever the step: ``pieces`` of edges, and the steps at which any of it changes, sorted."""

    visible: _Visible
    pieces: Ints
    turns: Ints


class Tools:
    """What outlives a scene: painters of one theme and one recording, and the node images they made."""

    def __init__(self, tokens: Tokens, book: ValueBook) -> None:
        self.tokens = tokens
        self.book = book
        self.nodes = NodePainter(tokens, CellPainter(tokens, book))
        self.frames = FramePainter(tokens)
        self.images = NodeImages(self.nodes)


class ScenePainter:
    """Paints one scene with given tools through one lens; made anew when any of them changes."""

    def __init__(self, tools: Tools, scene: Scene, lens: Lens, scale: LensScale | None) -> None:
        self.scale = scale
        self.scene = scene
        self.tokens = tools.tokens
        self.overlay = tools.book.overlay
        self._nodes = tools.nodes
        self._frames = tools.frames
        self._images = tools.images
        self._looks = Looks(tools.tokens, scene, tools.book, lens, scale)
        self._blocks = BlockPainter(tools.tokens, scene, self._looks, is_tinted=scale is not None)
        self._pieces = EdgePieces(scene)
        self._edges = EdgePainter(tools.tokens, scene, self._pieces, tools.book, lens)
        self._far = FarEdges(tools.tokens, scene, self._pieces)
        self._picks = PickPainter(tools.tokens, scene, self._nodes, self._edges)
        self._depths = _depths(scene)
        self._frame_boxes = _frame_boxes(scene)
        self._names: list[GroupName] = []
        self._names_at: tuple[float, Rect] | None = None
        self._parts: OrderedDict[tuple[Level, Rect, float, frozenset[int]], _Part] = OrderedDict()
        shown = {box.node.step for box in scene.drawing.nodes}
        self._starts = start_texts(tools.book, shown) if scene.drawing.direction is Direction.LEFT_RIGHT else {}

    @property
    def is_pending(self) -> bool:
        """Whether another frame would be sharper than the last one."""
        return self._images.is_pending

    def paint(
        self,
        painter: QPainter,
        scale: float,
        seen: Rect,
        step: StepIndex,
        emphasis: Emphasis = NO_EMPHASIS,
        quality: Quality | None = None,
    ) -> None:
        """Paint what lies in ``seen``.

        Args:
            painter: A painter in world coordinates (its transform already holds zoom and position).
            scale: View pixels for each world pixel, decides the level of detail.
            seen: The world rectangle to paint.
            step: The state shown is that right after this step.
            emphasis: What is picked out.
            quality: How to paint through node images; None paints nodes directly (for files and vector devices).
        """
        visible = self._visible(seen, level_of(scale), emphasis, scale)
        self._paint_frames(painter, visible)
        if visible.level is Level.BLOCKS:
            self._far.paint(painter, visible.edges, step)
        else:
            self._paint_edges(painter, visible, step, emphasis)
        self._picks.paint_neighbours(painter, step, emphasis)
        self._paint_headings(painter, visible, scale, seen)
        self._paint_nodes(painter, visible, step, emphasis, quality)
        self._paint_far_names(painter, visible, scale, seen)
        self._picks.paint_rings(painter, step, emphasis, scale, seen)

    def paint_tile(
        self, painter: QPainter, level: Level, area: Rect, step: StepIndex, emphasis: Emphasis, density: float
    ) -> Ints:
        """Paint what is the same for every camera: frames, edges and nodes of a part of the world.

        Args:
            painter: A painter in world coordinates.
            level: The level of detail.
            area: The part.
            step: The state shown is that right after this step.
            emphasis: What is hidden and what is dimmed; the rest of it is painted by ``paint_above``.
            density: Device pixels for each world pixel.

        Returns:
            The steps at which any of it changes, in order.
        """
        part = self._part(level, area, emphasis, density)
        visible, pieces = part.visible, part.pieces
        self._paint_frames(painter, visible)
        if level is Level.BLOCKS:
            self._far.paint_pieces(painter, pieces, step)
        elif emphasis.traced is None:
            self._edges.paint_pieces(painter, pieces, step, area)
        else:
            inside = self._joins(self._pieces.owners[pieces], emphasis.traced)
            painter.setOpacity(DIMMED_OPACITY)
            self._edges.paint_pieces(painter, pieces[~inside], step, area)
            painter.setOpacity(1.0)
            self._edges.paint_pieces(painter, pieces[inside], step, area)
        quality = Quality(density, math.inf) if density <= _LARGEST_IMAGES else None
        self._paint_nodes(painter, visible, step, emphasis, quality)
        return part.turns

    def _part(self, level: Level, area: Rect, emphasis: Emphasis, density: float) -> "_Part":
        """What a tile shows, kept for the next step."""
        key = (level, area, density, emphasis.hidden)
        part = self._parts.get(key)
        if part is None:
            visible = self._visible(area, level, emphasis, density)
            pieces = self._pieces.inside(area)
            owners = self._pieces.owners[pieces]
            pieces = pieces[~self.scene.is_saved[owners] & ~self._at_hidden(owners, emphasis)]
            if level is Level.BLOCKS:
                pieces = self._far.told_apart(pieces, density)
            turns = np.unique(np.concatenate([self._pieces.steps[pieces], self._looks.turns_of(visible.nodes)]))
            part = self._parts[key] = _Part(visible, pieces, turns)
            if len(self._parts) > _KEPT_PARTS:
                self._parts.popitem(last=False)
        self._parts.move_to_end(key)
        return part

    def paint_above(self, painter: QPainter, scale: float, seen: Rect, step: StepIndex, emphasis: Emphasis) -> None:
        """Paint what is not in the tiles: headings and what is picked out."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        level = level_of(scale)
        least_px = LEAST_NAMED_PX if level is Level.BLOCKS else 0.0
        visible = _Visible(_NOTHING, _NOTHING, self._frames_in(seen, least_px / scale), level, scale)
        self._picks.paint_neighbours(painter, step, emphasis)
        self._paint_headings(painter, visible, scale, seen)
        self._paint_far_names(painter, visible, scale, seen)
        self._picks.paint_rings(painter, step, emphasis, scale, seen)

    def _visible(self, seen: Rect, level: Level, emphasis: Emphasis, scale: float) -> _Visible:
        scene = self.scene
        nodes, edges = scene.nodes_in(seen), scene.edges_in(seen)
        if emphasis.hidden:
            nodes = nodes[~np.isin(nodes, np.fromiter(emphasis.hidden, dtype=np.int64))]
            edges = edges[~self._at_hidden(edges, emphasis)]
        frames = self._frames_in(seen, _SMALLEST_FRAME_PX / scale)
        return _Visible(nodes, edges[~scene.is_saved[edges]], frames, level, scale)

    def _at_hidden(self, edges: Ints, emphasis: Emphasis) -> Mask:
        hidden = np.fromiter(emphasis.hidden, dtype=np.int64)
        return np.isin(self.scene.sources[edges], hidden) | np.isin(self.scene.targets[edges], hidden)

    def _joins(self, edges: Ints, nodes: frozenset[int]) -> Mask:
        """Of some edges, which of them join two of these nodes."""
        kept = np.fromiter(nodes, dtype=np.int64)
        return np.isin(self.scene.sources[edges], kept) & np.isin(self.scene.targets[edges], kept)

    def _frames_in(self, seen: Rect, least: float) -> list[int]:
        """Those that touch ``seen`` and whose longer side is at least so long, in world units."""
        boxes = self._frame_boxes
        touches = (boxes[:, 0] <= seen.right) & (boxes[:, 2] >= seen.x)
        touches &= (boxes[:, 1] <= seen.bottom) & (boxes[:, 3] >= seen.y)
        touches &= np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) >= least
        found: list[int] = np.flatnonzero(touches).tolist()
        return found

    def _paint_frames(self, painter: QPainter, visible: _Visible) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=visible.level > Level.BLOCKS)
        if visible.level is Level.BLOCKS:
            chosen = np.array(visible.frames, dtype=np.int64)
            self._frames.paint_many(painter, self._frame_boxes[chosen], self._depths[chosen], visible.scale)
            return
        for index in visible.frames:
            self._frames.paint(painter, self.scene.drawing.frames[index], int(self._depths[index]))

    def _paint_headings(self, painter: QPainter, visible: _Visible, scale: float, seen: Rect) -> None:
        if visible.level is Level.BLOCKS:
            return
        for index in visible.frames:
            frame = self.scene.drawing.frames[index]
            self._frames.paint_title(painter, frame, int(self._depths[index]), scale, seen.x)
        for lane in self.scene.drawing.lanes:
            self._frames.paint_lane(painter, lane, scale)

    def _paint_far_names(self, painter: QPainter, visible: _Visible, scale: float, seen: Rect) -> None:
        if visible.level is Level.BLOCKS:
            if self._names_at != (scale, seen):
                frames = [(self.scene.drawing.frames[index], int(self._depths[index])) for index in visible.frames]
                self._names_at, self._names = (scale, seen), placed_names(frames, scale, seen)
            paint_group_names(painter, self.tokens, self._names, scale)

    def _paint_edges(self, painter: QPainter, visible: _Visible, step: StepIndex, emphasis: Emphasis) -> None:
        edges = visible.edges
        if emphasis.traced is None:
            self._edges.paint(painter, edges.tolist(), step)
            return
        inside = self._joins(edges, emphasis.traced)
        painter.setOpacity(DIMMED_OPACITY)
        self._edges.paint(painter, edges[~inside].tolist(), step)
        painter.setOpacity(1.0)
        self._edges.paint(painter, edges[inside].tolist(), step)

    def _paint_nodes(
        self, painter: QPainter, visible: _Visible, step: StepIndex, emphasis: Emphasis, quality: Quality | None
    ) -> None:
        if visible.level is Level.BLOCKS:
            self._blocks.paint(painter, visible.nodes, step, emphasis)
        elif quality is None:
            self._paint_directly(painter, visible, step, emphasis)
        else:
            self._copy_images(painter, visible, step, emphasis, quality)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if visible.level >= Level.VALUES:
            self._paint_starts(painter, visible.nodes, step)

    def _paint_directly(self, painter: QPainter, visible: _Visible, step: StepIndex, emphasis: Emphasis) -> None:
        for index in visible.nodes.tolist():
            rect = self.scene.nodes[index].rect
            painter.save()
            painter.setOpacity(_opacity(index, emphasis))
            painter.translate(rect.x, rect.y)
            self._nodes.paint(painter, self._looks.of(index, step), visible.level)
            painter.restore()

    def _copy_images(
        self, painter: QPainter, visible: _Visible, step: StepIndex, emphasis: Emphasis, quality: Quality
    ) -> None:
        transform = painter.transform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._images.start_frame(quality.budget_s)
        for index in visible.nodes.tolist():
            rect = self.scene.nodes[index].rect
            at = transform.map(QPointF(rect.x, rect.y))
            if emphasis.traced is not None:
                painter.setOpacity(_opacity(index, emphasis))
            self._images.draw(painter, at, self._looks.of(index, step), visible.level, quality.density)
        painter.restore()

    def _paint_starts(self, painter: QPainter, nodes: Ints, step: StepIndex) -> None:
        """Under the first node of each backward call, the gradient that it began with."""
        starts = np.fromiter((at for at in self._starts if at <= step), dtype=np.int64)
        for index in nodes[np.isin(self.scene.first[nodes], starts)].tolist():
            box = self.scene.nodes[index]
            if box.node.step is not None and box.node.kind is NodeKind.BACKWARD:
                painter.setPen(QColor(self.tokens.muted))
                draw_text(painter, box.rect.x + 4, box.rect.bottom + 17, self._starts[box.node.step], Style.LABEL)


_LARGEST_IMAGES = 4.0
"""From this density on an image of a node would be larger than the tile that a part of it is copied to."""
_KEPT_PARTS = 96
_SMALLEST_FRAME_PX = 2.0
"""A smaller frame is no more than a speck."""
_NOTHING = np.zeros(0, dtype=np.int64)


def _opacity(index: int, emphasis: Emphasis) -> float:
    return 1.0 if emphasis.traced is None or index in emphasis.traced else DIMMED_OPACITY


def _frame_boxes(scene: Scene) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    rects = [frame.rect for frame in scene.drawing.frames]
    return np.array([(r.x, r.y, r.right, r.bottom) for r in rects], dtype=np.float64).reshape(-1, 4)


def _depths(scene: Scene) -> Ints:
    depth_of: dict[object, int] = {}
    depths = []
    for frame in scene.drawing.frames:
        depth = depth_of.get(frame.group.parent, -1) + 1
        depth_of[frame.group.key] = depth
        depths.append(depth)
    return np.array(depths, dtype=np.int64)
