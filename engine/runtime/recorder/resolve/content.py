"""The numbers of new values: small ones go to the store with the drain, large ones are held by reference for later."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from engine.protocol.request import SMALL_ELEMENTS, SUMMARY_BYTES_ELEMENTS, ValuePolicy
from engine.runtime.recorder.contents.numbers import reals
from engine.runtime.recorder.contents.raw import raw_of
from engine.runtime.recorder.contents.snapshots import Snapshots
from engine.runtime.recorder.contents.special_content import is_special
from engine.runtime.recorder.contents.statistics import StatisticsMaker
from engine.runtime.recorder.options import RecorderOptions
from engine.runtime.recorder.resolve.held import HeldValues
from engine.runtime.recorder.resolve.late import LateValues
from engine.runtime.recorder.resolve.pending import PendingValue
from engine.trace.bytestore import ByteSink
from engine.trace.facts import Absence, Data, Histogram, Statistics

__all__ = ["ContentWriter", "Contents", "raw_of"]


@dataclass(frozen=True, slots=True)
class Contents:
    """Where the numbers of some values lie, statistics of them, and how they are distributed.

    Values whose bytes are written by the drain itself come without a distribution: whoever shows them has the numbers.
    """

    data: tuple[Data, ...]
    statistics: tuple[Statistics, ...]
    histograms: tuple[Histogram, ...]


class ContentWriter:
    """Hands the numbers of values to the byte sink, or holds them; ``late`` works off what is held."""

    def __init__(self, options: RecorderOptions, sink: ByteSink, snapshots: Snapshots) -> None:
        self._options = options
        self._sink = sink
        self._snapshots = snapshots
        self._held = HeldValues(options.reference_bytes // 2)
        self.late = LateValues(options, sink, self._held)

    def write(self, values: Sequence[PendingValue]) -> Contents:
        """Write or hold what the policy and the budgets allow; everything else gets its reason for being absent."""
        is_brief = self._options.values is ValuePolicy.SUMMARIES
        maker = StatisticsMaker(self._options.largest_statistics_elements, has_histograms=is_brief)
        data = [self._one(value, maker) for value in values]
        statistics = maker.finish()
        relieved = self.late.relieve(self._snapshots)
        return Contents(
            (*data, *relieved.data), (*statistics, *relieved.statistics), (*maker.histograms, *relieved.histograms)
        )

    def fasten(self, tensor: Tensor) -> None:
        """Keep the present memory of a tensor that is about to become another one, if its numbers are still to come."""
        self._held.fasten(tensor)

    def _one(self, value: PendingValue, statistics: StatisticsMaker) -> Data:
        reason = self._reason(value)
        if reason is not None:
            return Data(value.id, 0, 0, reason)
        tensor = self._snapshots.content(value.content, value.key, value.time_ns)
        if tensor is None:
            return Data(value.id, 0, 0, Absence.OVERWRITTEN)
        if self._is_held(tensor) and self._held.add(value, tensor):
            return Data(value.id, 0, 0, Absence.NOT_YET)
        return self._at_once(value, tensor, statistics)

    def _at_once(self, value: PendingValue, tensor: Tensor, statistics: StatisticsMaker) -> Data:
        raw = raw_of(tensor)
        if raw is None:
            return Data(value.id, 0, 0, value.no_numbers)
        statistics.add(value.id, reals(raw, tensor.dtype))
        if self._is_brief(value):
            return Data(value.id, 0, 0, Absence.SUMMARY_ONLY)
        offset = self._sink.write(raw) if self._sink.room_bytes - raw.nbytes >= self._options.look_bytes else None
        if offset is None:
            return Data(value.id, 0, 0, Absence.OVER_BUDGET)
        return Data(value.id, offset, raw.nbytes, None)

    def _is_held(self, tensor: Tensor) -> bool:
        return (
            self._options.reference_bytes > 0 and not is_special(tensor) and tensor.nbytes > self._options.small_bytes
        )

    def _is_brief(self, value: PendingValue) -> bool:
        """Whether only statistics of this value are kept."""
        return self._options.values is ValuePolicy.SUMMARIES and value.content.numel() > SUMMARY_BYTES_ELEMENTS

    def _reason(self, value: PendingValue) -> Absence | None:
        if value.no_numbers is Absence.NO_NUMBERS:
            return value.no_numbers
        policy = self._options.values
        elements = value.content.numel()
        if policy is ValuePolicy.NONE or (policy is ValuePolicy.SMALL and elements > SMALL_ELEMENTS):
            return Absence.NOT_ASKED_FOR
        if value.is_lost or elements * value.content.element_size() > self._options.largest_value_bytes:
            return Absence.OVER_BUDGET
        return None
