"""Works off what drains have left: statistics and bytes of the values that are held by reference."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter_ns

from torch import Tensor

from engine.protocol.request import ValuePolicy
from engine.runtime.compat import quiet
from engine.runtime.recorder.contents.numbers import reals
from engine.runtime.recorder.contents.raw import raw_of
from engine.runtime.recorder.contents.snapshots import Snapshots
from engine.runtime.recorder.contents.statistics import StatisticsMaker
from engine.runtime.recorder.options import RecorderOptions
from engine.runtime.recorder.resolve.held import HeldValue, HeldValues
from engine.trace.batch import Batch
from engine.trace.bytestore import ByteSink
from engine.trace.facts import Absence, Data, Histogram, Statistics
from engine.trace.ids import ValueId

RELIEF_NS = 20_000_000
"""So long a drain may take statistics of values that have to go; those that go after that have none."""


@dataclass(slots=True)
class _Found:
    """Facts that were worked out late."""

    data: list[Data] = field(default_factory=list)
    statistics: list[Statistics] = field(default_factory=list)
    histograms: list[Histogram] = field(default_factory=list)

    def batch(self) -> Batch:
        """Return them as a batch."""
        return Batch(data=tuple(self.data), statistics=tuple(self.statistics), histograms=tuple(self.histograms))


class LateValues:
    """Reads held values: those that somebody looks at first, then statistics of all, then bytes while there is room.

    The smallest are written first, so that as many as possible are kept. Every method returns the facts that it worked
    out. ``relieve`` is for drains; the others are called only while no program writes into memory, and when none has
    since the last drain.
    """

    def __init__(self, options: RecorderOptions, sink: ByteSink, held: HeldValues) -> None:
        self._options = options
        self._sink = sink
        self._held = held

    @property
    def held_count(self) -> int:
        """How many values are held."""
        return len(self._held)

    @property
    def held_bytes(self) -> int:
        """How much memory would be free if nothing were held."""
        return self._held.held_bytes

    def relieve(self, snapshots: Snapshots) -> Batch:
        """Keep the held memory within its budget: the oldest values are written, measured, or given up."""
        found = _Found()
        for lost in self._held.keep_copies(snapshots):
            found.data.append(_absent(lost, Absence.OVERWRITTEN))
        until_ns = perf_counter_ns() + RELIEF_NS
        while self._held.held_bytes > self._options.reference_bytes:
            held = self._held.oldest()
            if held is None:
                break
            if perf_counter_ns() < until_ns:
                self._measure(held, found)
            if not self._write(held, found, self._kept_for_later()):
                self._give_up(held, found)
        return found.batch()

    def look(self, values: Iterable[ValueId]) -> Batch:
        """Measure and write these values before all others, also beyond the budget of the usual ones."""
        found = _Found()
        for value in values:
            held = self._held.find(value)
            if held is not None:
                self._measure(held, found)
                self._write(held, found, 0)
        return found.batch()

    def work(self, duration_ns: int) -> Batch:
        """Go on for about so long; an empty batch when nothing more can be done before somebody looks."""
        found = _Found()
        until_ns = perf_counter_ns() + duration_ns
        for held in self._held:
            if perf_counter_ns() > until_ns:
                return found.batch()
            self._measure(held, found)
        for held in sorted(self._held, key=lambda held: held.nbytes):
            if perf_counter_ns() > until_ns or not self._write(held, found, self._options.look_bytes):
                break
        return found.batch()

    def give_up(self) -> Batch:
        """Let go of everything that is still held, and say at each value what became of it."""
        found = _Found()
        for held in self._held:
            self._give_up(held, found)
        return found.batch()

    def _kept_for_later(self) -> int:
        """Return how much room the values that are held last shall find when the program has ended."""
        return self._options.look_bytes + self._options.reference_bytes

    def _measure(self, held: HeldValue, found: _Found) -> None:
        if held.is_measured:
            return
        tensor, raw = self._read(held, found)
        if tensor is None or raw is None:
            return
        maker = StatisticsMaker(self._options.largest_statistics_elements, has_histograms=True)
        maker.add(held.id, reals(raw, tensor.dtype))
        statistics = maker.finish()
        held.is_measured = True
        found.statistics += statistics
        found.histograms += maker.histograms
        if self._options.values is ValuePolicy.SUMMARIES:
            reason = Absence.SUMMARY_ONLY if statistics else Absence.OVER_BUDGET
            self._finish(held, found, _absent(held, reason))

    def _write(self, held: HeldValue, found: _Found, free_bytes: int) -> bool:
        """Write a value unless that leaves less than ``free_bytes`` of room; False when it is still held."""
        if self._held.find(held.id) is None:
            return True
        if self._options.values is ValuePolicy.SUMMARIES or self._sink.room_bytes - held.nbytes < free_bytes:
            return False
        _, raw = self._read(held, found)
        if raw is None:
            return True
        offset = self._sink.write(raw)
        if offset is not None:
            self._finish(held, found, Data(held.id, offset, raw.nbytes, None))
        return offset is not None

    def _read(self, held: HeldValue, found: _Found) -> tuple[Tensor | None, memoryview | None]:
        """Return tensor and bytes of a value; without bytes it is finished, and it is said why."""
        tensor = held.unchanged()
        if tensor is None:
            is_dead = held.tensor() is None
            self._finish(held, found, _absent(held, Absence.OVER_BUDGET if is_dead else Absence.OVERWRITTEN))
            return None, None
        with quiet():
            raw = raw_of(tensor)
        if raw is None:
            self._finish(held, found, _absent(held, Absence.NO_STORAGE))
        return tensor, raw

    def _give_up(self, held: HeldValue, found: _Found) -> None:
        if self._held.find(held.id) is not None:
            self._finish(held, found, _absent(held, Absence.SUMMARY_ONLY if held.is_measured else Absence.OVER_BUDGET))

    def _finish(self, held: HeldValue, found: _Found, data: Data) -> None:
        found.data.append(data)
        self._held.drop(held)


def _absent(held: HeldValue, reason: Absence) -> Data:
    return Data(held.id, 0, 0, reason)
