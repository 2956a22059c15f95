"""Works off the values that are held by reference: when somebody looks at them, and when the program has ended."""

import threading
from collections import deque
from collections.abc import Callable

from engine.protocol.messages import Settled
from engine.runtime.recorder.resolve.late import LateValues
from engine.runtime.worker.channel import Channel
from engine.trace.batch import Batch
from engine.trace.ids import ValueId

TURN_NS = 20_000_000
"""So long it works between two messages: what somebody looks at meanwhile does not wait for longer."""


class Aftermath:
    """Sends what is known of held values late.

    ``look`` may be called from any thread; everything else from the main thread, right after a drain or when no program
    runs any more.
    """

    def __init__(self, late: LateValues, channel: Channel, send: Callable[[Batch], None]) -> None:
        self._late = late
        self._channel = channel
        self._send = send
        self._wanted: deque[ValueId] = deque()
        self._is_wanted = threading.Event()

    def look(self, values: tuple[ValueId, ...]) -> None:
        """Note that somebody looks at these values: they come before all others, the newest wish first."""
        self._wanted.extendleft(reversed(values))
        self._is_wanted.set()

    def answer(self) -> None:
        """Send what was asked for, one value at a time."""
        self._is_wanted.clear()
        while self._wanted:
            self._say(self._late.look((self._wanted.popleft(),)))

    def settle(self) -> None:
        """Send statistics of all that is held, and the numbers that find room."""
        while True:
            self.answer()
            batch = self._late.work(TURN_NS)
            if batch.is_empty:
                return
            self._say(batch)

    def finish(self, *, lingers: bool, before_resting: Callable[[], None]) -> None:
        """Settle, then stay for looks at what is left, if that is wanted; else let go of it and say so."""
        self.settle()
        if lingers and self._late.held_count:
            self._channel.send(Settled(held=self._late.held_count))
            before_resting()
            while self._late.held_count:
                self._is_wanted.wait()
                self.answer()
        self._say(self._late.give_up())
        self._channel.send(Settled(held=0))

    def _say(self, batch: Batch) -> None:
        if not batch.is_empty:
            self._send(batch)
