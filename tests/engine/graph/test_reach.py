"""What backward calls could reach, against networkx."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from engine.graph.reach import reachable_nodes
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import BackwardCall, GradEdge, GradNode
from engine.trace.ids import BackwardCallId, GradNodeId, StepIndex
from engine.trace.recording import Recording

NODES = 12
node_ids = st.integers(0, NODES - 1)


def recording_of(pairs: list[tuple[int, int]], roots: list[list[int]], nodes: int = NODES) -> Recording:
    recording = Recording(RunInfo(program=""), MemoryBytes())
    recording.append(
        Batch(
            grad_nodes=tuple(GradNode(GradNodeId(index), "Node", None, None, None, ()) for index in range(nodes)),
            grad_edges=tuple(
                GradEdge(GradNodeId(source), slot, GradNodeId(target), 0) for slot, (source, target) in enumerate(pairs)
            ),
            backward_calls=tuple(
                BackwardCall(
                    BackwardCallId(index),
                    "backward",
                    tuple(map(GradNodeId, of_call)),
                    (),
                    None,
                    StepIndex(0),
                    False,
                    False,
                )
                for index, of_call in enumerate(roots)
            ),
        )
    )
    return recording


@given(st.lists(st.tuples(node_ids, node_ids), max_size=40), st.lists(st.lists(node_ids, max_size=3), max_size=3))
def test_the_same_nodes_as_networkx(pairs: list[tuple[int, int]], roots: list[list[int]]) -> None:
    graph = nx.MultiDiGraph(pairs)
    graph.add_nodes_from(range(NODES))
    starts = {root for of_call in roots for root in of_call}
    expected = starts.union(*(nx.descendants(graph, root) for root in starts))
    assert reachable_nodes(recording_of(pairs, roots)) == expected


def test_a_long_chain_is_walked_without_recursion() -> None:
    length = 20_000
    pairs = [(index, index + 1) for index in range(length - 1)]
    assert len(reachable_nodes(recording_of(pairs, [[0]], length))) == length
