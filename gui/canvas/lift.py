"""Nodes that the mouse holds, painted above everything else with their edges, while nothing else is painted anew."""

from dataclasses import dataclass, replace

from PySide6.QtGui import QPainter

from engine.drawing.drawing import Drawing
from engine.drawing.moved import Moves, moved
from engine.graph.view import GroupKey, NodeKey
from gui.canvas.emphasis import Emphasis
from gui.canvas.scene_painter import Quality, ScenePainter
from gui.canvas.tile_copier import Frame


@dataclass(frozen=True, slots=True)
class Held:
    """Some nodes of a drawing and the edges at them, where the layout put them.

    ``around`` also has the nodes at the other ends and the frames around all of them: they tell how edges bend.
    """

    drawing: Drawing
    keys: frozenset[NodeKey]
    around: Drawing

    def moved(self, moves: Moves) -> Drawing:
        """Return the nodes and edges alone, elsewhere."""
        part = moved(self.around, moves)
        return replace(part, nodes=tuple(box for box in part.nodes if box.node.key in self.keys), frames=())


def held(drawing: Drawing, keys: frozenset[NodeKey]) -> Held:
    """Return what has to follow when these nodes move."""
    edges = tuple(path for path in drawing.edges if path.edge.source in keys or path.edge.target in keys)
    ends = keys.union(*((path.edge.source, path.edge.target) for path in edges))
    nodes = tuple(box for box in drawing.nodes if box.node.key in ends)
    parents = {frame.group.key: frame.group.parent for frame in drawing.frames}
    groups: set[GroupKey] = set()
    for box in nodes:
        group = box.node.group
        while group is not None and group not in groups:
            groups.add(group)
            group = parents.get(group)
    frames = tuple(frame for frame in drawing.frames if frame.group.key in groups)
    return Held(drawing, keys, replace(drawing, nodes=nodes, edges=edges, frames=frames, lanes=()))


@dataclass(frozen=True, slots=True)
class Lift:
    """What the mouse holds, ready to be painted.

    Attributes:
        painter: Paints it where it is now.
        indices: The same nodes in the scene that it was taken from.
        emphasis: What of it is picked out.
    """

    painter: ScenePainter
    indices: frozenset[int]
    emphasis: Emphasis

    def paint(self, painter: QPainter, frame: Frame, *, is_current: bool) -> None:
        """Paint it in view coordinates; ``is_current`` says whether the current step is among it."""
        camera = frame.snapped
        painter.save()
        painter.scale(camera.scale, camera.scale)
        painter.translate(-camera.x, -camera.y)
        emphasis = replace(self.emphasis, shows_current=is_current)
        quality = Quality(frame.density, frame.budget_s)
        self.painter.paint(painter, camera.scale, frame.seen, frame.step, emphasis, quality)
        painter.restore()
