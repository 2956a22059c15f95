"""The iteration that the mouse points at, in whichever chart; all charts show it."""

from gui.model.observable import Event


class Cursor:
    """Holds the iteration pointed at.

    Attributes:
        moved: Emitted with the iteration, None when the mouse left.
        picked: Emitted with the iteration that was clicked.
    """

    def __init__(self) -> None:
        self.moved: Event[float | None] = Event()
        self.picked: Event[float] = Event()
        self._iteration: float | None = None

    @property
    def iteration(self) -> float | None:
        """The iteration pointed at."""
        return self._iteration

    def move(self, iteration: float | None) -> None:
        """The mouse points at another iteration, or at none."""
        if iteration != self._iteration:
            self._iteration = iteration
            self.moved.emit(iteration)
