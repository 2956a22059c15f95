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

    ``steps`` and ``points`` are appended to directly in the hot path: ``(iteration, loss, learning rate)`` of every
    iteration, either of them None where there is none, and ``(name, iteration, number)`` of whatever else is a curve.
    """

    def __init__(self, send: Callable[[WorkerMessage], None]) -> None:
        self.pass_on = send
        self._facts: deque[ToldFact] = deque()
        self._pictures: dict[str, Picture] = {}
        self.steps: deque[tuple[int, float | None, float | None]] = deque()
        self.points: deque[tuple[str, int, float]] = deque()
        self._next_ns = 0
        self._is_closed = False
        self._lock = threading.RLock()  # a signal may have this thread send while it sends
        self.add: Callable[[ToldFact], None] = self._facts.append

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
            for _ in range((2 * len(self.steps) + len(self.points)) // MOST_AT_ONCE + 1):
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
        facts: list[ToldFact] = self._collected_steps()
        curves: dict[str, tuple[list[int], list[float]]] = {}
        waiting = self.points
        for _ in range(min(len(waiting), MOST_AT_ONCE)):
            name, iteration, number = waiting.popleft()
            curve = curves.get(name)
            if curve is None:
                curve = curves[name] = ([], [])
            curve[0].append(iteration)
            curve[1].append(number)
        facts.extend(points(name, iterations, numbers) for name, (iterations, numbers) in curves.items())
        facts.extend(self._facts.popleft() for _ in range(len(self._facts)))
        facts.extend(self._pictures.pop(name) for name in list(self._pictures))
        return tuple(facts)

    def _collected_steps(self) -> list[ToldFact]:
        """Take what waits of losses and learning rates."""
        take = self.steps.popleft
        steps = [take() for _ in range(min(len(self.steps), MOST_AT_ONCE // 2))]
        facts: list[ToldFact] = []
        for name, place in (("loss", 1), ("learning rate", 2)):
            known = [step for step in steps if step[place] is not None]
            if known:
                columns = tuple(zip(*known, strict=True))
                facts.append(points(name, columns[0], columns[place]))
        return facts
