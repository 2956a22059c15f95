"""What is to be drawn of a recording at each step: the picture at hand, and those of other iterations like it."""

from dataclasses import dataclass, field

from engine.drawing.drawing import Drawing, Rect
from engine.drawing.part import cut, only
from engine.drawing.reuse import arranged_like
from engine.graph import Folding, Iteration, build_view_graph, iteration_at, iterations
from engine.graph.part import part_of
from engine.graph.view import NodeKey, ViewGraph
from engine.overlay import Overlay
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture of one iteration and which part of it to draw.

    Attributes:
        recording: Where everything comes from.
        view: The graph of the iteration.
        drawing: The same, placed.
        step: The state shown is that right after this step.
        folding: Which groups are open, for other iterations.
        keys: The nodes to draw; None: all.
        hidden: Nodes that are left out.
        page: The rectangle to draw; None: all.
        overlay: What only one of two recordings has; None where no other recording lies over this one.
    """

    recording: Recording
    view: ViewGraph
    drawing: Drawing
    step: StepIndex
    folding: Folding = field(default_factory=Folding)
    keys: frozenset[NodeKey] | None = None
    hidden: frozenset[NodeKey] = frozenset()
    page: Rect | None = None
    overlay: Overlay | None = None

    def part_of_view(self) -> ViewGraph:
        """Return the graph without what is not to be drawn; a rectangle keeps the nodes that it touches."""
        keys = {box.node.key for box in self.part_of_drawing().nodes}
        return self.view if len(keys) == len(self.view.nodes) else part_of(self.view, frozenset(keys))

    def part_of_drawing(self, drawing: Drawing | None = None) -> Drawing:
        """Return the drawing, or that of another iteration, without what is not to be drawn."""
        part = drawing or self.drawing
        if self.keys is not None or self.hidden:
            everything = frozenset(box.node.key for box in part.nodes)
            kept = (everything if self.keys is None else self.keys & everything) - self.hidden
            # Without the hidden ones the picture stays as large as it is, and keeps its frames.
            part = only(part, kept) if self.keys is not None else _without(part, kept)
        return part if self.page is None else cut(part, self.page)


def _without(drawing: Drawing, kept: frozenset[NodeKey]) -> Drawing:
    part = only(drawing, kept)
    return Drawing(part.nodes, part.edges, drawing.frames, drawing.lanes, drawing.bounds, drawing.direction)


@dataclass(slots=True)
class Reel:
    """The drawings that a range of steps needs, one for each iteration, made when they are asked for."""

    shown: Shown
    _drawings: dict[Iteration, Drawing] = field(default_factory=dict)
    _iterations: tuple[Iteration, ...] = ()

    def __post_init__(self) -> None:
        self._iterations = iterations(self.shown.recording)
        self._drawings[self.iteration_of(self.shown.step)] = self.shown.part_of_drawing()

    def iteration_of(self, step: StepIndex) -> Iteration:
        """Return the iteration that a step lies in."""
        return iteration_at(self._iterations, step)

    def drawing_of(self, iteration: Iteration) -> Drawing:
        """Return the drawing of an iteration; nodes that the one at hand has too are in the same places."""
        found = self._drawings.get(iteration)
        if found is None:
            view = build_view_graph(self.shown.recording, iteration, self.shown.folding)
            found = self.shown.part_of_drawing(arranged_like(view, self.shown.drawing))
            self._drawings[iteration] = found
        return found
