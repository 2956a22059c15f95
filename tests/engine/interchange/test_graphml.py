"""GraphML read back by networkx is the view graph."""

import io
from collections import Counter
from xml.etree import ElementTree

import networkx as nx
import pytest

from engine.graph import Folding, build_view_graph, iterations
from engine.graph.view import Category, EdgeKind, NodeKey, NodeKind, ViewEdge, ViewGraph, ViewNode
from engine.interchange.graphml import graphml_text
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from tests.support.made import mlp, recurrence, residual
from tests.support.recordings import starter_recording


def read(view: ViewGraph) -> nx.MultiDiGraph:
    return nx.read_graphml(io.BytesIO(graphml_text(view).encode()), force_multigraph=True)


def node(key: str, title: str = "title", step: int | None = 0) -> ViewNode:
    return ViewNode(
        key=NodeKey(key),
        kind=NodeKind.OP,
        category=Category.OTHER,
        title=title,
        subtitle="",
        step=None if step is None else StepIndex(step),
    )


@pytest.mark.parametrize("recording", [starter_recording(), mlp(), residual(), recurrence()])
@pytest.mark.parametrize("folding", [Folding(), Folding().with_all_open()])
def test_nodes_edges_and_attributes_come_back(recording: Recording, folding: Folding) -> None:
    view = build_view_graph(recording, iterations(recording)[0], folding)
    graph = read(view)
    assert graph.is_directed()
    nodes = [data for _name, data in graph.nodes(data=True)]
    assert [data["key"] for data in nodes] == [node.key for node in view.nodes]
    for data, expected in zip(nodes, view.nodes, strict=True):
        assert (data["title"], data["kind"], data["category"]) == (expected.title, expected.kind, expected.category)
        assert data["subtitle"] == expected.subtitle
        assert data.get("step") == expected.step
        assert data.get("group") == expected.group
    keys = dict(graph.nodes(data="key"))
    found = Counter(
        (keys[source], keys[target], data["kind"], data["source_slot"], data["target_slot"], data.get("label", ""))
        for source, target, data in graph.edges(data=True)
    )
    assert found == Counter(
        (edge.source, edge.target, edge.kind.value, edge.source_slot, edge.target_slot, edge.label)
        for edge in view.edges
    )


def test_parallel_edges_are_kept() -> None:
    edges = tuple(
        ViewEdge(source=NodeKey("a"), target=NodeKey("b"), kind=EdgeKind.DATA, target_slot=slot % 2)
        for slot in range(3)
    )
    graph = read(ViewGraph((node("a"), node("b")), edges, ()))
    assert graph.number_of_edges("n0", "n1") == 3
    assert sorted(data["target_slot"] for *_ends, data in graph.edges(data=True)) == [0, 0, 1]


@pytest.mark.parametrize("title", ["\x00\x1b[1m", "\ud800", "￾￿", "a<b>&\"'", "]]>", "Größe α→β 🙂"])
def test_any_text_makes_a_document(title: str) -> None:
    graph = read(ViewGraph((node("a", title, None), node(title)), (), ()))
    shown = graph.nodes["n0"]["title"]
    assert shown == "".join(character if character.isprintable() else " " for character in title)


def test_ids_are_unique_as_xml_wants_them() -> None:
    recording = mlp()
    root = ElementTree.fromstring(graphml_text(build_view_graph(recording, iterations(recording)[0], Folding())))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert read(ViewGraph((), (), ())).number_of_nodes() == 0
