from hypothesis import given, settings

from engine.compare import ChangeKind, compare
from engine.drawing import arrange
from engine.graph import Folding, build_view_graph, iterations
from engine.graph.view import GroupKey
from engine.overlay import marked, overlaid, twins
from engine.overlay.overlay import name_of
from engine.overlay.partners import Partners
from engine.trace.batch import Batch
from engine.trace.control import Decision, DecisionKind
from engine.trace.facts import Span
from engine.trace.ids import StepIndex, ValueId
from tests.engine.drawing.test_quality import RECORDINGS, programs
from tests.support.made import Maker


def overlay_of(a, b, folding=None):
    folding = folding or Folding().with_all_open()
    comparison = compare(a, b)
    views = [build_view_graph(recording, iterations(recording)[-1], folding) for recording in (a, b)]
    return overlaid("other", *views, comparison, Partners(a, b, comparison)), views


def branch(*names, module=None, outcome=None):
    """x * x, then ops of these names one after the other, then a sum; with a decision about the product."""
    maker = Maker()
    value = product = maker.op("mul", maker.leaf("x"), maker.leaf("x2"), line=2)
    if module is not None:
        maker.enter(module, "Part", line=4)
    for line, name in enumerate(names, start=4):
        value = maker.op(name, value, line=line)
    if module is not None:
        maker.leave()
    maker.backward(maker.op("sum", value, shape=(), line=30))
    recording = maker.done()
    if outcome is not None:
        decision = Decision(
            StepIndex(1), DecisionKind.IF, Span(0, 3, 3, 3, 8), ValueId(product), outcome, None, "3 > 2"
        )
        recording.append(Batch(decisions=(decision,)))
    return recording


def kinds(overlay):
    titles = {node.key: node.title for node in overlay.view.nodes}
    return sorted((titles[key], kind.value) for key, kind in overlay.kinds.items() if kind is not ChangeKind.KEPT)


def test_a_recording_over_itself_is_its_own_graph():
    for recording in RECORDINGS.values():
        overlay, (view, _) = overlay_of(recording, recording)
        assert overlay.view == view
        assert set(overlay.kinds.values()) <= {ChangeKind.KEPT}
        assert not overlay.ghost_edges


def test_what_only_the_other_has_is_a_ghost_between_what_both_have():
    overlay, (view, _) = overlay_of(branch("relu"), branch("tanh", "exp"))
    assert ("relu", "only in A") not in kinds(overlay)
    assert {("relu", "removed"), ("tanh", "added"), ("exp", "added")} <= set(kinds(overlay))
    assert overlay.view.nodes[: len(view.nodes)] == view.nodes
    ghosts = {node.title: node for node in overlay.view.nodes[len(view.nodes) :]}
    assert all(ghost.value is None and ghost.step is None for ghost in ghosts.values())
    joined = {(edge.source, edge.target) for edge in overlay.view.edges if name_of(edge) in overlay.ghost_edges}
    assert (ghosts["tanh"].key, ghosts["exp"].key) in joined
    assert ("op:0:mul", ghosts["tanh"].key) in joined
    assert (ghosts["exp"].key, "op:2:sum") in joined


def test_a_group_that_only_the_other_has_stands_in_its_frame():
    overlay, _ = overlay_of(branch("relu"), branch("relu", "tanh", module="net.part"))
    groups = {group.key for group in overlay.view.groups}
    ghost = next(node for node in overlay.view.nodes if node.title == "tanh")
    assert ghost.group in groups
    assert arrange(overlay.view).frames


def test_a_folded_group_in_which_the_other_does_more_is_marked():
    one = branch("relu", "exp", module="net.part")
    more = branch("relu", "exp", "tanh", module="net.part")
    overlay, (view, _) = overlay_of(one, more, Folding().with_closed(GroupKey("net.part#0")))
    assert any(node.stands_for == "net.part#0" for node in view.nodes)
    assert any(kind is ChangeKind.CHANGED for key, kind in overlay.kinds.items() if key.startswith("group:"))


def test_a_decision_that_went_the_other_way_is_a_stub_at_what_was_asked():
    overlay, _ = overlay_of(branch("relu", outcome=True), branch("tanh", outcome=False))
    (fork,) = overlay.forks
    assert fork.sentence == "Line 3: if was True (3 > 2) here and False (3 > 2) in other"
    assert overlay.stubs == {fork.key}
    assert [edge.source for edge in overlay.view.edges if edge.target == fork.key] == ["op:0:mul"]
    stub = next(node for node in overlay.view.nodes if node.key == fork.key)
    assert (stub.title, stub.subtitle) == ("if line 3", "yes here, no there")


@settings(max_examples=40, deadline=None)
@given(programs(), programs())
def test_any_two_programs_can_be_laid_over_each_other(a, b):
    for folding in (Folding(), Folding().with_all_open(), Folding().with_level(1)):
        overlay, (view, _) = overlay_of(a, b, folding)
        keys = [node.key for node in overlay.view.nodes]
        assert len(set(keys)) == len(keys)
        assert set(overlay.kinds) | overlay.stubs == set(keys)
        assert all(edge.source in set(keys) and edge.target in set(keys) for edge in overlay.view.edges)
        assert overlay.view.nodes[: len(view.nodes)] == view.nodes
        assert len(arrange(overlay.view).nodes) == len(keys)


def marks(a, b, folding=None, *, is_second=False):
    folding = folding or Folding().with_all_open()
    comparison = compare(a, b)
    views = [build_view_graph(recording, iterations(recording)[-1], folding) for recording in (a, b)]
    partners = Partners(a, b, comparison)
    return marked("other", *views, comparison, partners, is_second=is_second), twins(*views, comparison, partners)


def test_beside_each_other_each_side_is_marked_without_ghosts():
    one, other = branch("relu", outcome=True), branch("tanh", "exp", outcome=False)
    left, pairs = marks(one, other)
    right, back = marks(other, one, is_second=True)
    assert not any(key.startswith("ghost:") for key in (*left.kinds, *right.kinds))
    assert ("relu", "removed") in kinds(left)
    assert {("tanh", "added"), ("exp", "added")} <= set(kinds(right))
    assert left.forks[0].sentence == "Line 3: if was True (3 > 2) here and False (3 > 2) in other"
    assert right.forks[0].sentence == "Line 3: if was False (3 > 2) here and True (3 > 2) in other"
    assert pairs["op:0:mul"] == "op:0:mul"
    assert pairs["op:2:sum"] == "op:3:sum"
    assert "op:1:relu" not in pairs
    assert back["op:3:sum"] == "op:2:sum"


@settings(max_examples=30, deadline=None)
@given(programs(), programs())
def test_any_two_programs_can_stand_beside_each_other(a, b):
    for folding in (Folding(), Folding().with_all_open(), Folding().with_level(1)):
        overlay, pairs = marks(a, b, folding)
        keys = {node.key for node in overlay.view.nodes}
        assert set(overlay.kinds) | overlay.stubs == keys
        assert set(pairs) <= keys
        assert ChangeKind.ADDED not in overlay.kinds.values()
