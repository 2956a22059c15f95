"""From a recording to the graph to draw."""

from dataclasses import dataclass

from engine.graph.cast import Cast, cast_of
from engine.graph.edges import view_edges
from engine.graph.executed import as_executed
from engine.graph.folding import Folding
from engine.graph.iterations import Iteration
from engine.graph.nodes import view_groups, view_nodes
from engine.graph.roster import Roster
from engine.graph.stage import stage_of
from engine.graph.uncollected import uncollected
from engine.graph.view import GroupKey, ViewGraph
from engine.graph.wires import Wires
from engine.trace.recording import Recording


@dataclass(frozen=True, slots=True)
class Scenery:
    """One iteration of a recording, unfolded: made once, it gives the picture of every folding of it quickly."""

    recording: Recording
    iteration: Iteration
    cast: Cast
    roster: Roster
    wires: Wires
    all_groups: tuple[GroupKey, ...]
    depths: tuple[int, ...]

    def view(self, folding: Folding) -> ViewGraph:
        """Return what a person sees under ``folding``."""
        with uncollected():
            return self._view(folding)

    def _view(self, folding: Folding) -> ViewGraph:
        recording, cast, roster = self.recording, self.cast, self.roster
        stage = stage_of(recording, cast, roster, folding)
        nodes = view_nodes(recording, cast, roster, stage)
        known = {node.key for node in nodes}
        edges = [
            edge
            for edge in view_edges(recording, cast, roster, self.wires, stage)
            if edge.source in known and edge.target in known
        ]
        view = ViewGraph(
            tuple(nodes),
            tuple(edges),
            tuple(view_groups(cast, roster, stage)),
            self.all_groups,
            self.depths,
            roster.has_kernels,
        )
        return as_executed(recording, view, folding) if view.has_kernels else view


def scenery_of(recording: Recording, iteration: Iteration) -> Scenery:
    """Find out who appears in the pictures of an iteration."""
    with uncollected():
        cast = cast_of(recording, iteration)
        roster = Roster(recording, iteration, cast)
        groups = cast.tree.scopes[1:]
        return Scenery(
            recording,
            iteration,
            cast,
            roster,
            Wires(recording, cast, roster),
            tuple(scope.key for scope in groups),
            tuple(scope.depth for scope in groups),
        )


def build_view_graph(recording: Recording, iteration: Iteration, folding: Folding) -> ViewGraph:
    """Return what a person sees of ``iteration`` under ``folding``.

    Keys count within the iteration, so the same op of another iteration has the same key.
    """
    return scenery_of(recording, iteration).view(folding)
