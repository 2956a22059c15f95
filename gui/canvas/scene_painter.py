"""Paints a drawing at a step: frames, edges, nodes, what is picked out, by level of detail."""

import math
from collections.abc import Iterator
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
from gui.canvas.emphasis import NO_EMPHASIS, Emphasis
from gui.canvas.far_edges import FarEdges
from gui.canvas.frame_painter import FramePainter
from gui.canvas.group_names import LEAST_NAMED_PX, GroupName, paint_group_names, placed_names
from gui.canvas.label_images import LabelImages
from gui.canvas.lens import Lens, LensScale
from gui.canvas.level import Level, level_of
from gui.canvas.looks import Looks
from gui.canvas.node_images import NodeImages
from gui.canvas.node_painter import NodePainter
from gui.canvas.pick_painter import PickPainter
from gui.canvas.scene import Ints, Scene
from gui.canvas.scene_parts import SceneParts, Visible
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


class Tools:
    """What outlives a scene: painters of one theme and one recording, and the node images they made."""

    def __init__(self, tokens: Tokens, book: ValueBook) -> None:
        self.tokens = tokens
        self.book = book
        self.nodes = NodePainter(tokens, CellPainter(tokens, book))
        self.frames = FramePainter(tokens)
        self.images = NodeImages(self.nodes)
        self.labels = LabelImages()


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
        self._labels = tools.labels
        self._looks = Looks(tools.tokens, scene, tools.book, lens, scale)
        self._blocks = BlockPainter(tools.tokens, scene, self._looks, is_tinted=scale is not None)
        self._edges = EdgePainter(tools.tokens, scene, tools.book, lens)
        self._far = FarEdges(tools.tokens, scene)
        self._picks = PickPainter(tools.tokens, scene, self._nodes, self._edges)
        self._parts = SceneParts(scene, self._far, self._looks)
        self._names: list[GroupName] = []
        self._names_at: tuple[float, Rect] | None = None
        self._starts: dict[StepIndex, str] = {}
        if scene.drawing.direction is Direction.LEFT_RIGHT:
            self._starts = start_texts(tools.book, set(scene.first.tolist()))

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
        _all(self.strokes(painter, scale, seen, step, emphasis, quality))

    def strokes(
        self,
        painter: QPainter,
        scale: float,
        seen: Rect,
        step: StepIndex,
        emphasis: Emphasis = NO_EMPHASIS,
        quality: Quality | None = None,
    ) -> Iterator[None]:
        """Paint the same as ``paint``, some of it with each call of ``next``; the painter is nobody else's."""
        visible = self._parts.visible(seen, level_of(scale), emphasis, scale)
        edges = self._parts.edges_in(seen, emphasis)
        self._paint_frames(painter, visible)
        if visible.level is Level.BLOCKS:
            self._far.paint(painter, edges, step)
        else:
            yield from self._paint_edges(painter, edges, step, emphasis, is_hasty=quality is not None)
        self._picks.paint_neighbours(painter, step, emphasis)
        labels = None if quality is None else self._labels
        self._labels.start_frame(is_whole=True)
        self._paint_headings(painter, visible, scale, seen, labels)
        yield from self._paint_nodes(painter, visible, step, emphasis, quality)
        self._paint_far_names(painter, visible, scale, seen, labels)
        self._picks.paint_rings(painter, step, emphasis, scale, seen)

    def tile_turns(self, level: Level, area: Rect, emphasis: Emphasis, density: float) -> Ints:
        """Return the steps at which anything in a part of the world changes, in order; see ``paint_tile``."""
        return self._parts.part(level, area, emphasis, density).turns

    def paint_tile(
        self, painter: QPainter, level: Level, area: Rect, step: StepIndex, emphasis: Emphasis, density: float
    ) -> Iterator[None]:
        """Paint what is the same for every camera: frames, edges and nodes of a part of the world.

        Each call of ``next`` paints some of it, in about a millisecond at the most.

        Args:
            painter: A painter in world coordinates, which nobody else uses.
            level: The level of detail.
            area: The part.
            step: The state shown is that right after this step.
            emphasis: What is hidden and what is dimmed; the rest of it is painted by ``paint_above``.
            density: Device pixels for each world pixel.
        """
        part = self._parts.part(level, area, emphasis, density)
        visible, pieces = part.visible, part.pieces
        yield
        self._paint_frames(painter, visible)
        yield
        if level is Level.BLOCKS:
            yield from self._far.paint_pieces(painter, pieces, step)
        elif emphasis.traced is None:
            yield from self._edges.paint_pieces(painter, pieces, step, area)
        else:
            inside = self._parts.joining(self.scene.pieces.owners[pieces], emphasis.traced)
            painter.setOpacity(DIMMED_OPACITY)
            yield from self._edges.paint_pieces(painter, pieces[~inside], step, area)
            painter.setOpacity(1.0)
            yield from self._edges.paint_pieces(painter, pieces[inside], step, area)
        quality = Quality(density, math.inf) if density <= _LARGEST_IMAGES else None
        yield from self._paint_nodes(painter, visible, step, emphasis, quality)

    def paint_above(
        self,
        painter: QPainter,
        scale: float,
        seen: Rect,
        step: StepIndex,
        emphasis: Emphasis,
        *,
        is_whole: bool = True,
    ) -> bool:
        """Paint what is not in the tiles: headings and what is picked out; return whether something was left out.

        Unless ``is_whole``, names that are new may come with the next frames.
        """
        self._labels.start_frame(is_whole=is_whole)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        level = level_of(scale)
        least_px = LEAST_NAMED_PX if level is Level.BLOCKS else 0.0
        visible = Visible(_NOTHING, self._parts.frames_in(seen, least_px / scale), level, scale)
        self._picks.paint_neighbours(painter, step, emphasis)
        self._paint_headings(painter, visible, scale, seen, self._labels)
        self._paint_far_names(painter, visible, scale, seen, self._labels)
        self._picks.paint_rings(painter, step, emphasis, scale, seen)
        return self._labels.is_pending

    def _paint_frames(self, painter: QPainter, visible: Visible) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=visible.level > Level.BLOCKS)
        if visible.level is Level.BLOCKS:
            chosen = np.array(visible.frames, dtype=np.int64)
            boxes, depths = self.scene.frame_boxes[chosen], self.scene.frame_depths[chosen]
            self._frames.paint_many(painter, boxes, depths, visible.scale)
            return
        for index in visible.frames:
            self._frames.paint(painter, self.scene.drawing.frames[index], int(self.scene.frame_depths[index]))

    def _paint_headings(
        self, painter: QPainter, visible: Visible, scale: float, seen: Rect, labels: LabelImages | None
    ) -> None:
        if visible.level is Level.BLOCKS:
            return
        for index in visible.frames:
            frame = self.scene.drawing.frames[index]
            self._frames.paint_title(painter, frame, int(self.scene.frame_depths[index]), scale, seen, labels)
        for lane in self.scene.drawing.lanes:
            self._frames.paint_lane(painter, lane, scale, seen)
        self._edges.paint_counts(painter, seen, scale)

    def _paint_far_names(
        self, painter: QPainter, visible: Visible, scale: float, seen: Rect, labels: LabelImages | None
    ) -> None:
        if visible.level is Level.BLOCKS:
            if self._names_at != (scale, seen):
                frames = self._parts.nameable(visible.frames, scale)
                self._names_at, self._names = (scale, seen), placed_names(frames, scale, seen)
            paint_group_names(painter, self.tokens, self._names, scale, labels)

    def _paint_edges(
        self, painter: QPainter, edges: Ints, step: StepIndex, emphasis: Emphasis, *, is_hasty: bool
    ) -> Iterator[None]:
        if emphasis.traced is None:
            yield from self._edges.paint(painter, edges.tolist(), step, is_hasty=is_hasty)
            return
        inside = self._parts.joining(edges, emphasis.traced)
        painter.setOpacity(DIMMED_OPACITY)
        yield from self._edges.paint(painter, edges[~inside].tolist(), step, is_hasty=is_hasty)
        painter.setOpacity(1.0)
        yield from self._edges.paint(painter, edges[inside].tolist(), step, is_hasty=is_hasty)

    def _paint_nodes(
        self, painter: QPainter, visible: Visible, step: StepIndex, emphasis: Emphasis, quality: Quality | None
    ) -> Iterator[None]:
        if visible.level is Level.BLOCKS:
            yield from self._blocks.paint(painter, visible.nodes, step, emphasis)
        elif quality is None:
            yield from self._paint_directly(painter, visible, step, emphasis)
        else:
            yield from self._copy_images(painter, visible, step, emphasis, quality)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if visible.level >= Level.VALUES:
            self._paint_starts(painter, visible.nodes, step)

    def _paint_directly(
        self, painter: QPainter, visible: Visible, step: StepIndex, emphasis: Emphasis
    ) -> Iterator[None]:
        for index in visible.nodes.tolist():
            rect = self.scene.nodes[index].rect
            painter.save()
            painter.setOpacity(_opacity(index, emphasis))
            painter.translate(rect.x, rect.y)
            self._nodes.paint(painter, self._looks.of(index, step), visible.level)
            painter.restore()
            yield

    def _copy_images(
        self, painter: QPainter, visible: Visible, step: StepIndex, emphasis: Emphasis, quality: Quality
    ) -> Iterator[None]:
        # What is set here is set back by hand: between two strokes nothing may be saved on the painter.
        transform, world = painter.transform(), painter.worldTransform()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._images.start_frame(quality.budget_s)
        for index in visible.nodes.tolist():
            rect = self.scene.nodes[index].rect
            at = transform.map(QPointF(rect.x, rect.y))
            if emphasis.traced is not None:
                painter.setOpacity(_opacity(index, emphasis))
            self._images.draw(painter, at, self._looks.of(index, step), visible.level, quality.density)
            yield
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.setWorldTransform(world)

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
_NOTHING = np.zeros(0, dtype=np.int64)


def _opacity(index: int, emphasis: Emphasis) -> float:
    return 1.0 if emphasis.traced is None or index in emphasis.traced else DIMMED_OPACITY


def _all(strokes: Iterator[None]) -> None:
    """Paint everything at once."""
    for _ in strokes:
        pass
