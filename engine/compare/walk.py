"""One way through two recordings at once: row by row, with the side waiting that has no step there."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from engine.compare.comparison import ChangeKind, Comparison
from engine.trace.ids import StepIndex

BEFORE_ALL = -1
"""The row before the first one."""
_NONE = -1
_Ints = npt.NDArray[np.int64]


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
        self._steps = {
            Side.A: _steps(change.a for change in changes),
            Side.B: _steps(change.b for change in changes),
        }
        self._rows = {side: _rows_of(steps) for side, steps in self._steps.items()}
        self._start = Stand(_before(self._steps[Side.A]), _before(self._steps[Side.B]))
        self._latest = {side: _latest(steps, self._start.of(side)) for side, steps in self._steps.items()}
        self._differing = [row for row, change in enumerate(changes) if change.kind is not ChangeKind.KEPT]

    def __len__(self) -> int:
        return len(self._steps[Side.A])

    def stand(self, row: int) -> Stand:
        """Where both stand at a row; ``BEFORE_ALL`` and below is before everything."""
        if row < 0 or not len(self):
            return self._start
        row = min(row, len(self) - 1)
        waiting = next((side for side, steps in self._steps.items() if steps[row] == _NONE), None)
        a, b = (StepIndex(int(self._latest[side][row])) for side in Side)
        return Stand(a, b, waiting)

    def row_of(self, side: Side, step: int) -> int | None:
        """The row of a step; ``BEFORE_ALL`` for the place before the first step of that side, None for no row."""
        return BEFORE_ALL if step == self._start.of(side) else self._row(side, step)

    def partner(self, side: Side, step: int) -> StepIndex | None:
        """The step of the other side that is this one."""
        row = self._row(side, step)
        found = _NONE if row is None else int(self._steps[side.other][row])
        return None if found == _NONE else StepIndex(found)

    def next_difference(self, row: int) -> int | None:
        """The first row after this one at which the two differ."""
        place = bisect_right(self._differing, row)
        return self._differing[place] if place < len(self._differing) else None

    def previous_difference(self, row: int) -> int | None:
        """The last row before this one at which the two differ."""
        place = bisect_left(self._differing, row)
        return self._differing[place - 1] if place else None

    def _row(self, side: Side, step: int) -> int | None:
        rows = self._rows[side]
        found = int(rows[step]) if 0 <= step < len(rows) else _NONE
        return None if found == _NONE else found


def _steps(steps: Iterable[StepIndex | None]) -> _Ints:
    """The step of one side at each row."""
    return np.fromiter((_NONE if step is None else step for step in steps), dtype=np.int64)


def _rows_of(steps: _Ints) -> _Ints:
    """The row of each step of one side."""
    rows = np.full(int(steps.max(initial=_NONE)) + 1, _NONE, dtype=np.int64)
    has_step = np.flatnonzero(steps != _NONE)
    rows[steps[has_step]] = has_step
    return rows


def _latest(steps: _Ints, before: StepIndex) -> _Ints:
    """The last step of one side that has happened at each row; ``before`` until one has."""
    places = np.maximum.accumulate(np.where(steps == _NONE, -1, np.arange(len(steps))))
    found: _Ints = np.where(places < 0, before, steps[places])
    return found


def _before(steps: _Ints) -> StepIndex:
    has_step = steps[steps != _NONE]
    return StepIndex(int(has_step.min()) - 1 if len(has_step) else -1)
