"""Whether a value is sick: NaN, infinite, or zero all over."""

from dataclasses import dataclass

import numpy as np

from engine.trace.ids import ValueId
from engine.trace.recording import Recording
from engine.trace.tensors import UnreadableDtypeError, element_count

COUNTED_ELEMENTS = 4096
"""Without recorded statistics, only tensors of at most this many elements are counted."""


@dataclass(frozen=True, slots=True)
class Health:
    """How many elements of a value are zero, NaN or infinite."""

    count: int
    zeros: int
    nans: int
    infinities: int

    @property
    def is_finite(self) -> bool:
        """Whether every element is a finite number."""
        return not (self.nans or self.infinities)

    @property
    def is_zero(self) -> bool:
        """Whether every element is zero (and there is one)."""
        return self.count > 0 and self.zeros == self.count


def health_of(recording: Recording, value: ValueId) -> Health | None:
    """Return the health of a value, or None when its numbers are not known."""
    count = element_count(recording.values[value].shape)
    statistics = recording.statistics(value)
    if statistics is not None:
        return Health(count, statistics.zeros, statistics.nans, statistics.infinities)
    if count > COUNTED_ELEMENTS:
        return None
    try:
        array = recording.array(value)
    except (UnreadableDtypeError, ValueError):
        return None
    if array is None:
        return None
    zeros = count - int(np.count_nonzero(array))
    if array.dtype.kind not in "fc":
        return Health(count, zeros, 0, 0)
    return Health(count, zeros, int(np.isnan(array).sum()), int(np.isinf(array).sum()))
