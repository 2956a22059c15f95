"""Where a run waits, and what it was asked."""

import threading
from collections import deque

from engine.training.commands import Play, TrainCommand


class Gate:
    """Takes commands from the host's thread and holds the program's thread while it is to wait."""

    def __init__(self, play: Play | None) -> None:
        self.commands: deque[tuple[TrainCommand, int]] = deque()
        """Commands not yet followed, with the host's time of sending; looked at in the hot path."""
        self.reason = ""
        self._changed = threading.Condition()
        self._is_released = False
        self.play: Play | None = None
        """How far the run may go; None: it is to wait."""
        self.iterations_left: int | None = None
        self.epochs_left: int | None = None
        if play is not None:
            self.open(play)

    @property
    def is_open(self) -> bool:
        """Whether the program may go on."""
        return self.play is not None or self._is_released

    def open(self, play: Play) -> None:
        """Let the program go on, as far as this says."""
        self.play = play
        self.iterations_left, self.epochs_left = play.iterations, play.epochs
        self.reason = ""

    def close(self, reason: str = "") -> None:
        """Have the program wait at the next occasion; ``reason`` says why in a few words."""
        self.play = None
        self.reason = reason

    def take(self, command: TrainCommand, sent_ns: int) -> None:
        """Take a command; from any thread."""
        with self._changed:
            self.commands.append((command, sent_ns))
            self._changed.notify_all()

    def release(self) -> None:
        """Let the program go on for ever; from any thread."""
        with self._changed:
            self._is_released = True
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait for the next command, unless the program may go on."""
        with self._changed:
            while not self.commands and not self.is_open:
                self._changed.wait()

    def count_iteration(self, loss: float | None) -> None:
        """Close when an end of the present ``Play`` is reached by this iteration."""
        play = self.play
        if play is None:
            return
        if self.iterations_left is not None:
            self.iterations_left -= 1
            if self.iterations_left <= 0:
                self.close("one batch" if play.iterations == 1 else f"{play.iterations} batches")
        if play.loss_below is not None and loss is not None and loss < play.loss_below:
            self.close(f"loss below {play.loss_below:g}")

    def count_epoch(self) -> None:
        """Close when an end of the present ``Play`` is reached by the end of an epoch."""
        play = self.play
        if play is None or self.epochs_left is None:
            return
        self.epochs_left -= 1
        if self.epochs_left <= 0:
            self.close("one epoch" if play.epochs == 1 else f"{play.epochs} epochs")
