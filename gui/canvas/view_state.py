"""What undo brings back: which groups are open and which nodes are hidden."""

from dataclasses import dataclass

from engine.graph import Folding
from engine.graph.view import GroupKey, NodeKey


@dataclass(frozen=True, slots=True)
class ViewState:
    """Folding and hidden nodes of the canvas, and the group outside of which nothing is shown."""

    folding: Folding
    hidden: frozenset[NodeKey]
    focus: GroupKey | None = None
