"""Which part of autograd's graph the backward calls of a recording could reach."""

from engine.trace.ids import GradNodeId
from engine.trace.recording import Recording


def reachable_nodes(recording: Recording) -> frozenset[GradNodeId]:
    """Return every autograd node that can be reached from a root of any backward call, the roots included."""
    waiting = [root for call in recording.backward_calls for root in call.roots]
    reached = set(waiting)
    while waiting:
        for edge in recording.edges_from(waiting.pop()):
            if edge.target not in reached:
                reached.add(edge.target)
                waiting.append(edge.target)
    return frozenset(reached)
