"""One worker and the thread that watches it: messages, deadlines, memory, death."""

import contextlib
import logging
import os
import sys
import threading
import time
from multiprocessing import Pipe
from multiprocessing.connection import wait
from pathlib import Path
from typing import Protocol, assert_never

from engine.protocol.codec import MAX_MESSAGE_BYTES, ProtocolError, decode_from_worker, encode
from engine.protocol.framing import FrameReader
from engine.protocol.messages import (
    PROTOCOL_VERSION,
    Dying,
    Ended,
    Facts,
    HostMessage,
    Interrupt,
    Look,
    Ready,
    Run,
    Sampled,
    Settled,
    Started,
    Steer,
    Told,
    WorkerMessage,
)
from engine.protocol.request import RunRequest
from engine.protocol.segment import BYTES_START
from engine.session.active_run import AT_ONCE, HURRIED, PATIENT, Action, ActiveRun
from engine.session.memory import private_bytes
from engine.session.outcomes import StopReason
from engine.session.segment import MappedSegment
from engine.session.worker_process import WorkerProcess
from engine.trace.batch import Batch, RunInfo
from engine.trace.facts import Output, Stream
from engine.trace.ids import StepIndex, ValueId
from engine.trace.outcome import Outcome
from engine.training.commands import TrainCommand
from engine.training.facts import Sample, ToldFact

log = logging.getLogger(__name__)

TICK_S = 0.1
"""While a program runs, memory and death are looked at this often even when no message comes."""
IDLE_TICK_S = 1.0
READ_BYTES = 1_000_000
DEATH_GRACE_S = 1.0
"""How long a process may take to end after its channel has closed."""
STATUS_GRACE_S = 3.0
"""A run whose channel has closed is nearly always dying: on a busy machine the status that tells how comes late."""
EXIT_GRACE_S = 2.0
"""How long a worker may take to leave after its program has ended (``atexit`` functions run then)."""


class LinkEvents(Protocol):
    """Hears from a link, on the link's thread."""

    def link_ready(self, link: "WorkerLink", ready: Ready) -> None:
        """The worker has loaded torch."""
        ...

    def link_started(self, link: "WorkerLink", info: RunInfo, segment: MappedSegment) -> None:
        """The run has begun."""
        ...

    def link_batch(self, link: "WorkerLink", batch: Batch) -> None:
        """The run was recorded a bit further."""
        ...

    def link_told(self, link: "WorkerLink", facts: tuple[ToldFact, ...]) -> None:
        """A training run has something to tell."""
        ...

    def link_sampled(self, link: "WorkerLink", sample: Sample) -> None:
        """The whole recording of one iteration is there."""
        ...

    def link_ended(self, link: "WorkerLink", outcome: Outcome) -> None:
        """The run has ended; numbers may still come."""
        ...

    def link_settled(self, link: "WorkerLink", held: int) -> None:
        """After the end of the run: all numbers have come but those of ``held`` values; with 0 the worker is gone."""
        ...

    def link_lost(self, link: "WorkerLink", reason: str) -> None:
        """The worker ended without having had a run."""
        ...


class WorkerLink:
    """Watches one worker on a thread of its own, for one run at the most."""

    def __init__(self, worker: WorkerProcess, events: LinkEvents) -> None:
        self._worker = worker
        self._events = events
        self._frames = FrameReader()
        self._lock = threading.RLock()
        self._run: ActiveRun | None = None
        self._is_dismissed = False
        self._is_over = False
        self._has_ended = False
        self._is_lingering = False
        self._wake_receiver, self._wake_sender = Pipe(duplex=False)
        self._thread = threading.Thread(target=self._watch, name=f"worker {worker.process_id}", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def begin(self, request: RunRequest, segment: MappedSegment) -> None:
        """Send the worker, which must be ready, its program."""
        with self._lock:
            used = private_bytes(self._worker.process_id)
            self._run = ActiveRun(request=request, segment=segment, idle_memory_bytes=used)
        self._send(
            Run(
                request=request,
                segment_path=str(segment.path),
                segment_start=BYTES_START,
                directory=str(Path.cwd()),
            )
        )
        self._wake()

    def stop(self, *, hurried: bool = False) -> None:
        """End the run: interrupt, then terminate, then kill."""
        with self._lock:
            if self._run is not None:
                self._run.stop(StopReason.PERSON, HURRIED if hurried else PATIENT)
        self._wake()

    def look(self, values: tuple[ValueId, ...]) -> None:
        """Ask for the numbers of values."""
        self._send(Look(values=values))

    def steer(self, command: TrainCommand) -> None:
        """Pass on what the person asks of a training run."""
        self._send(Steer(command=command, sent_ns=time.monotonic_ns()))

    def retire(self) -> None:
        """Expect no more numbers of a run that has ended: the worker may leave in its own time, but not stay."""
        with self._lock:
            self._is_over = not self._is_lingering
            self._is_dismissed = self._is_lingering
        self._wake()

    def dismiss(self) -> None:
        """End the worker now, whatever it does; a run of it still ends with an outcome."""
        with self._lock:
            self._is_dismissed = True
        self._wake()

    @property
    def is_alive(self) -> bool:
        """Whether the worker is still being watched."""
        return self._thread.is_alive()

    def join(self, timeout_s: float) -> None:
        """Wait until the worker is gone."""
        if self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def _wake(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._wake_sender.send_bytes(b"!")

    def _send(self, message: HostMessage) -> None:
        with contextlib.suppress(OSError):  # the worker is gone: the thread notices
            self._worker.connection.send_bytes(encode(message))

    def _watch(self) -> None:
        try:
            while not self._is_over and not self._is_dismissed:
                self._look()
            if self._may_leave():
                self._conclude()
                self._worker.exit_status(EXIT_GRACE_S)
            else:
                self._conclude()
        finally:
            self._worker.release()
            with self._lock:
                self._wake_sender.close()
                self._wake_receiver.close()

    def _look(self) -> None:
        """Wait for something to happen, a tick at the most, and deal with it."""
        connection = self._worker.connection
        for ready in wait([connection, self._wake_receiver], self._timeout_s()):
            if ready is self._wake_receiver:
                self._wake_receiver.recv_bytes()
            else:
                self._receive()
        if self._run is None:
            self._is_over = self._is_over or self._worker.exit_status() is not None
            return
        if not self._is_over and not self._has_ended:
            self._keep_limits(self._run)
        if self._worker.exit_status() is not None and not wait([connection], 0):
            self._is_over = True

    def _timeout_s(self) -> float:
        with self._lock:
            if self._run is None or self._has_ended:
                return IDLE_TICK_S
            next_action_s = self._run.seconds_to_next_action()
        return TICK_S if next_action_s is None else min(TICK_S, next_action_s)

    def _keep_limits(self, run: ActiveRun) -> None:
        if run.request.memory_limit_mb is not None and run.stop_reason is None:
            used = private_bytes(self._worker.process_id)
            if run.memory_was_exceeded(used):
                run.stop(StopReason.MEMORY_LIMIT, AT_ONCE)
        with self._lock:
            actions = run.due_actions()
        for action in actions:
            match action:
                case Action.INTERRUPT:
                    self._send(Interrupt())
                case Action.TERMINATE:
                    self._worker.terminate()
                case Action.KILL:
                    self._worker.kill()
                    self._is_over = True
                case _:
                    assert_never(action)

    def _receive(self) -> None:
        try:
            for frame in self._read_frames():
                self._handle(decode_from_worker(frame))
        except EOFError:
            self._is_over = True
        except (OSError, ProtocolError) as error:
            self._is_over = True
            if self._run is not None and not isinstance(error, ConnectionError):
                self._run.connection_trouble = "what it sent was damaged"
            log.info("a worker was lost: %s", error)

    def _read_frames(self) -> list[bytes]:
        connection = self._worker.connection
        if sys.platform == "win32":
            return [connection.recv_bytes(MAX_MESSAGE_BYTES)]
        piece = os.read(connection.fileno(), READ_BYTES)
        if not piece and self._frames.is_inside_a_frame and not self._worker.exit_status(DEATH_GRACE_S):
            raise ProtocolError("the stream ended inside a frame")
        if not piece:
            raise EOFError
        return self._frames.feed(piece)

    def _handle(self, message: WorkerMessage) -> None:
        run = self._run
        match message:
            case Ready():
                if message.protocol_version != PROTOCOL_VERSION:
                    raise ProtocolError(f"the worker speaks version {message.protocol_version} of the protocol")
                self._events.link_ready(self, message)
            case Started() if run is not None:
                run.segment.unlink()
                self._events.link_started(self, message.info, run.segment)
            case Facts() if run is not None:
                run.steps_received += len(message.batch.steps)
                self._events.link_batch(self, message.batch)
            case Told() | Sampled() if run is not None:
                self._pass_on(message)
            case Dying() if run is not None:
                run.last_message = message
            case Ended() if run is not None:
                run.last_message = message
                self._tell_end(run, status=None, crash_report="")
            case Settled() if run is not None and self._has_ended:
                if message.held:
                    self._is_lingering = True
                    self._events.link_settled(self, message.held)
                else:
                    self._is_over = True
            case _:
                raise ProtocolError(f"{type(message).__name__} came before a run")

    def _pass_on(self, message: Told | Sampled) -> None:
        match message:
            case Told(facts=facts):
                self._events.link_told(self, facts)
            case Sampled(sample=sample):
                self._events.link_sampled(self, sample)

    def _conclude(self) -> None:
        """Say how the run ended, or that the worker is lost."""
        run = self._run
        if run is None:
            if not self._is_dismissed:
                self._events.link_lost(self, self._last_words())
            return
        if not self._has_ended:
            if self._is_dismissed and run.stop_reason is None:
                run.stop(StopReason.PERSON)
            status = self._worker.exit_status(0 if self._is_dismissed else STATUS_GRACE_S)
            self._worker.kill()
            crash_report = self._worker.crash_report()
            self._pass_remaining_output(run)
            self._tell_end(run, status, crash_report)
        self._events.link_settled(self, 0)

    def _tell_end(self, run: ActiveRun, status: int | None, crash_report: str) -> None:
        self._has_ended = True
        self._events.link_ended(self, run.outcome(status, crash_report))

    def _pass_remaining_output(self, run: ActiveRun) -> None:
        step = StepIndex(run.steps_received)
        outputs = tuple(Output(step, stream, text) for stream, text in self._worker.remaining_output())
        if outputs:
            self._events.link_batch(self, Batch(outputs=outputs))

    def _last_words(self) -> str:
        """Return the last line that a worker wrote which died before it was ready."""
        self._worker.exit_status(DEATH_GRACE_S)  # its words are known with its death
        lines = [
            line.strip()
            for stream, text in self._worker.remaining_output()
            if stream is Stream.ERR
            for line in text.splitlines()
            if line.strip()
        ]
        return lines[-1] if lines else "it ended without a word"

    def _may_leave(self) -> bool:
        """Whether the worker has ended its program and leaves now: then it gets some time for that.

        Threads that the program left running would hold it up for ever.
        """
        last = None if self._run is None else self._run.last_message
        return isinstance(last, Ended) and not last.leftover_threads and not self._is_dismissed
