"""The way in: two recordings side by side."""

from collections.abc import Sequence

from engine.compare.alignment import aligned, with_crossing
from engine.compare.comparison import ChangeKind, Comparison, DecisionChange, Difference, StepChange
from engine.compare.edits import NONE
from engine.compare.keys import Recognition
from engine.compare.measuring import Measuring
from engine.trace.control import Decision
from engine.trace.execution import Clock
from engine.trace.facts import Phase, Step, Value
from engine.trace.gradients import Arrived, gradient_state
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording
from engine.trace.tensors import type_text

TOLERANCES = {
    "float64": 1e-9,
    "complex128": 1e-9,
    "float32": 1e-4,
    "complex64": 1e-4,
    "float16": 1e-2,
    "bfloat16": 5e-2,
}
"""The relative difference that two devices may have by the order of their sums, by type; whole numbers have none."""

_Added = int | Difference | None
"""A difference, or its number while it waits to be measured."""
Rows = list[tuple[int | None, int | None]]
"""A step of A, a step of B, or both."""


def compare(a: Recording, b: Recording, tolerance: float | None = None) -> Comparison:
    """Compare two recordings of one program: on two devices, with two seeds, or before and after an edit.

    Args:
        a: The first recording.
        b: The second recording.
        tolerance: The relative difference of numbers that counts as none; by the type of the tensor when None.

    Comparing a recording with itself finds nothing.
    """
    recognition = Recognition(a, b)
    partner = aligned(len(a), len(b), recognition.of_steps())
    if NONE in partner:
        partner = with_crossing(partner, recognition.exact_steps())
    decided = aligned(len(a.decisions), len(b.decisions), recognition.of_decisions())
    pairs = [(a.decisions[first], b.decisions[second]) for first, second in enumerate(decided) if second != NONE]
    return _put_together(a, b, partner, in_order(partner, len(b)), pairs, tolerance)


def compare_parts(recording: Recording, first: range, second: range, tolerance: float | None = None) -> Comparison:
    """Compare two stretches of one recording, such as two iterations of a training loop.

    ``changes`` has only the steps of the two stretches; all others have no partner. Steps and decisions are recognised
    as those of two recordings are, but that rounds of loops have other numbers.
    """
    recognition = Recognition(recording, recording)
    levels = ((a[first.start : first.stop], b[second.start : second.stop]) for a, b in recognition.of_steps())
    within = aligned(len(first), len(second), levels)
    rows = [
        (None if a is None else first.start + a, None if b is None else second.start + b)
        for a, b in in_order(within, len(second))
    ]
    partner = [NONE] * len(recording)
    for a, b in rows:
        if a is not None and b is not None:
            partner[a] = b
    mine, theirs = ([d for d in recording.decisions if d.step in part] for part in (first, second))
    places = {id(decision): place for place, decision in enumerate(recording.decisions)}
    keys = (
        ([a[places[id(d)]] for d in mine], [b[places[id(d)]] for d in theirs]) for a, b in recognition.of_decisions()
    )
    decided = aligned(len(mine), len(theirs), keys)
    pairs = [(mine[a], theirs[b]) for a, b in enumerate(decided) if b != NONE]
    return _put_together(recording, recording, partner, rows, pairs, tolerance)


def _put_together(
    a: Recording,
    b: Recording,
    partner: Sequence[int],
    rows: Rows,
    decisions: list[tuple[Decision, Decision]],
    tolerance: float | None,
) -> Comparison:
    """Measure the rows, and say which decisions went the other way."""
    changes = _Comparer(a, b, tolerance).changes(rows)
    partners_of_b: list[StepIndex | None] = [None] * len(b)
    for first, second in enumerate(partner):
        if second != NONE:
            partners_of_b[second] = StepIndex(first)
    return Comparison(
        changes=changes,
        partners_of_a=tuple(None if second == NONE else StepIndex(second) for second in partner),
        partners_of_b=tuple(partners_of_b),
        decisions=tuple(DecisionChange(x, y) for x, y in decisions if x.outcome is not y.outcome),
        first_difference=next(
            (place for place, change in enumerate(changes) if change.kind is not ChangeKind.KEPT), None
        ),
        outcome_a=a.outcome,
        outcome_b=b.outcome,
    )


def in_order(partner: Sequence[int], count_b: int) -> Rows:
    """Return all steps: those of A in order, those that only B has behind the partner of the one before them."""
    taken = {b for b in partner if b != NONE}
    rows: Rows = []
    position = 0
    for a, b in enumerate(partner):
        while b != NONE and position <= b:
            if position not in taken:
                rows.append((None, position))
            position += 1
        rows.append((a, None if b == NONE else b))
    rows.extend((None, rest) for rest in range(position, count_b) if rest not in taken)
    return rows


class _Comparer:
    def __init__(self, a: Recording, b: Recording, tolerance: float | None) -> None:
        self._a = a
        self._b = b
        self._tolerance = tolerance
        self._measuring = Measuring(a, b)

    def changes(self, rows: Rows) -> tuple[StepChange, ...]:
        """Measure all pairs together, then say what became of each step."""
        measured = [
            self._measure(self._a.steps[a], self._b.steps[b]) if a is not None and b is not None else None
            for a, b in rows
        ]
        self._measuring.finish()
        found = []
        for (a, b), measure in zip(rows, measured, strict=True):
            step_a = None if a is None else self._a.steps[a]
            step_b = None if b is None else self._b.steps[b]
            if step_a is not None and step_b is not None and measure is not None:
                found.append(self._pair(step_a, step_b, *measure))
            elif step_a is not None:
                found.append(_alone(ChangeKind.REMOVED, step_a, self._a))
            elif step_b is not None:
                found.append(_alone(ChangeKind.ADDED, step_b, self._b))
        return tuple(found)

    def _measure(
        self, step_a: Step, step_b: Step
    ) -> tuple[tuple[str, ...], list[tuple[str, _Added]], list[tuple[str, _Added]]]:
        """Return notes about shapes, and the differences of outputs and gradients with their types."""
        notes: list[str] = []
        outputs: list[tuple[str, _Added]] = []
        gradients: list[tuple[str, _Added]] = []
        if len(step_a.outputs) != len(step_b.outputs):
            notes.append(f"{len(step_a.outputs)} → {len(step_b.outputs)} outputs")
        for place, (x, y) in enumerate(zip(step_a.outputs, step_b.outputs, strict=False)):
            if x is None and y is None:
                continue
            label = f"output {place}: " if len(step_a.outputs) > 1 else ""
            if x is None or y is None:
                notes.append(label + ("none → a tensor" if x is None else "a tensor → none"))
                continue
            fact_a, fact_b = self._a.values[x], self._b.values[y]
            if (fact_a.shape, fact_a.dtype) != (fact_b.shape, fact_b.dtype):
                notes.append(f"{label}{type_text(fact_a)} → {type_text(fact_b)}")
                continue
            outputs.append((fact_a.dtype, self._measuring.add(x, y)))
            if step_a.phase is Phase.FORWARD:
                gradients.append((fact_a.dtype, self._gradient(fact_a, fact_b)))
        return tuple(notes), outputs, gradients

    def _gradient(self, a: Value, b: Value) -> _Added:
        x, y = _last_gradient(self._a, a), _last_gradient(self._b, b)
        if x is None or y is None:
            return None
        fact_a, fact_b = self._a.values[x], self._b.values[y]
        if (fact_a.shape, fact_a.dtype) != (fact_b.shape, fact_b.dtype):
            return None  # the backward step that made it says so
        return self._measuring.add(x, y)

    def _pair(
        self,
        a: Step,
        b: Step,
        notes: tuple[str, ...],
        outputs: list[tuple[str, _Added]],
        gradients: list[tuple[str, _Added]],
    ) -> StepChange:
        kind = ChangeKind.KEPT
        if notes:
            kind = ChangeKind.RESHAPED
        elif any(self._is_beyond(dtype, added) for dtype, added in (*outputs, *gradients)):
            kind = ChangeKind.CHANGED
        a_ns, b_ns, is_device_time = self._times(a, b)
        return StepChange(
            kind=kind,
            a=a.index,
            b=b.index,
            name=a.name,
            phase=a.phase,
            span=a.span,
            a_ns=a_ns,
            b_ns=b_ns,
            is_device_time=is_device_time,
            outputs=self._largest(outputs),
            gradients=self._largest(gradients),
            notes=notes,
        )

    def _is_beyond(self, dtype: str, added: _Added) -> bool:
        difference = self._measuring.difference(added)
        if difference is None or difference.absolute == 0:
            return False
        return difference.relative > (TOLERANCES.get(dtype, 0.0) if self._tolerance is None else self._tolerance)

    def _largest(self, measured: list[tuple[str, _Added]]) -> Difference | None:
        known = [found for _dtype, added in measured if (found := self._measuring.difference(added)) is not None]
        if len(known) < 2:
            return known[0] if known else None
        return Difference(
            max(difference.absolute for difference in known),
            max(difference.relative for difference in known),
            any(difference.is_at_least for difference in known),
        )

    def _times(self, a: Step, b: Step) -> tuple[int, int, bool]:
        cost_a, cost_b = self._a.cost(a.index), self._b.cost(b.index)
        if cost_a is None or cost_b is None or Clock.LAUNCH in (cost_a.clock, cost_b.clock):
            return a.duration_ns, b.duration_ns, False
        return cost_a.duration_ns, cost_b.duration_ns, Clock.DEVICE in (cost_a.clock, cost_b.clock)


def _alone(kind: ChangeKind, step: Step, recording: Recording) -> StepChange:
    cost = recording.cost(step.index)
    is_device_time = cost is not None and cost.clock is Clock.DEVICE
    time_ns = cost.duration_ns if cost is not None and is_device_time else step.duration_ns
    is_removed = kind is ChangeKind.REMOVED
    return StepChange(
        kind=kind,
        a=step.index if is_removed else None,
        b=None if is_removed else step.index,
        name=step.name,
        phase=step.phase,
        span=step.span,
        a_ns=time_ns if is_removed else None,
        b_ns=None if is_removed else time_ns,
        is_device_time=is_device_time,
        outputs=None,
        gradients=None,
        notes=(),
    )


def _last_gradient(recording: Recording, value: Value) -> ValueId | None:
    if not recording.steps:
        return None
    state = gradient_state(recording, value, recording.steps[-1].index)
    return state.value if isinstance(state, Arrived) else None
