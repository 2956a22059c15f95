"""What a comparison of two recordings says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import overload

from engine.trace.control import Decision
from engine.trace.facts import Phase, Span
from engine.trace.ids import StepIndex
from engine.trace.outcome import Outcome


class ChangeKind(StrEnum):
    """What became of a step from recording A to recording B."""

    KEPT = "kept"
    """It is in both, and its numbers are the same within the tolerance."""
    ADDED = "added"
    """It is only in B."""
    REMOVED = "removed"
    """It is only in A."""
    RESHAPED = "changed in shape"
    """Its outputs have another number, shape or type."""
    CHANGED = "changed in value"
    """Its outputs or their gradients differ beyond the tolerance."""


_TURNED = {ChangeKind.ADDED: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.ADDED}


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two tensors are apart.

    ``absolute`` is the largest |a - b|; ``relative`` is that over the largest magnitude in either tensor, 0 for equal
    tensors and inf where only one is finite (NaN equals NaN). ``is_at_least`` says that the numbers themselves are not
    in both recordings and these are lower bounds, from their statistics.
    """

    absolute: float
    relative: float
    is_at_least: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChange:
    """A step of A and its partner in B; one of them is missing for a step that only one recording has.

    ``outputs`` and ``gradients`` (of the outputs of a forward step, at the end of the run) are None where there is
    nothing to compare. ``notes`` say in words how shapes and types differ. Times are those of the device where both
    recordings have them (``is_device_time``), else of the calls.
    """

    kind: ChangeKind
    a: StepIndex | None
    b: StepIndex | None
    name: str
    phase: Phase
    span: Span | None
    """Where it stands: in A's program, or in B's for a step that was added."""
    a_ns: int | None
    b_ns: int | None
    is_device_time: bool
    outputs: Difference | None
    gradients: Difference | None
    notes: tuple[str, ...]

    def turned(self) -> "StepChange":
        """Return the same with the sides changed."""
        return StepChange(
            kind=_TURNED.get(self.kind, self.kind),
            a=self.b,
            b=self.a,
            name=self.name,
            phase=self.phase,
            span=self.span,
            a_ns=self.b_ns,
            b_ns=self.a_ns,
            is_device_time=self.is_device_time,
            outputs=self.outputs,
            gradients=self.gradients,
            notes=self.notes,
        )

    @property
    def ratio(self) -> float | None:
        """Time in B over time in A; None where one has none."""
        return None if not self.a_ns or self.b_ns is None else self.b_ns / self.a_ns

    @property
    def absolute(self) -> float:
        """The largest absolute difference of outputs and gradients; 0 without any."""
        return max((part.absolute for part in (self.outputs, self.gradients) if part is not None), default=0.0)

    @property
    def relative(self) -> float:
        """The largest relative difference of outputs and gradients; 0 without any."""
        return max((part.relative for part in (self.outputs, self.gradients) if part is not None), default=0.0)


@dataclass(frozen=True, slots=True)
class _Turned(Sequence[StepChange]):
    """``rows`` with the sides changed, each when it is looked at: of a long run there are fifty thousand."""

    rows: Sequence[StepChange]

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> StepChange: ...

    @overload
    def __getitem__(self, place: slice) -> "_Turned": ...

    def __getitem__(self, place: int | slice) -> "StepChange | _Turned":
        return _Turned(self.rows[place]) if isinstance(place, slice) else self.rows[place].turned()

    def __iter__(self) -> Iterator[StepChange]:
        return (row.turned() for row in self.rows)


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """A decision of the program that went the other way."""

    a: Decision
    b: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All of two recordings side by side.

    ``changes`` has every step of A in order, and each step that only B has behind the partner of the one before it.
    ``partners_of_a[i]`` is the partner in B of step i of A, and the other way round.
    """

    changes: Sequence[StepChange]
    partners_of_a: tuple[StepIndex | None, ...]
    partners_of_b: tuple[StepIndex | None, ...]
    decisions: tuple[DecisionChange, ...]
    first_difference: int | None
    """Place in ``changes`` of the first that is not kept."""
    outcome_a: Outcome
    outcome_b: Outcome

    @property
    def is_same(self) -> bool:
        """Whether nothing differs beyond the tolerance, the ends of the runs included."""
        return self.first_difference is None and not self.decisions and self.outcome_a.kind is self.outcome_b.kind

    def count(self, kind: ChangeKind) -> int:
        """How many steps changed in this way."""
        return sum(change.kind is kind for change in self.changes)

    def kinds_of_a(self) -> dict[StepIndex, ChangeKind]:
        """Return what became of each step of A."""
        if isinstance(self.changes, _Turned):
            rows = self.changes.rows
            return {row.b: _TURNED.get(row.kind, row.kind) for row in rows if row.b is not None}
        return {row.a: row.kind for row in self.changes if row.a is not None}

    def turned(self) -> "Comparison":
        """Return what B says of A: the same rows in the same order, with the sides changed."""
        return Comparison(
            changes=self.changes.rows if isinstance(self.changes, _Turned) else _Turned(self.changes),
            partners_of_a=self.partners_of_b,
            partners_of_b=self.partners_of_a,
            decisions=tuple(DecisionChange(change.b, change.a) for change in self.decisions),
            first_difference=self.first_difference,
            outcome_a=self.outcome_b,
            outcome_b=self.outcome_a,
        )
