"""Records single iterations whole."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter_ns

import msgspec

from engine.program.source import SourceMap
from engine.protocol.codec import ProtocolError
from engine.protocol.messages import Sampled, WorkerMessage
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.batch import Batch, joined
from engine.training.facts import Sample, SampleReason
from engine.training.update_record import OptimizerUpdate


class Sampler:
    """Has a recorder for as long as one iteration lasts; ``begin`` and ``end`` may be called where hooks come and go.

    ``share`` is that of the time which recordings may take before ``may_begin`` says no; None: any.

    While none is on, nothing of it is in the way of the program.

    Attributes:
        is_on: Whether an iteration is being recorded; looked at in the hot path.
    """

    def __init__(
        self,
        options: RecorderOptions,
        most_bytes: int,
        source: SourceMap,
        namespace: Mapping[str, object],
        send: Callable[[WorkerMessage], None],
        share: float | None = None,
    ) -> None:
        self._options = options
        self._most_bytes = most_bytes
        self._source = source
        self._namespace = namespace
        self._send = send
        self._recorder: Recorder | None = None
        self.is_on = False
        self._numbers = _Numbers(0)
        self._reason = SampleReason.PERIODIC
        self._drained: list[Batch] = []
        self._share = share
        self._began_ns = self._next_ns = 0

    @property
    def may_begin(self) -> bool:
        """Whether another recording would not take more than its share of the time."""
        return self._share is None or perf_counter_ns() >= self._next_ns

    def begin(self, reason: SampleReason) -> None:
        """Record from now on; a second call while it records only gives a new reason."""
        self._reason = reason
        if self._recorder is not None:
            return
        self._began_ns = perf_counter_ns()
        self._numbers = _Numbers(self._most_bytes)
        self._recorder = Recorder(self._options, self._numbers, self._source)
        self.is_on = True
        self._recorder.__enter__()

    def alert(self) -> None:
        """Note that what is being recorded has turned out to be worth keeping."""
        self._reason = SampleReason.ALERT

    def so_far(self, iteration: int) -> None:
        """Send what was recorded of this iteration until now; ``end`` sends all of it again, in its place."""
        if self._recorder is not None:
            self._drained.append(self._recorder.drain(self._namespace))
            self._tell(iteration, "It waits before the optimizer's step.")

    def end(self, iteration: int, note: str = "", update: OptimizerUpdate | None = None) -> None:
        """Record no further, and send what was recorded as this iteration, with its optimizer step opened."""
        recorder, self._recorder, self.is_on = self._recorder, None, False
        if recorder is None:
            return
        try:
            recorder.__exit__(None, None, None)
            self._drained.append(recorder.drain(self._namespace))
            self._tell(iteration, note, update)
        finally:
            self._drained = []
            self._numbers = _Numbers(0)
            recorder.release()
        ended_ns = perf_counter_ns()
        if self._share is not None:
            self._next_ns = ended_ns + int((ended_ns - self._began_ns) / self._share)

    def forget(self) -> None:
        """Be as if nothing had ever been recorded: this is a process that the program forked."""
        self._recorder, self.is_on = None, False

    def abandon(self) -> None:
        """Record no further and tell nothing."""
        recorder, self._recorder, self.is_on = self._recorder, None, False
        if recorder is not None:
            recorder.__exit__(None, None, None)
            recorder.halt()
            recorder.release()
        self._drained = []

    @contextmanager
    def interrupted(self) -> Iterator[None]:
        """Do something that must not be recorded; what was recorded of this iteration before it is forgotten."""
        was_on = self.is_on
        self.abandon()
        try:
            yield
        finally:
            if was_on:
                self.begin(self._reason)

    def _tell(self, iteration: int, note: str, update: OptimizerUpdate | None = None) -> None:
        whole = msgspec.structs.replace(joined(self._drained), files=self._source.further_files)
        data = bytes(self._numbers.raw)
        sample = Sample(iteration=iteration, reason=self._reason, batch=whole, data=data, note=note, update=update)
        try:
            self._send(Sampled(sample=sample))
        except ProtocolError:  # too long for a message: the facts are still worth having
            short = msgspec.structs.replace(
                sample, data=b"", batch=_without_numbers(whole), note=_TOO_LONG, update=None
            )
            self._send(Sampled(sample=short))


_TOO_LONG = "Its numbers were too many to be sent."


def _without_numbers(batch: Batch) -> Batch:
    return msgspec.structs.replace(batch, data=(), random_states=())


class _Numbers:
    """A byte sink of one piece."""

    def __init__(self, most_bytes: int) -> None:
        self.raw = bytearray()
        self._most_bytes = most_bytes

    def write(self, raw: memoryview) -> int | None:
        """Keep ``raw``; see ``ByteSink``."""
        offset = len(self.raw)
        if offset + raw.nbytes > self._most_bytes:
            return None
        self.raw += raw.cast("B") if raw.nbytes else b""
        return offset

    @property
    def room_bytes(self) -> int:
        """How many bytes can still be written."""
        return self._most_bytes - len(self.raw)
