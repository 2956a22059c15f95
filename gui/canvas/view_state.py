"""What undo brings back: which groups are open, which nodes are hidden and which were moved."""

from dataclasses import dataclass, field

from engine.drawing.moved import Moves
from engine.graph import Folding
from engine.graph.view import GroupKey, NodeKey


@dataclass(frozen=True, slots=True)
class ViewState:
    """Folding, hidden and moved nodes of the canvas, and the group outside of which nothing is shown."""

    folding: Folding
    hidden: frozenset[NodeKey]
    focus: GroupKey | None = None
    moves: Moves = field(default_factory=dict)
