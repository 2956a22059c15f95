"""A recording as the graph to draw: nodes, edges, folding, iterations."""

from engine.graph.build import build_view_graph
from engine.graph.folding import Folding
from engine.graph.iterations import Iteration, iteration_at, iterations

__all__ = ["Folding", "Iteration", "build_view_graph", "iteration_at", "iterations"]
