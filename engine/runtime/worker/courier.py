"""Brings what was recorded and printed to the host, often enough that little is lost when the process dies."""

import builtins
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import Protocol

import msgspec
import torch

from engine.protocol.codec import ProtocolError
from engine.protocol.messages import Facts
from engine.runtime.worker.channel import Channel
from engine.runtime.worker.console import Console
from engine.runtime.worker.interrupts import Interrupts
from engine.runtime.worker.limits import MemoryLimit
from engine.runtime.worker.pristine import PristineNames
from engine.runtime.worker.sink import SegmentSink
from engine.trace.batch import Batch
from engine.trace.facts import Absence, Data

DUE_NS = 100_000_000
"""While a statement runs, drains are about this far apart."""
FREE_NS = 100_000_000
"""Drains between statements may take this long in sum, whatever the program takes."""
SHARE = 5
"""Beyond that they may take one part in this many of the time."""
REST = 4
"""After a drain the program runs at least this many times as long before the next one inside a statement."""


class Drainable(Protocol):
    """What the courier needs of a recorder."""

    def drain(self, namespace: Mapping[str, object] | None = None) -> Batch:
        """Resolve everything since the last drain; ``namespace`` are the program's variables."""
        ...


class Courier:
    """Drains the recorder and the console and sends both. All methods are for the program's main thread."""

    def __init__(
        self, channel: Channel, console: Console, sink: SegmentSink, interrupts: Interrupts, limit: MemoryLimit
    ) -> None:
        self.trouble = ""
        self._channel = channel
        self._console = console
        self._sink = sink
        self._names = PristineNames(builtins, torch, torch.Tensor)
        self._guards: tuple[AbstractContextManager[None], ...] = (self._names, limit, interrupts)
        self._recorder: Drainable | None = None
        self._namespace: Mapping[str, object] = {}
        self._steps_sent = 0
        self._is_draining = False
        self._process_id = os.getpid()
        self._main_thread = threading.get_ident()
        self._started_ns = time.perf_counter_ns()
        self._spent_ns = 0
        self._last_cost_ns = 0
        self._last_end_ns = 0

    @property
    def spent_ns(self) -> int:
        """How long all drains took so far."""
        return self._spent_ns

    @property
    def steps_sent(self) -> int:
        """How many steps the host has been told."""
        return self._steps_sent

    def carry_for(self, recorder: Drainable, namespace: Mapping[str, object]) -> None:
        """Drain this recorder from now on, for a program with these variables."""
        self._recorder = recorder
        self._namespace = namespace
        self._names = PristineNames(builtins, torch, torch.Tensor)  # with what the recorder itself has put there
        self._guards = (self._names, *self._guards[1:])

    def drain(self) -> None:
        """Send everything recorded and printed since the last time; nothing in a forked process."""
        self._drain_and(self._send)

    def _is_cheap(self) -> bool:
        elapsed = time.perf_counter_ns() - self._started_ns
        return self._spent_ns < FREE_NS + elapsed // SHARE

    def _drain_and(self, send: Callable[[Batch], None]) -> None:
        if self._is_draining or os.getpid() != self._process_id or threading.get_ident() != self._main_thread:
            return
        began = time.perf_counter_ns()
        with ExitStack() as guarded:
            for guard in self._guards:
                guarded.enter_context(guard)
            self._is_draining = True
            guarded.callback(self._end_draining)
            send(self._drained())
        self._last_end_ns = time.perf_counter_ns()
        self._last_cost_ns = self._last_end_ns - began
        self._spent_ns += self._last_cost_ns

    def drain_if_cheap(self) -> None:
        """Drain between statements, if drains did not take too much of the time so far."""
        if self._is_cheap():
            self.drain()

    def settle_steps(self) -> None:
        """Bring ``steps_sent`` up to date before a text is printed, under the same condition.

        What was printed before waits for the next drain or tick, so that a line is not sent in pieces.
        """
        if self._is_cheap():
            self._drain_and(self._send_recorded)

    def drain_when_due(self) -> None:
        """Drain from inside a statement unless the last drain took long compared to the time since."""
        if time.perf_counter_ns() - self._last_end_ns >= REST * self._last_cost_ns:
            self.drain()

    def send_printed(self) -> None:
        """Send what was printed; from any thread."""
        outputs = self._console.take()
        if outputs:
            self._channel.send(Facts(batch=Batch(outputs=outputs)))

    def _end_draining(self) -> None:
        self._is_draining = False

    def _drained(self) -> Batch:
        if self._recorder is None or self.trouble:
            return Batch()
        try:
            return self._on_disk(self._recorder.drain(self._namespace))
        except Exception as error:  # noqa: BLE001 - the program may have broken anything that the recorder uses
            self._give_up(f"{type(error).__name__}: {error}")
            return Batch()

    def _on_disk(self, batch: Batch) -> Batch:
        """Return the batch with numbers that did not reach the file marked as absent."""
        if self._sink.flush():
            return batch
        safe_end = self._sink.safe_end
        data = tuple(
            fact
            if fact.absence is not None or fact.offset + fact.nbytes <= safe_end
            else Data(fact.value, 0, 0, Absence.OVER_BUDGET)
            for fact in batch.data
        )
        return msgspec.structs.replace(batch, data=data)

    def _send_recorded(self, batch: Batch) -> None:
        if not batch.is_empty:
            self._send(batch)

    def _send(self, batch: Batch) -> None:
        outputs = self._console.take()
        if outputs:
            batch = msgspec.structs.replace(batch, outputs=batch.outputs + outputs)
        self._steps_sent += len(batch.steps)
        if batch.is_empty:
            return
        try:
            self._channel.send(Facts(batch=batch))
        except ProtocolError as error:
            self._give_up(str(error))

    def _give_up(self, reason: str) -> None:
        self.trouble = reason
        self._console.note(f"[Recording stopped here, the program goes on: {reason}]")
