"""Brings what was recorded and printed to the host, often enough that little is lost when the process dies."""

import builtins
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import Protocol

import msgspec
import torch

from engine.protocol.codec import ProtocolError
from engine.protocol.messages import Facts
from engine.runtime.worker.channel import Channel
from engine.runtime.worker.console import Console
from engine.runtime.worker.faults import clean_text
from engine.runtime.worker.interrupts import Interrupts
from engine.runtime.worker.limits import MemoryLimit
from engine.runtime.worker.pace import Backlog, Pace
from engine.runtime.worker.pristine import PristineNames
from engine.runtime.worker.sink import SegmentSink
from engine.trace.batch import Batch
from engine.trace.facts import Absence, Data, RecordingStop
from engine.trace.ids import StepIndex
from engine.trace.numbers import steps_text

PRINTING_S = 1.0
"""Longer nobody waits for another thread to send what was printed: in a forked process that thread is not there."""


class Drainable(Backlog, Protocol):
    """What the courier needs of a recorder."""

    @property
    def is_halted(self) -> bool:
        """Whether it keeps nothing any more."""
        ...

    def halt(self) -> None:
        """Keep nothing from now on."""
        ...

    def release(self) -> None:
        """Let go of everything that was kept."""
        ...

    def drain(self, namespace: Mapping[str, object] | None = None) -> Batch:
        """Resolve everything since the last drain; ``namespace`` are the program's variables."""
        ...


class Courier:
    """Drains the recorder and the console and sends both.

    Methods are for the program's main thread, but for ``send_printed`` and ``keep_bounds``. ``stop_message`` says why
    recording stopped before the program ended, if it did; ``after_drain`` is called when values lie as the last drain
    found them.
    """

    def __init__(
        self, channel: Channel, console: Console, sink: SegmentSink, interrupts: Interrupts, limit: MemoryLimit
    ) -> None:
        self.stop_message = ""
        self.after_drain: Callable[[], None] = _nothing_late
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
        self._pace = Pace()
        self._printing = threading.Lock()

    @property
    def spent_ns(self) -> int:
        """How long all drains took so far."""
        return self._pace.spent_ns

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

    def let_go(self) -> None:
        """Forget recorder and program, whose files are flushed and closed only once nothing holds them any more."""
        if self._recorder is not None:
            self._recorder.halt()
            self._recorder.release()
        self._recorder = None
        self._namespace = {}

    def drain(self) -> None:
        """Send everything recorded and printed since the last time; nothing in a forked process."""
        self._drain_and(self._send)

    def drain_if_cheap(self) -> None:
        """Drain between statements, if drains did not take too much of the time so far."""
        if self._pace.is_cheap():
            self.drain()

    def settle_steps(self) -> None:
        """Bring ``steps_sent`` up to date before a text is printed, under the same condition.

        What was printed before waits for the next drain or tick, so that a line is not sent in pieces.
        """
        if self._pace.is_cheap():
            self._drain_and(self._send_recorded)

    def drain_when_due(self) -> None:
        """Drain from inside a statement, if it is time."""
        if self._recorder is not None and self._pace.is_due(self._recorder):
            self.drain()

    def send_late(self, batch: Batch) -> None:
        """Send facts about numbers that an earlier drain has left."""
        self._send_facts(self._on_disk(batch))

    def send_adopted(self, batch: Batch) -> None:
        """Send facts that another process has recorded, in place of any of this one's."""
        self._steps_sent += len(batch.steps)
        self._send_facts(self._on_disk(batch))

    def send_printed(self) -> None:
        """Send what was printed, after what another thread is sending just now; from any thread."""
        has_lock = self._printing.acquire(timeout=PRINTING_S)
        try:
            outputs = self._console.take()
            if outputs:
                self._channel.send(Facts(batch=Batch(outputs=outputs)))
        finally:
            if has_lock:
                self._printing.release()

    def keep_bounds(self, most_records: int) -> None:
        """Halt the recorder when too much waits in it for a drain; from any thread, now and then."""
        recorder = self._recorder
        if recorder is None or recorder.is_halted:
            return
        with suppress(Exception):  # the program may have broken what is asked here; the thread must live on
            if self._pace.is_overfull(recorder, most_records):
                recorder.halt()

    def _drain_and(self, send: Callable[[Batch], None]) -> None:
        if self._is_draining or os.getpid() != self._process_id or threading.get_ident() != self._main_thread:
            return
        with self._pace.measured(), ExitStack() as guarded:
            for guard in self._guards:
                guarded.enter_context(guard)
            self._is_draining = True
            guarded.callback(self._end_draining)
            send(self._drained())
            with suppress(Exception):  # a fault of ours must not reach the program; the values stay held
                self.after_drain()

    def _end_draining(self) -> None:
        self._is_draining = False

    def _drained(self) -> Batch:
        if self._recorder is None or self.stop_message:
            return Batch()
        try:
            return self._on_disk(self._recorder.drain(self._namespace))
        except Exception as error:  # noqa: BLE001 - the program may have broken anything that the recorder uses
            return self._given_up(f"{type(error).__name__}: {error}")

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
        states = tuple(state for state in batch.random_states if state.offset + state.nbytes <= safe_end)
        return msgspec.structs.replace(batch, data=data, random_states=states)

    def _send_recorded(self, batch: Batch) -> None:
        if not batch.is_empty:
            self._send(batch)

    def _send(self, batch: Batch) -> None:
        self._steps_sent += len(batch.steps)
        self._note(batch)
        outputs = self._console.take()
        try:
            self._send_facts(msgspec.structs.replace(batch, outputs=batch.outputs + outputs))
        except ProtocolError as error:
            self._steps_sent -= len(batch.steps)
            given_up = self._given_up(str(error))
            self._note(given_up)
            self._send_facts(msgspec.structs.replace(given_up, outputs=outputs + self._console.take()))

    def _send_facts(self, batch: Batch) -> None:
        if not batch.is_empty:
            self._channel.send(Facts(batch=batch))

    def _note(self, batch: Batch) -> None:
        """Tell the person, in the console, that recording stops with this batch."""
        for stop in batch.stops:
            self.stop_message = stop.message
            self._console.note(f"[{stop.message}]")

    def _given_up(self, reason: str) -> Batch:
        """Halt the recorder after a fault; return what is to be told instead of what it had."""
        if self._recorder is not None:
            self._recorder.halt()
            self._recorder.release()
        count = steps_text(self._steps_sent)
        why = f"because of a fault in it ({clean_text(reason)})"
        message = f"Recording stopped after {count}, {why}; the program went on."
        return Batch(stops=(RecordingStop(StepIndex(self._steps_sent), message),))


def _nothing_late() -> None:
    """Do nothing: no values are held."""
