"""Paints nodes from afar: one block each, all blocks of a colour in one go."""

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter

from engine.compare import ChangeKind
from engine.overlay import Overlay
from engine.trace.ids import StepIndex
from gui.canvas.batches import draw_rects
from gui.canvas.changes import change_color
from gui.canvas.emphasis import Emphasis
from gui.canvas.look import own_strip_of
from gui.canvas.looks import Looks
from gui.canvas.scene import Ints, Scene
from gui.theme.tokens import Tokens
from gui.widgets.lettering import DIMMED_OPACITY, faded

_AT_ONCE = 2_000
"""So many blocks are painted in about a millisecond."""


class BlockPainter:
    """Paints the blocks of one scene through one lens."""

    def __init__(self, tokens: Tokens, scene: Scene, looks: Looks, *, is_tinted: bool) -> None:
        self._tokens = tokens
        self._scene = scene
        self._looks = looks
        self._is_tinted = is_tinted
        self._strips: tuple[list[str], Ints] | None = None

    def paint(self, painter: QPainter, nodes: Ints, step: StepIndex, emphasis: Emphasis) -> Iterator[None]:
        """Paint blocks in world coordinates, some with each call of ``next``."""
        palette, codes = self._colors(nodes, step)
        is_future = self._scene.first[nodes] > step
        dimmed = np.zeros(len(nodes), dtype=np.bool_)
        if emphasis.traced is not None:
            dimmed = ~np.isin(nodes, np.fromiter(emphasis.traced, dtype=np.int64))
        boxes = self._scene.boxes[nodes]
        boxes[:, 2:] -= boxes[:, :2]
        groups = codes * 4 + is_future * 2 + dimmed
        for group in np.unique(groups).tolist():
            opacity = (0.25 if group & 2 else 0.85) * (DIMMED_OPACITY if group & 1 else 1.0)
            brush, chosen = faded(palette[group // 4], opacity), boxes[groups == group]
            for start in range(0, len(chosen), _AT_ONCE):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(brush)
                draw_rects(painter, chosen[start : start + _AT_ONCE])
                yield

    def _colors(self, nodes: Ints, step: StepIndex) -> tuple[list[str], Ints]:
        """A palette and the position in it of each node's colour: its category, or what the lens says."""
        if not self._is_tinted:
            palette, codes = self.strips()
            return palette, codes[nodes]
        looks = [self._looks.of(index, step) for index in nodes.tolist()]
        plain = {self._tokens.node, self._tokens.backward_node}
        return _coded([look.strip if look.fill in plain else look.fill for look in looks])

    def strips(self) -> tuple[list[str], Ints]:
        """A palette and the position in it of the colour of every node's category."""
        if self._strips is None:
            view, scene = self._looks.view(StepIndex(-1)), self._scene
            palette, codes = _coded([own_strip_of(scene.nodes[index].node, view) for index in scene.samples])
            codes = codes[scene.sorts]
            if view.book.overlay is not None:
                palette, codes = self._with_changes(view.book.overlay, palette, codes)
            self._strips = (palette, codes)
        return self._strips

    def _with_changes(self, overlay: Overlay, palette: list[str], codes: Ints) -> tuple[list[str], Ints]:
        """What is not in both of two recordings, or not the same there, says so in its colour."""
        kinds = [kind for kind in ChangeKind if kind is not ChangeKind.KEPT]
        place: dict[ChangeKind, int] = {kind: len(palette) + number for number, kind in enumerate(kinds)}
        index_of = self._scene.index_of
        found = ((index_of.get(key), place.get(kind)) for key, kind in overlay.kinds.items())
        changed = [pair for pair in found if None not in pair]
        indices, colors = np.array(changed, dtype=np.int64).reshape(-1, 2).T
        codes[indices] = colors
        return [*palette, *(change_color(self._tokens, kind) for kind in kinds)], codes


def _coded(colors: list[str]) -> tuple[list[str], Ints]:
    positions = {color: position for position, color in enumerate(dict.fromkeys(colors))}
    return list(positions), np.fromiter((positions[color] for color in colors), dtype=np.int64)
