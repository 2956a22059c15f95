"""Paints edges from afar: straight hairlines, thousands by one call."""

from collections.abc import Iterator

import numpy as np
from PySide6.QtGui import QColor, QPainter, QPen

from gui.canvas.batches import draw_lines
from gui.canvas.scene import Ints, Mask, Scene
from gui.theme.colors import mix
from gui.theme.tokens import Tokens
from gui.widgets.lettering import faded

FAR_LENGTH = 4000.0
"""Edges longer than this are left out when far away: they would cover everything and cost the most."""
_MANY = 1_500
"""More pieces than this in one image are thinned out."""
_SHORTEST_PX = 0.7
"""Of very many pieces those that are shorter are left out: the blocks that they join touch each other."""
_AT_ONCE = 4_000
"""So many lines are painted in less than a millisecond."""
_MOST_INK_PX = 150_000.0
"""Length of all lines in one image, in device pixels; of more than that nothing could be told apart."""


class FarEdges:
    """The edges of one scene as straight pieces, in one theme; the longest and the updates are left out."""

    def __init__(self, tokens: Tokens, scene: Scene) -> None:
        self._tokens = tokens
        self._scene = scene
        self._pieces = pieces = scene.pieces
        is_short = pieces.extents <= FAR_LENGTH
        self._shows: Mask = (is_short & ~scene.is_update & ~scene.is_saved)[pieces.owners]
        self._is_gradient: Mask = scene.is_gradient[pieces.owners]

    def paint(self, painter: QPainter, edges: Ints, step: int) -> None:
        """Paint edges, in world coordinates, so that what lies below shines through."""
        chosen = np.zeros(len(self._scene.edges), dtype=np.bool_)
        chosen[edges] = True
        pieces = np.flatnonzero(self._shows & chosen[self._pieces.owners])
        for some, color, opacity in self._sorted(pieces, step):
            painter.setPen(_cosmetic(faded(color, opacity)))
            draw_lines(painter, self._pieces.rows[some])

    def told_apart(self, pieces: Ints, density: float) -> Ints:
        """Of some pieces those that are painted at all, no more than can be told apart at ``density`` pixels a unit."""
        pieces = pieces[self._shows[pieces]]
        return self._thinned(pieces, density) if len(pieces) > _MANY else pieces

    def paint_pieces(self, painter: QPainter, pieces: Ints, step: int) -> Iterator[None]:
        """Paint pieces in world coordinates, some with each call of ``next``.

        The colours are mixed with that of the canvas beforehand: Qt takes ten times as long for a line that is mixed
        with what lies below it.
        """
        canvas = self._tokens.canvas
        for some, color, opacity in self._sorted(pieces, step):
            pen = _cosmetic(mix(canvas, color, opacity))
            for start in range(0, len(some), _AT_ONCE):
                painter.setPen(pen)
                draw_lines(painter, self._pieces.rows[some[start : start + _AT_ONCE]])
                yield

    def _sorted(self, pieces: Ints, step: int) -> Iterator[tuple[Ints, str, float]]:
        """Pieces with the same colour and opacity, what has not happened yet below the others."""
        tokens = self._tokens
        is_future = self._scene.edge_steps[self._pieces.owners[pieces]] > step
        is_gradient = self._is_gradient[pieces]
        yield pieces[is_future], tokens.faint, 0.35
        yield pieces[~is_future & ~is_gradient], tokens.edge, 0.6
        yield pieces[~is_future & is_gradient], tokens.backward, 0.8

    def _thinned(self, pieces: Ints, density: float) -> Ints:
        """Of pieces on the same pixels one; of too much ink the shortest, which say what belongs together."""
        pieces = pieces[self._pieces.lengths[pieces] * density >= _SHORTEST_PX]
        if not len(pieces):
            return pieces
        rows = self._pieces.rows[pieces]
        pixels = np.rint((rows - rows.min(axis=0)) * density).astype(np.int64) & 0x7FFF
        groups = self._scene.edge_steps[self._pieces.owners[pieces]] << 60  # keep no done piece for a future one
        keys = pixels[:, 0] | pixels[:, 1] << 15 | pixels[:, 2] << 30 | pixels[:, 3] << 45
        _, first = np.unique(keys ^ groups, return_index=True)
        kept = pieces[np.sort(first)]
        lengths = self._pieces.lengths[kept] * density
        order = np.argsort(lengths, kind="stable")
        count = int(np.searchsorted(np.cumsum(lengths[order]), _MOST_INK_PX))
        return np.sort(kept[order[: max(count, 1)]])


def _cosmetic(color: QColor) -> QPen:
    pen = QPen(color, 0)
    pen.setCosmetic(True)
    return pen
