"""Nodes that a person dragged: they stay there, whatever is folded, filtered or run again, until that is forgotten."""

from collections.abc import Callable

from engine.drawing.drawing import Drawing, Point
from engine.drawing.moved import Moves
from engine.graph.view import NodeKey
from gui.canvas.graph_source import GraphSource
from gui.canvas.pick_control import PickControl

_LIVE_LIMIT = 400
"""In larger pictures a node goes to its place when the mouse lets it go."""


class MoveControl:
    """Moves what is dragged: the node under the mouse, or all selected ones if it is one of them.

    ``show`` paints a drawing on trial, while the mouse still holds the nodes.
    """

    def __init__(self, source: GraphSource, picks: PickControl, show: Callable[[Drawing], None]) -> None:
        self._source = source
        self._picks = picks
        self._show = show

    @property
    def has_moved(self) -> bool:
        """Whether any node is elsewhere than the layout put it."""
        return bool(self._source.moves)

    def drag(self, index: int, by: Point, *, is_done: bool) -> None:
        """Move a node, and what is selected with it, so far from where it was when the drag began."""
        scene = self._picks.scene
        if scene is None or index >= len(scene.nodes):
            return
        chosen = self._picks.indices if index in self._picks.indices else frozenset({index})
        moves = self._with([scene.nodes[number].node.key for number in sorted(chosen)], by)
        if is_done:
            self._source.move(moves)
        elif len(scene.nodes) <= _LIVE_LIMIT and (drawing := self._source.preview(moves)) is not None:
            self._show(drawing)

    def _with(self, keys: list[NodeKey], by: Point) -> Moves:
        moves = dict(self._source.moves)
        for key in keys:
            x, y = moves.get(key, (0.0, 0.0))
            moves[key] = (x + by[0], y + by[1])
        return moves

    def forget(self) -> None:
        """Put every node back to where the layout has it."""
        self._source.move({})
