"""Filters take nodes out, edges go on over them, and all comes back."""

from collections import Counter
from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.graph import Folding, build_view_graph, iterations
from engine.graph.filters import Filter, Filters, filtered
from engine.graph.view import EdgeKind, NodeKind
from engine.trace.facts import Role
from tests.engine.graph.test_nesting import programs
from tests.support.made import Maker, mlp, recurrence


def view_of(recording, folding=None):
    return build_view_graph(recording, iterations(recording)[0], folding or Folding().with_all_open())


def without(recording, *kinds):
    return filtered(recording, view_of(recording), Filters(frozenset(kinds)))


def titles(view):
    return [node.title for node in view.nodes]


def pairs(view, kind=EdgeKind.DATA):
    known = {node.key: node.title for node in view.nodes}
    return [(known[edge.source], known[edge.target]) for edge in view.edges if edge.kind is kind]


def test_edges_go_on_over_reshapes_in_both_directions():
    maker = Maker()
    value = maker.op("sin", maker.leaf("x"))
    for name in ("reshape", "transpose", "flatten"):
        value = maker.op(name, value)
    maker.backward(maker.op("mul", value, value))
    recording = maker.done()
    view = without(recording, Filter.VIEWS)
    assert titles(view) == ["x", "sin", "mul", "Mul", "Sin", "x.grad"]
    assert view.hidden == 6
    assert pairs(view) == [("x", "sin"), ("sin", "mul"), ("sin", "mul")]
    assert [edge.target_slot for edge in view.edges if edge.kind is EdgeKind.DATA] == [0, 0, 1]
    assert set(pairs(view, EdgeKind.GRADIENT)) == {("Mul", "Sin"), ("Sin", "x.grad")}


def test_a_view_is_hidden_by_what_it_is_and_a_write_into_it_is_not():
    maker = Maker()
    x = maker.leaf("x")
    part = maker.op("getitem", x)
    written = maker.op("add_", part)
    facts = maker.recording.values
    facts[part] = replace(facts[part], base=x)
    facts[written] = replace(facts[written], base=x, tensor=facts[part].tensor)
    assert titles(without(maker.done(), Filter.VIEWS)) == ["x", "add_"]


def test_constants_what_needs_no_gradient_and_the_optimizer():
    maker = Maker()
    weight, one = maker.leaf("w", role=Role.PARAMETER), maker.leaf("one", role=Role.CONSTANT, requires_grad=False)
    metric = maker.op("eq", maker.leaf("y", requires_grad=False))
    facts = maker.recording.values
    facts[metric] = replace(facts[metric], requires_grad=False)
    maker.backward(maker.op("mul", weight, one))
    maker.optimizer()
    recording = maker.done()
    assert {"one", "eq", "y", "SGD.step"} <= set(titles(view_of(recording)))
    assert "one" not in titles(without(recording, Filter.CONSTANTS))
    assert set(titles(view_of(recording))) - set(titles(without(recording, Filter.NO_GRAD))) == {"eq", "y"}
    assert "SGD.step" not in titles(without(recording, Filter.OPTIMIZER))


def test_only_what_lies_between_two_nodes():
    maker = Maker()
    x = maker.leaf("x")
    start = maker.op("sin", x)
    middle = maker.op("add", maker.op("cos", start), maker.op("tan", start))
    maker.op("neg", middle)
    maker.op("exp", start)
    recording = maker.done()
    view = view_of(recording)
    ends = frozenset(node.key for node in view.nodes if node.title in ("sin", "add"))
    part = filtered(recording, view, Filters(between=ends))
    assert titles(part) == ["sin", "cos", "tan", "add"]
    assert filtered(recording, view, Filters(between=frozenset({"op:0:sin", "gone"}))) is view


def test_groups_that_are_emptied_go_and_folded_backward_passes_stay_backward():
    maker = Maker()
    maker.enter("net", "Net")
    value = maker.op("flatten", maker.op("reshape", maker.leaf("x")))
    maker.leave()
    maker.backward(maker.op("sum", value))
    recording = maker.done()
    assert without(recording, Filter.VIEWS).groups == ()
    folded = filtered(recording, view_of(recording, Folding().with_level(0)), Filters(frozenset({Filter.VIEWS})))
    assert [node.kind for node in folded.nodes] == [NodeKind.LEAF, NodeKind.OP, NodeKind.BACKWARD, NodeKind.GRADIENT]


def test_a_chain_of_ten_thousand_hidden_ops_is_one_edge():
    maker = Maker()
    value = maker.op("sin", maker.leaf("x"))
    for _ in range(10_000):
        value = maker.op("view", value)
    maker.op("cos", value)
    view = without(maker.done(), Filter.VIEWS)
    assert titles(view) == ["x", "sin", "cos"]
    assert pairs(view) == [("x", "sin"), ("sin", "cos")]


@pytest.mark.parametrize("recording", [mlp(), recurrence(20)])
def test_nothing_hidden_is_the_very_view(recording):
    view = view_of(recording)
    assert filtered(recording, view, Filters()) is view
    filters = Filters().with_toggled(Filter.VIEWS)
    assert filters.with_toggled(Filter.VIEWS) == Filters()


@settings(max_examples=25, deadline=None)
@given(programs(), st.sets(st.sampled_from(["sin", "cos"])))
def test_what_is_connected_stays_connected(recording, names):
    """Against networkx: a path between two shown ops is there before and after, whatever is hidden between them."""
    for index, step in enumerate(recording.steps):
        if step.name in names and index % 2:
            recording.steps[index] = replace(step, name="reshape")
    view = view_of(recording)
    part = filtered(recording, view, Filters(frozenset({Filter.VIEWS})))
    assert Counter(titles(part)) <= Counter(titles(view))
    assert view.hidden == 0
    assert part.hidden == len(view.nodes) - len(part.nodes)
    before, after = (nx.DiGraph((e.source, e.target) for e in v.edges if e.kind is EdgeKind.DATA) for v in (view, part))
    ops = [node.key for node in part.nodes if node.kind is NodeKind.OP]
    for first, second in combinations(ops[:12], 2):
        assert nx.has_path(after, first, second) == nx.has_path(before, first, second)
