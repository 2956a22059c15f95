"""What tracing lights up, against networkx."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from engine.drawing.drawing import Direction, Drawing, EdgePath, NodeBox, Rect
from engine.graph.view import Category, EdgeKind, NodeKey, NodeKind, ViewEdge, ViewNode
from engine.trace.ids import StepIndex
from gui.canvas.scene import Scene

NODES = 10
places = st.integers(0, NODES - 1)
arrows = st.lists(st.tuples(places, places, st.sampled_from(list(EdgeKind))), max_size=30)


def drawing_of(edges: list[tuple[int, int, EdgeKind]]) -> Drawing:
    boxes = tuple(
        NodeBox(
            ViewNode(
                key=NodeKey(f"n{index}"),
                kind=NodeKind.OP,
                category=Category.OTHER,
                title="",
                subtitle="",
                step=StepIndex(index),
            ),
            Rect(index * 10.0, 0.0, 5.0, 5.0),
        )
        for index in range(NODES)
    )
    paths = tuple(
        EdgePath(
            ViewEdge(source=NodeKey(f"n{source}"), target=NodeKey(f"n{target}"), kind=kind, step=StepIndex(target)),
            ((source * 10.0, 0.0), (0.0, 0.0), (0.0, 0.0), (target * 10.0, 0.0)),
        )
        for source, target, kind in edges
    )
    return Drawing(boxes, paths, (), (), Rect(0.0, 0.0, 100.0, 5.0), Direction.LEFT_RIGHT)


@given(arrows, st.sets(places, min_size=1, max_size=3))
def test_tracing_finds_the_ancestors_and_descendants_of_networkx(
    edges: list[tuple[int, int, EdgeKind]], starts: set[int]
) -> None:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(NODES))
    graph.add_edges_from((source, target) for source, target, kind in edges if kind is not EdgeKind.SAVED)
    scene = Scene(drawing_of(edges))
    expected = starts.union(*(nx.ancestors(graph, start) | nx.descendants(graph, start) for start in starts))
    assert scene.related(starts) == expected
    for index in range(NODES):
        assert set(scene.producers_of(index)) == set(graph.predecessors(index))
        assert set(scene.consumers_of(index)) == set(graph.successors(index))
