"""What undo brings back: which groups are open and which nodes are hidden."""

from dataclasses import dataclass

from engine.graph import Folding
from engine.graph.view import NodeKey


@dataclass(frozen=True, slots=True)
class ViewState:
    """Folding and hidden nodes of the canvas."""

    folding: Folding
    hidden: frozenset[NodeKey]
