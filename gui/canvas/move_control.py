"""Nodes that a person dragged: they stay there, whatever is folded, filtered or run again, until that is forgotten."""

from collections.abc import Callable

from engine.drawing.drawing import Drawing, Point
from engine.drawing.moved import Moves
from engine.graph.view import NodeKey
from gui.canvas.display import Display
from gui.canvas.graph_source import GraphSource
from gui.canvas.lift import Held, Lift, held
from gui.canvas.pick_control import PickControl
from gui.canvas.scene import Scene
from gui.canvas.surface import Surface


class MoveControl:
    """Moves what is dragged: the node under the mouse, or all selected ones if it is one of them.

    In a small picture everything is painted anew while the mouse holds the nodes (``show`` does that), so that frames
    grow with them; in a large one only the nodes and their edges.
    """

    def __init__(
        self,
        source: GraphSource,
        picks: PickControl,
        surface: Surface,
        display: Display,
        show: Callable[[Drawing], None],
    ) -> None:
        self._source = source
        self._picks = picks
        self._surface = surface
        self._display = display
        self._show = show
        self._held: Held | None = None

    @property
    def has_moved(self) -> bool:
        """Whether any node is elsewhere than the layout put it."""
        return bool(self._source.moves)

    def drag(self, index: int, by: Point, *, is_done: bool) -> None:
        """Move a node, and what is selected with it, so far from where it was when the drag began."""
        scene = self._picks.scene
        if scene is None or index >= len(scene.nodes):
            return
        self._surface.control.is_free = True  # the view stays where it is: the person is at work in it
        chosen = self._picks.indices if index in self._picks.indices else frozenset({index})
        moves = self._with([scene.nodes[number].node.key for number in sorted(chosen)], by)
        if is_done:
            self._held = None
            self._surface.show_lift(None)
            self._source.move(moves)
        elif self._surface.is_tiled:
            self._lift(scene, chosen, moves)
        elif (drawing := self._source.preview(moves)) is not None:
            self._show(drawing)

    def _lift(self, scene: Scene, chosen: frozenset[int], moves: Moves) -> None:
        """Paint some nodes where the mouse has them, and everything else as it was."""
        drawing, keys = self._source.laid_out, frozenset(scene.nodes[index].node.key for index in chosen)
        if drawing is None:
            return
        if self._held is None or self._held.drawing is not drawing or self._held.keys != keys:
            self._held = held(drawing, keys)
        painter = self._display.painter_of(self._held.moved(moves))
        if painter is not None:
            self._surface.show_lift(Lift(painter, chosen, self._picks.picked.emphasis(painter.scene)))

    def _with(self, keys: list[NodeKey], by: Point) -> Moves:
        moves = dict(self._source.moves)
        for key in keys:
            x, y = moves.get(key, (0.0, 0.0))
            moves[key] = (x + by[0], y + by[1])
        return moves

    def forget(self) -> None:
        """Put every node back to where the layout has it."""
        self._source.move({})
