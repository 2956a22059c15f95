"""What waits to be told: points in bulk, and everything else in its order."""

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic_ns

from engine.protocol.messages import Told, WorkerMessage
from engine.training.facts import Picture, ToldFact, points

MOST_AT_ONCE = 200_000
"""Points of one message."""
PAUSE_NS = 95_000_000
"""Numbers are told ten times a second: nobody reads them faster, and each message costs both sides."""


class Outbox:
    """Collects on the program's thread and sends on any; nothing is lost in between.

    ``points`` is appended to directly in the hot path: ``(name, iteration, number)``.
    """

    def __init__(self, send: Callable[[WorkerMessage], None]) -> None:
        self.pass_on = send
        self._facts: deque[ToldFact] = deque()
        self._pictures: dict[str, Picture] = {}
        self.points: deque[tuple[str, int, float]] = deque()
        self._next_ns = 0
        self._is_closed = False
        self._lock = threading.RLock()  # a signal may have this thread send while it sends
        self.add: Callable[[ToldFact], None] = self._facts.append

    def drop_points(self, *, are_dropped: bool) -> None:
        """Let points vanish while the program only runs again up to where it was: they were told before."""
        self.points = deque(maxlen=0 if are_dropped else None)

    def show(self, picture: Picture) -> None:
        """Have a picture sent, in place of an older one of the same name that was not yet."""
        self._pictures[picture.name] = picture

    def send_if_due(self) -> None:
        """Send what was collected unless that was done just now; facts that are no numbers are sent at once."""
        if monotonic_ns() >= self._next_ns or self._facts:
            self.send()

    def send(self) -> None:
        """Send everything that was collected so far; what another thread is sending just now has gone out before."""
        with self._lock:
            self._next_ns = monotonic_ns() + PAUSE_NS
            for _ in range(len(self.points) // MOST_AT_ONCE + 1):
                facts = self._collected()
                if facts and not self._is_closed:
                    self.pass_on(Told(facts=facts))

    def open(self) -> None:
        """A run begins."""
        self._is_closed = False

    def close(self) -> None:
        """Send everything, and nothing more: the run has ended."""
        with self._lock:
            self.send()
            self._is_closed = True

    def forked(self) -> None:
        """Be free to send in a process that the program forked, where the thread is not that was sending."""
        self._lock = threading.RLock()

    def _collected(self) -> tuple[ToldFact, ...]:
        """Take what waits, of points at most as many as one message holds."""
        curves: dict[str, tuple[list[int], list[float]]] = {}
        waiting = self.points
        for _ in range(min(len(waiting), MOST_AT_ONCE)):
            name, iteration, number = waiting.popleft()
            iterations, numbers = curves.setdefault(name, ([], []))
            iterations.append(iteration)
            numbers.append(number)
        facts: list[ToldFact] = [points(name, iterations, numbers) for name, (iterations, numbers) in curves.items()]
        facts.extend(self._facts.popleft() for _ in range(len(self._facts)))
        facts.extend(self._pictures.pop(name) for name in list(self._pictures))
        return tuple(facts)
