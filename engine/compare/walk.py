"""One way through two recordings at once: row by row, with the side waiting that has no step there."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import Enum

from engine.compare.comparison import ChangeKind, Comparison
from engine.trace.ids import StepIndex

BEFORE_ALL = -1
"""The row before the first one."""


class Side(Enum):
    """One of two recordings that are compared."""

    A = "A"
    B = "B"

    @property
    def other(self) -> "Side":
        """The one beside it."""
        return Side.B if self is Side.A else Side.A


@dataclass(frozen=True, slots=True)
class Stand:
    """Where both recordings stand at a row: the last step of each that has happened.

    ``waiting`` is the side that has no step at this row, ``waits_for`` the step of the other side that it waits for.
    """

    a: StepIndex
    b: StepIndex
    waiting: Side | None = None

    @property
    def waits_for(self) -> StepIndex | None:
        """The step that only the other side has."""
        match self.waiting:
            case Side.A:
                return self.b
            case Side.B:
                return self.a
            case None:
                return None

    def of(self, side: Side) -> StepIndex:
        """Where one of the two stands."""
        return self.a if side is Side.A else self.b


class Walk:
    """The rows of a comparison in order, with look-ups from both sides.

    Steps that the comparison says nothing about (those of other iterations) are in no row.
    """

    def __init__(self, comparison: Comparison) -> None:
        changes = comparison.changes
        self._rows = [(change.a, change.b) for change in changes]
        self._row_of = {
            Side.A: {change.a: row for row, change in enumerate(changes) if change.a is not None},
            Side.B: {change.b: row for row, change in enumerate(changes) if change.b is not None},
        }
        self._start = Stand(_before(self._row_of[Side.A]), _before(self._row_of[Side.B]))
        self._stands = self._all_stands()
        self._differing = [row for row, change in enumerate(changes) if change.kind is not ChangeKind.KEPT]

    def __len__(self) -> int:
        return len(self._rows)

    def stand(self, row: int) -> Stand:
        """Where both stand at a row; ``BEFORE_ALL`` and below is before everything."""
        return self._start if row < 0 else self._stands[min(row, len(self._stands) - 1)]

    def row_of(self, side: Side, step: int) -> int | None:
        """The row of a step; ``BEFORE_ALL`` for the place before the first step of that side, None for no row."""
        if step == self._start.of(side):
            return BEFORE_ALL
        return self._row_of[side].get(StepIndex(step))

    def partner(self, side: Side, step: int) -> StepIndex | None:
        """The step of the other side that is this one."""
        row = self._row_of[side].get(StepIndex(step))
        if row is None:
            return None
        a, b = self._rows[row]
        return b if side is Side.A else a

    def next_difference(self, row: int) -> int | None:
        """The first row after this one at which the two differ."""
        place = bisect_right(self._differing, row)
        return self._differing[place] if place < len(self._differing) else None

    def previous_difference(self, row: int) -> int | None:
        """The last row before this one at which the two differ."""
        place = bisect_left(self._differing, row)
        return self._differing[place - 1] if place else None

    def _all_stands(self) -> list[Stand]:
        stands = []
        a, b = self._start.a, self._start.b
        for step_a, step_b in self._rows:
            a = a if step_a is None else step_a
            b = b if step_b is None else step_b
            stands.append(Stand(a, b, Side.A if step_a is None else Side.B if step_b is None else None))
        return stands or [self._start]


def _before(row_of: dict[StepIndex, int]) -> StepIndex:
    return StepIndex(min(row_of, default=0) - 1)
