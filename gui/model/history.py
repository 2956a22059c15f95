"""Undo and redo over snapshots of a state."""

from typing import Generic, TypeVar

T = TypeVar("T")

CAPACITY = 200


class History(Generic[T]):
    """States in the order in which they were taken up; the oldest are forgotten beyond ``CAPACITY``."""

    def __init__(self, state: T) -> None:
        self._past: list[T] = []
        self._future: list[T] = []
        self._state = state

    @property
    def state(self) -> T:
        """The state in force."""
        return self._state

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether an undone state can be taken up again."""
        return bool(self._future)

    def record(self, state: T) -> None:
        """Take up another state; the same state again changes nothing."""
        if state == self._state:
            return
        self._past.append(self._state)
        del self._past[:-CAPACITY]
        self._future.clear()
        self._state = state

    def amend(self, state: T) -> None:
        """Put another state in the place of the one in force: it goes on with the same change."""
        self._state = state

    def undo(self) -> T:
        """Go back to the earlier state and return it; the state in force when there is none."""
        if self._past:
            self._future.append(self._state)
            self._state = self._past.pop()
        return self._state

    def redo(self) -> T:
        """Take up again what was undone and return it; the state in force when there is nothing."""
        if self._future:
            self._past.append(self._state)
            self._state = self._future.pop()
        return self._state

    def restart(self, state: T) -> None:
        """Forget everything: another document was opened."""
        self._past.clear()
        self._future.clear()
        self._state = state
