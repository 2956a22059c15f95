"""Paints a drawing at a step: frames, edges, nodes, threads, rings, by level of detail."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from engine.drawing.drawing import Direction, Rect
from engine.drawing.state import StepState
from engine.graph.view import NodeKind
from engine.trace.ids import StepIndex
from gui.canvas.batches import draw_rects
from gui.canvas.cell_painter import CellPainter
from gui.canvas.edge_painter import EdgePainter, EdgeStyle
from gui.canvas.emphasis import NO_EMPHASIS, Emphasis
from gui.canvas.frame_painter import FramePainter
from gui.canvas.ink import DIMMED_OPACITY, Style, draw_text, faded
from gui.canvas.lens import Lens, LensScale
from gui.canvas.level import Level, level_of
from gui.canvas.look import NodeLook, View, look_of, strip_of
from gui.canvas.node_images import NodeImages
from gui.canvas.node_painter import NodePainter
from gui.canvas.scene import Ints, Scene
from gui.canvas.start_labels import start_texts
from gui.canvas.valuebook import ValueBook
from gui.theme.colors import mix
from gui.theme.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Quality:
    """How nodes are painted on the screen.

    ``density`` is device pixels for each world pixel, ``budget_s`` the time that painting new node images may take in
    this frame; nodes beyond it look coarse until the next one.
    """

    density: float
    budget_s: float


@dataclass(slots=True)
class _Visible:
    nodes: Ints
    edges: Ints
    level: Level
    states: dict[int, StepState] = field(default_factory=dict)


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
        self._tokens = tools.tokens
        self._scene = scene
        self._book = tools.book
        self._lens = lens
        self._nodes = tools.nodes
        self._edges = EdgePainter(tools.tokens, scene, tools.book)
        self._frames = tools.frames
        self._images = tools.images
        self._depths = _depths(scene)
        self._looks: dict[int, NodeLook] = {}
        self._looks_step: StepIndex | None = None
        shown = {box.node.step for box in scene.drawing.nodes}
        self._starts = start_texts(tools.book, shown) if scene.drawing.direction is Direction.LEFT_RIGHT else {}
        self._strips: tuple[list[str], Ints] | None = None

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
        self._forget_looks(step)
        visible = self._visible(seen, level_of(scale), emphasis)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=visible.level > Level.BLOCKS)
        frames = self._frames_in(seen)
        for index in frames:
            self._frames.paint(painter, self._scene.drawing.frames[index], self._depths[index])
        self._paint_edges(painter, visible, step, emphasis)
        if visible.level > Level.BLOCKS:
            self._paint_headings(painter, frames, scale, seen)
        if visible.level is Level.BLOCKS:
            self._paint_blocks(painter, visible.nodes, step, emphasis)
        elif quality is None:
            self._paint_nodes(painter, visible, step, emphasis)
        else:
            self._copy_nodes(painter, visible, step, emphasis, quality)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if visible.level >= Level.VALUES:
            self._paint_starts(painter, visible.nodes, step)
        self._paint_rings(painter, visible, step, emphasis, scale, seen)

    def _forget_looks(self, step: StepIndex) -> None:
        if step != self._looks_step:
            self._looks.clear()
            self._looks_step = step

    def _visible(self, seen: Rect, level: Level, emphasis: Emphasis) -> _Visible:
        nodes, edges = self._scene.nodes_in(seen), self._scene.edges_in(seen)
        if emphasis.hidden:
            hidden = np.fromiter(emphasis.hidden, dtype=np.int64)
            nodes = nodes[~np.isin(nodes, hidden)]
            scene = self._scene
            edges = edges[~np.isin(scene.sources[edges], hidden) & ~np.isin(scene.targets[edges], hidden)]
        return _Visible(nodes, edges, level)

    def _frames_in(self, seen: Rect) -> list[int]:
        rects = (frame.rect for frame in self._scene.drawing.frames)
        return [
            index
            for index, rect in enumerate(rects)
            if rect.x <= seen.right and rect.right >= seen.x and rect.y <= seen.bottom and rect.bottom >= seen.y
        ]

    def _paint_headings(self, painter: QPainter, frames: list[int], scale: float, seen: Rect) -> None:
        for index in frames:
            frame = self._scene.drawing.frames[index]
            self._frames.paint_title(painter, frame, self._depths[index], scale, seen.x)
        for lane in self._scene.drawing.lanes:
            self._frames.paint_lane(painter, lane, scale)

    def _paint_edges(self, painter: QPainter, visible: _Visible, step: StepIndex, emphasis: Emphasis) -> None:
        edges = visible.edges[~self._scene.is_saved[visible.edges]]
        if visible.level is Level.BLOCKS:
            self._edges.paint_far(painter, edges, step)
        elif emphasis.traced is None:
            self._edges.paint(painter, edges.tolist(), step)
        else:
            kept = np.fromiter(emphasis.traced, dtype=np.int64)
            inside = np.isin(self._scene.sources[edges], kept) & np.isin(self._scene.targets[edges], kept)
            painter.setOpacity(DIMMED_OPACITY)
            self._edges.paint(painter, edges[~inside].tolist(), step)
            painter.setOpacity(1.0)
            self._edges.paint(painter, edges[inside].tolist(), step)
        self._paint_neighbours(painter, step, emphasis)

    def _paint_neighbours(self, painter: QPainter, step: StepIndex, emphasis: Emphasis) -> None:
        """Edges into and out of what is selected, in two tones."""
        if not emphasis.selected:
            return
        chosen = np.fromiter(emphasis.selected, dtype=np.int64)
        plain = ~self._scene.is_saved
        for ends, color in (
            (self._scene.targets, self._tokens.accent),
            (self._scene.sources, mix(self._tokens.accent, self._tokens.canvas, 0.45).name()),
        ):
            indices = np.flatnonzero(np.isin(ends, chosen) & plain).tolist()
            for index in indices:
                style = self._edges.style_of(index, step)
                picked = EdgeStyle(color, style.width + 0.6, style.is_future, style.is_dotted)
                self._edges.paint_styled(painter, [index], picked)

    def _paint_blocks(self, painter: QPainter, nodes: Ints, step: StepIndex, emphasis: Emphasis) -> None:
        palette, codes = self._block_colors(nodes, step)
        is_future = self._scene.first[nodes] > step
        dimmed = np.zeros(len(nodes), dtype=np.bool_)
        if emphasis.traced is not None:
            dimmed = ~np.isin(nodes, np.fromiter(emphasis.traced, dtype=np.int64))
        boxes = self._scene.boxes[nodes]
        boxes[:, 2:] -= boxes[:, :2]
        painter.setPen(Qt.PenStyle.NoPen)
        groups = codes * 4 + is_future * 2 + dimmed
        for group in np.unique(groups).tolist():
            opacity = (0.25 if group & 2 else 0.85) * (DIMMED_OPACITY if group & 1 else 1.0)
            painter.setBrush(faded(palette[group // 4], opacity))
            draw_rects(painter, boxes[groups == group])

    def _block_colors(self, nodes: Ints, step: StepIndex) -> tuple[list[str], Ints]:
        """A palette and the position in it of each node's colour: its category, or what the lens says."""
        if self._strips is None:
            view = View(self._tokens, self._book, step, self._lens, self.scale)
            self._strips = _coded([strip_of(box.node, view) for box in self._scene.nodes])
        palette, codes = self._strips
        if self.scale is None:
            return palette, codes[nodes]
        looks = [self._look(index, step) for index in nodes.tolist()]
        plain = (self._tokens.node, self._tokens.backward_node)
        return _coded([look.strip if look.fill in plain else look.fill for look in looks])

    def _paint_nodes(self, painter: QPainter, visible: _Visible, step: StepIndex, emphasis: Emphasis) -> None:
        for index in visible.nodes.tolist():
            rect = self._scene.nodes[index].rect
            painter.save()
            painter.setOpacity(_opacity(index, emphasis))
            painter.translate(rect.x, rect.y)
            self._nodes.paint(painter, self._look(index, step), visible.level)
            painter.restore()

    def _copy_nodes(
        self, painter: QPainter, visible: _Visible, step: StepIndex, emphasis: Emphasis, quality: Quality
    ) -> None:
        transform = painter.transform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._images.start_frame(quality.budget_s)
        for index in visible.nodes.tolist():
            rect = self._scene.nodes[index].rect
            at = transform.map(QPointF(rect.x, rect.y))
            if emphasis.traced is not None:
                painter.setOpacity(_opacity(index, emphasis))
            self._images.draw(painter, at, self._look(index, step), visible.level, quality.density)
        painter.restore()

    def _look(self, index: int, step: StepIndex) -> NodeLook:
        look = self._looks.get(index)
        if look is None:
            view = View(self._tokens, self._book, step, self._lens, self.scale)
            look = look_of(self._scene.nodes[index], self._scene.state_of(index, step), view)
            self._looks[index] = look
        return look

    def _paint_starts(self, painter: QPainter, nodes: Ints, step: StepIndex) -> None:
        """Under the first node of each backward call, the gradient that it began with."""
        starts = np.fromiter((at for at in self._starts if at <= step), dtype=np.int64)
        for index in nodes[np.isin(self._scene.first[nodes], starts)].tolist():
            box = self._scene.nodes[index]
            if box.node.step is not None and box.node.kind is NodeKind.BACKWARD:
                painter.setPen(QColor(self._tokens.muted))
                draw_text(painter, box.rect.x + 4, box.rect.bottom + 17, self._starts[box.node.step], Style.LABEL)

    def _paint_rings(
        self,
        painter: QPainter,
        visible: _Visible,
        step: StepIndex,
        emphasis: Emphasis,
        scale: float,
        seen: Rect,
    ) -> None:
        tokens = self._tokens
        current = self._scene.node_at_playhead(step) if emphasis.shows_current else None
        self._paint_threads(painter, emphasis, current, seen, scale)
        shown = set(visible.nodes.tolist())
        for index in emphasis.hits & shown:
            self._ring(painter, index, tokens.saved, scale)
        if emphasis.hovered in shown and emphasis.hovered is not None:
            self._outline(painter, emphasis.hovered)
        for index in emphasis.selected & shown:
            self._ring(painter, index, tokens.accent, scale)
        if current is not None and current in shown and current not in emphasis.selected:
            self._ring(painter, current, self._ring_color(current), scale)
        failed = self._scene.failed
        if failed in shown and failed is not None and self._scene.state_of(failed, step) is not StepState.FUTURE:
            self._ring(painter, failed, tokens.error, scale)

    def _ring_color(self, index: int) -> str:
        kind = self._scene.nodes[index].node.kind
        if self._scene.is_backward[index]:
            return self._tokens.backward
        return self._tokens.optimizer if kind is NodeKind.OPTIMIZER else self._tokens.accent

    def _paint_threads(
        self, painter: QPainter, emphasis: Emphasis, current: int | None, seen: Rect, scale: float
    ) -> None:
        wanted = set(emphasis.selected) | ({current} if current is not None else set())
        backward = [index for index in wanted if self._scene.is_backward[index]]
        if not backward:
            return
        ends = np.isin(self._scene.targets, backward) & self._scene.is_saved
        threads: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for index in np.flatnonzero(ends).tolist():
            threads[(int(self._scene.sources[index]), int(self._scene.targets[index]))].append(index)
        for bundle in threads.values():
            self._edges.paint_threads(painter, bundle, seen, scale)

    def _ring(self, painter: QPainter, index: int, color: str, scale: float) -> None:
        painter.save()
        rect = self._scene.nodes[index].rect
        painter.translate(rect.x, rect.y)
        # Far away the ring keeps its size on the screen, or nobody would find it.
        grow = max(1.0, 0.6 / scale)
        painter.scale(grow, grow)
        self._nodes.paint_ring(painter, QRectF(0, 0, rect.width / grow, rect.height / grow), color)
        painter.restore()

    def _outline(self, painter: QPainter, index: int) -> None:
        rect = self._scene.nodes[index].rect
        self._nodes.paint_outline(painter, QRectF(rect.x, rect.y, rect.width, rect.height))


def _coded(colors: list[str]) -> tuple[list[str], Ints]:
    positions = {color: position for position, color in enumerate(dict.fromkeys(colors))}
    return list(positions), np.fromiter((positions[color] for color in colors), dtype=np.int64)


def _opacity(index: int, emphasis: Emphasis) -> float:
    return 1.0 if emphasis.traced is None or index in emphasis.traced else DIMMED_OPACITY


def _depths(scene: Scene) -> list[int]:
    depth_of: dict[object, int] = {}
    depths = []
    for frame in scene.drawing.frames:
        depth = depth_of.get(frame.group.parent, -1) + 1
        depth_of[frame.group.key] = depth
        depths.append(depth)
    return depths
