"""Where the playhead stands relative to a node or an edge."""

from enum import Enum

from engine.graph.view import NodeKind, ViewEdge, ViewNode
from engine.trace.ids import StepIndex


class StepState(Enum):
    """Future things are dashed and faded, the current one has a ring."""

    FUTURE = "future"
    DONE = "done"
    CURRENT = "current"


def node_state(node: ViewNode, step: StepIndex) -> StepState:
    """Return the state of a node right after ``step`` (-1: before everything).

    A folded group is current while the playhead is inside it. A failed op counts as done once the last recorded step
    before it is done, because it has no step of its own.
    """
    if node.step is None:
        return StepState.FUTURE if node.since is not None and step < node.since else StepState.DONE
    if node.kind is NodeKind.FAILED:
        return StepState.DONE if step >= node.step - 1 else StepState.FUTURE
    if step < node.step:
        return StepState.FUTURE
    last = node.step if node.last_step is None else node.last_step
    return StepState.CURRENT if step <= last else StepState.DONE


def edge_state(edge: ViewEdge, step: StepIndex) -> StepState:
    """Return the state of an edge right after ``step``: it is done once its target has happened."""
    if edge.step is None or step > edge.step:
        return StepState.DONE
    return StepState.CURRENT if step == edge.step else StepState.FUTURE
