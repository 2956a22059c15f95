"""Where in the recording the person stands."""

from dataclasses import dataclass
from typing import Protocol

from engine.trace.ids import StepIndex
from gui.model.observable import Event

BEFORE_FIRST = StepIndex(-1)
"""The playhead before anything has happened."""


@dataclass(frozen=True, slots=True)
class PlayheadMoved:
    """The playhead went from one step to another."""

    previous: StepIndex
    current: StepIndex


class Stepper(Protocol):
    """Decides what comes next where steps are gone through in another order than by their numbers."""

    def move(self, steps: int) -> bool:
        """Go so far; False leaves it to the numbers of the steps."""
        ...

    def can_move(self, steps: int) -> bool:
        """Whether it would go so far."""
        ...


class Playhead:
    """The current step: views show the state *after* it. ``BEFORE_FIRST`` up to ``step_count - 1``.

    Attributes:
        moved: Emitted after every change of ``current``.
        resized: Emitted with the new number of steps.
        stepper: Who decides what the next step is; None: the next number.
    """

    def __init__(self) -> None:
        self.moved: Event[PlayheadMoved] = Event()
        self.resized: Event[int] = Event()
        self.stepper: Stepper | None = None
        self._current = BEFORE_FIRST
        self._step_count = 0

    @property
    def current(self) -> StepIndex:
        """The last step that has happened."""
        return self._current

    @property
    def step_count(self) -> int:
        """How many steps there are."""
        return self._step_count

    def resize(self, step_count: int) -> None:
        """Say how many steps there are; the playhead is pulled back if it stands beyond the end."""
        if step_count == self._step_count:
            return
        self._step_count = step_count
        self.resized.emit(step_count)
        self.seek(self._current)

    def seek(self, step: int) -> None:
        """Go to ``step``, clamped to what there is."""
        target = StepIndex(max(BEFORE_FIRST, min(step, self._step_count - 1)))
        if target == self._current:
            return
        previous, self._current = self._current, target
        self.moved.emit(PlayheadMoved(previous, target))

    def move(self, steps: int) -> None:
        """Go forward (or, negative, back) by a number of steps."""
        if self.stepper is None or not self.stepper.move(steps):
            self.seek(self._current + steps)

    def can_move(self, steps: int) -> bool:
        """Whether there is anything in that direction."""
        if self.stepper is not None and self.stepper.can_move(steps):
            return True
        return BEFORE_FIRST <= self._current + (1 if steps > 0 else -1) < self._step_count
