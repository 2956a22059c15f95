"""A recording as the graph to draw: nodes, edges, folding, iterations."""

from engine.graph.build import Scenery, build_view_graph, scenery_of
from engine.graph.folding import Folding
from engine.graph.iterations import Iteration, iteration_at, iterations

__all__ = [
    "Folding",
    "Iteration",
    "Scenery",
    "build_view_graph",
    "iteration_at",
    "iterations",
    "scenery_of",
]
