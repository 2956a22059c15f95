"""Going through two recordings at once, and two stretches of one recording compared."""

from hypothesis import given, settings

from engine.compare import ChangeKind, Side, Stand, Walk, compare, compare_parts
from engine.compare.walk import BEFORE_ALL
from engine.graph import iterations
from engine.trace.batch import Batch
from engine.trace.control import Decision, DecisionKind, RegionKind
from engine.trace.facts import Role, Span
from engine.trace.ids import StepIndex
from tests.engine.drawing.test_quality import programs
from tests.engine.overlay.test_overlay import branch
from tests.support.made import Maker


def walk_of(a, b):
    return Walk(compare(a, b))


def test_a_step_that_one_side_has_leaves_the_other_waiting():
    walk = walk_of(branch("relu"), branch("tanh", "exp"))
    stands = [walk.stand(row) for row in range(5)]
    assert stands[0] == Stand(0, 0)
    assert {stand.waiting for stand in stands[1:4]} == {Side.A, Side.B}
    assert [stand.waits_for for stand in stands[1:4] if stand.waiting is Side.A] == [1, 2]
    assert [stand.waits_for for stand in stands[1:4] if stand.waiting is Side.B] == [1]
    assert (stands[4].a, stands[4].b, stands[4].waiting) == (2, 3, None)
    assert walk.stand(BEFORE_ALL) == Stand(-1, -1)


def test_differences_are_gone_through_in_both_directions():
    comparison = compare(branch("relu"), branch("tanh", "exp"))
    walk = Walk(comparison)
    differing = [row for row, change in enumerate(comparison.changes) if change.kind is not ChangeKind.KEPT]
    row, found = BEFORE_ALL, []
    while (after := walk.next_difference(row)) is not None:
        found.append(row := after)
    assert found == differing
    assert walk.previous_difference(found[-1]) == found[-2]
    assert walk.previous_difference(found[0]) is None


@settings(max_examples=40, deadline=None)
@given(programs(), programs())
def test_every_step_of_both_is_in_one_row_and_neither_goes_back_while_it_waits(a, b):
    walk = walk_of(a, b)
    for side, recording in ((Side.A, a), (Side.B, b)):
        rows = [walk.row_of(side, step) for step in range(len(recording))]
        assert None not in rows
        assert len(set(rows)) == len(rows)
        assert [walk.stand(row).of(side) for row in rows] == list(range(len(recording)))
    for row in range(len(walk)):
        before, stand = walk.stand(row - 1), walk.stand(row)
        if stand.waiting is not None:
            assert stand.of(stand.waiting) == before.of(stand.waiting)


def training(rounds=3, extra_in=None):
    """A parameter that is updated in each round; the round ``extra_in`` does one thing more."""
    maker = Maker()
    maker.leaf("x")
    weight = maker.leaf("w", role=Role.PARAMETER)
    decisions = []
    for number in range(rounds):
        value = maker.op("mul", weight, weight, line=2)
        at = StepIndex(len(maker.recording))
        is_extra = number == extra_in
        decisions.append(Decision(at, DecisionKind.IF, Span(0, 3, 3, 3, 8), None, is_extra, None, f"{number} == 1"))
        if is_extra:
            value = maker.op("tanh", value, line=4)
        maker.backward(maker.op("sum", value, shape=(), line=5))
        maker.optimizer()
    recording = maker.done()
    recording.append(Batch(decisions=tuple(decisions)))
    return recording


def parts(recording, first, second):
    found = [range(one.first_step, one.last_step + 1) for one in iterations(recording)]
    return compare_parts(recording, found[first], found[second]), found[first], found[second]


def test_two_iterations_of_one_recording_are_compared():
    recording = training(extra_in=1)
    comparison, first, second = parts(recording, 0, 1)
    assert [change.a for change in comparison.changes if change.a is not None] == list(first)
    assert [change.b for change in comparison.changes if change.b is not None] == list(second)
    added = [change.name for change in comparison.changes if change.kind is ChangeKind.ADDED]
    assert added == ["tanh", "TanhBackward0"]
    assert all(partner is None for step, partner in enumerate(comparison.partners_of_a) if step not in first)
    (decision,) = comparison.decisions
    assert (decision.a.text, decision.b.text, decision.b.outcome) == ("0 == 1", "1 == 1", True)


def test_iterations_that_do_the_same_have_partners_throughout():
    recording = training()
    comparison, first, second = parts(recording, 1, 2)
    assert [comparison.partners_of_a[step] for step in first] == list(second)
    assert not comparison.decisions
    walk = Walk(comparison)
    assert walk.stand(BEFORE_ALL) == Stand(first.start - 1, second.start - 1)
    assert walk.row_of(Side.A, 0) is None


def test_turned_round_it_says_the_same_from_the_other_side():
    a, b = branch("relu", outcome=True), branch("tanh", "exp", outcome=False)
    there, back = compare(a, b), compare(b, a)
    turned = there.turned()
    assert turned.partners_of_a == there.partners_of_b == back.partners_of_a
    assert turned.count(ChangeKind.ADDED) == there.count(ChangeKind.REMOVED) == back.count(ChangeKind.ADDED)
    assert turned.decisions == back.decisions
    assert list(turned.changes) == [change.turned() for change in there.changes]
    assert turned.changes[1:][0] == turned.changes[1] == there.changes[1].turned()
    assert turned.kinds_of_a() == {row.a: row.kind for row in turned.changes if row.a is not None}
    assert turned.turned() == there


def parameters(count):
    """A product of named parameters, and its gradients."""
    maker = Maker()
    value = maker.leaf("x")
    for number in range(count):
        value = maker.op("mul", value, maker.leaf(f"w{number}", role=Role.PARAMETER), line=2)
    maker.backward(maker.op("sum", value, shape=(), line=30))
    return maker.done()


def test_gradients_are_recognised_by_what_they_are_of():
    a, b = parameters(3), parameters(5)
    comparison = compare(a, b)

    def leaf(recording, step):
        node = recording.steps[step].grad_node
        variable = None if node is None else recording.grad_nodes[node].variable
        return None if variable is None else recording.names(variable)[0]

    paired = [(leaf(a, step), leaf(b, twin)) for step, twin in enumerate(comparison.partners_of_a) if twin is not None]
    named = [pair for pair in paired if pair != (None, None)]
    assert len(named) > 2
    assert all(one == other for one, other in named)


def rounds(count, text):
    maker = Maker(program=text)
    value = maker.leaf("x")
    for number in range(count):
        maker.begin(RegionKind.ITERATION, "for t in range(n)", call=number, line=1)
        value = maker.op("tanh" if number != 3 or count == 9 else "relu", value, line=2)
        value = maker.op("mul", value, line=2)
        maker.end()
    return maker.done()


def test_rounds_of_a_loop_whose_line_was_edited_are_paired_by_their_number():
    before, after = "for t in range(9):\n    h = f(h)\n", "for t in range(7):\n    h = f(h) if t != 3 else g(h)\n"
    a, b = rounds(9, before), rounds(7, after)
    comparison = compare(a, b)
    assert [comparison.partners_of_a[2 * number + 1] for number in range(7)] == [2 * number + 1 for number in range(7)]
    assert comparison.partners_of_a[6] is None
    assert comparison.partners_of_a[14:] == (None,) * 4
