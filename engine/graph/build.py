"""From a recording to the graph to draw."""

from dataclasses import dataclass

from engine.graph.cast import Cast, cast_of
from engine.graph.edges import view_edges
from engine.graph.executed import as_executed
from engine.graph.folding import Folding
from engine.graph.iterations import Iteration
from engine.graph.nodes import view_groups, view_nodes
from engine.graph.stage import stage_of
from engine.graph.uncollected import uncollected
from engine.graph.view import ViewGraph
from engine.graph.within import Reach, reach_of
from engine.trace.recording import Recording


@dataclass(frozen=True, slots=True)
class Scenery:
    """One iteration of a recording, unfolded: made once, it gives the picture of every folding of it quickly."""

    recording: Recording
    iteration: Iteration
    cast: Cast
    reach: Reach

    def view(self, folding: Folding) -> ViewGraph:
        """Return what a person sees under ``folding``."""
        with uncollected():
            return self._view(folding)

    def _view(self, folding: Folding) -> ViewGraph:
        recording, cast = self.recording, self.cast
        stage = stage_of(recording, cast, folding)
        nodes = view_nodes(recording, cast, stage)
        known = {node.key for node in nodes}
        edges = [
            edge
            for edge in view_edges(recording, cast, stage, self.reach)
            if edge.source in known and edge.target in known
        ]
        groups = cast.tree.scopes[1:]
        view = ViewGraph(
            tuple(nodes),
            tuple(edges),
            tuple(view_groups(cast, stage)),
            tuple(scope.key for scope in groups),
            tuple(scope.depth for scope in groups),
            any(recording.kernels(step.index) for step in cast.forward),
        )
        return as_executed(recording, view, folding) if view.has_kernels else view


def scenery_of(recording: Recording, iteration: Iteration) -> Scenery:
    """Find out who appears in the pictures of an iteration."""
    with uncollected():
        cast = cast_of(recording, iteration)
        return Scenery(recording, iteration, cast, reach_of(recording, cast))


def build_view_graph(recording: Recording, iteration: Iteration, folding: Folding) -> ViewGraph:
    """Return what a person sees of ``iteration`` under ``folding``.

    Keys count within the iteration, so the same op of another iteration has the same key.
    """
    return scenery_of(recording, iteration).view(folding)
