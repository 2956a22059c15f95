"""Looks for problems without holding up the window."""

import threading

from PySide6.QtCore import QObject, Signal, Slot

from engine.explain.problem import Problem
from engine.explain.problems import problems
from engine.trace.recording import Recording

INLINE_STEPS = 3000
"""Up to so many steps the checks take a few hundredths of a second: then they run at once."""


class Checker(QObject):
    """Checks recordings whose runs are over (nothing is appended to them any more), long ones on a thread.

    Signals:
        found: A tuple of ``Problem``; only those of the recording asked for last.
    """

    found = Signal(object)
    _done = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ticket = 0
        self._done.connect(self._on_done)

    def check(self, recording: Recording) -> None:
        """Look for problems; the answer comes as a signal, at once for short recordings."""
        self._ticket += 1
        if len(recording) <= INLINE_STEPS:
            self.found.emit(problems(recording))
            return
        ticket = self._ticket
        threading.Thread(target=lambda: self._work(ticket, recording), name="problems", daemon=True).start()

    def forget(self) -> None:
        """Take no answer to what was asked before."""
        self._ticket += 1

    def _work(self, ticket: int, recording: Recording) -> None:
        found = problems(recording)
        try:
            self._done.emit(ticket, found)
        except RuntimeError:
            return  # the window is gone

    @Slot(object, object)
    def _on_done(self, ticket: int, found: tuple[Problem, ...]) -> None:
        if ticket == self._ticket:
            self.found.emit(found)
