"""Paints what is picked out: edges of the selection, rings, outlines, threads of saved tensors."""

from collections import defaultdict

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from engine.drawing.drawing import Rect
from engine.drawing.state import StepState
from engine.graph.view import NodeKind
from engine.trace.ids import StepIndex
from gui.canvas.edge_painter import EdgePainter, EdgeStyle
from gui.canvas.emphasis import Emphasis
from gui.canvas.node_painter import NodePainter
from gui.canvas.scene import Scene
from gui.theme.colors import mix
from gui.theme.tokens import Tokens


class PickPainter:
    """Paints what is picked out in one scene."""

    def __init__(self, tokens: Tokens, scene: Scene, nodes: NodePainter, edges: EdgePainter) -> None:
        self._tokens = tokens
        self._scene = scene
        self._nodes = nodes
        self._edges = edges
        self._saved = np.flatnonzero(scene.is_saved)

    def paint_neighbours(self, painter: QPainter, step: StepIndex, emphasis: Emphasis) -> None:
        """Paint edges into and out of what is selected, in two tones, and the edge under the mouse."""
        if emphasis.edge is not None and emphasis.edge < len(self._scene.edges):
            self._paint_picked(painter, emphasis.edge, step, self._tokens.accent)
        if not emphasis.selected:
            return
        chosen = np.fromiter(emphasis.selected, dtype=np.int64)
        plain = ~self._scene.is_saved
        if emphasis.lifted:
            lifted = np.fromiter(emphasis.lifted, dtype=np.int64)
            plain &= ~(np.isin(self._scene.sources, lifted) | np.isin(self._scene.targets, lifted))
        for ends, color in (
            (self._scene.targets, self._tokens.accent),
            (self._scene.sources, mix(self._tokens.accent, self._tokens.canvas, 0.45).name()),
        ):
            for index in np.flatnonzero(np.isin(ends, chosen) & plain).tolist():
                self._paint_picked(painter, index, step, color)

    def _paint_picked(self, painter: QPainter, index: int, step: StepIndex, color: str) -> None:
        style = self._edges.style_of(index, step)
        picked = EdgeStyle(color, style.width + 0.6, style.is_future, style.is_dotted)
        self._edges.paint_styled(painter, [index], picked)

    def paint_rings(self, painter: QPainter, step: StepIndex, emphasis: Emphasis, scale: float, seen: Rect) -> None:
        """Paint threads and rings of what lies in ``seen``."""
        tokens = self._tokens
        current = self._scene.node_at_playhead(step) if emphasis.shows_current else None
        self._paint_threads(painter, emphasis, current, seen, scale)
        for index in self._shown(emphasis.hits, emphasis, seen):
            self._ring(painter, index, tokens.saved, scale)
        if emphasis.hovered is not None:
            for index in self._shown(frozenset({emphasis.hovered}), emphasis, seen):
                self._outline(painter, index)
        for index in self._shown(emphasis.selected, emphasis, seen):
            self._ring(painter, index, tokens.accent, scale)
        if current is not None and current not in emphasis.selected:
            for index in self._shown(frozenset({current}), emphasis, seen):
                self._ring(painter, index, self._ring_color(index), scale)
        failed = self._scene.failed
        if failed is not None and self._scene.state_of(failed, step) is not StepState.FUTURE:
            for index in self._shown(frozenset({failed}), emphasis, seen):
                self._ring(painter, index, tokens.error, scale)

    def _shown(self, indices: frozenset[int], emphasis: Emphasis, seen: Rect) -> list[int]:
        """Those of some nodes that are not hidden and touch ``seen``."""
        if not indices:
            return []
        chosen = np.fromiter(sorted(indices - emphasis.gone), dtype=np.int64)
        boxes = self._scene.boxes[chosen]
        touches = (boxes[:, 0] <= seen.right) & (boxes[:, 2] >= seen.x)
        touches &= (boxes[:, 1] <= seen.bottom) & (boxes[:, 3] >= seen.y)
        shown: list[int] = chosen[touches].tolist()
        return shown

    def _ring_color(self, index: int) -> str:
        kind = self._scene.nodes[index].node.kind
        if self._scene.is_backward[index]:
            return self._tokens.backward
        return self._tokens.optimizer if kind is NodeKind.OPTIMIZER else self._tokens.accent

    def _paint_threads(
        self, painter: QPainter, emphasis: Emphasis, current: int | None, seen: Rect, scale: float
    ) -> None:
        wanted = (set(emphasis.selected) | ({current} if current is not None else set())) - emphasis.lifted
        backward = [index for index in wanted if self._scene.is_backward[index]]
        if not backward:
            return
        threads: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for index in self._saved[np.isin(self._scene.targets[self._saved], backward)].tolist():
            threads[(int(self._scene.sources[index]), int(self._scene.targets[index]))].append(index)
        taken: list[Rect] = []
        for bundle in threads.values():
            self._edges.paint_threads(painter, bundle, seen, scale, taken)

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
