"""Whether a value is sick: NaN, infinite, zero all over, far too large or too small."""

from dataclasses import dataclass

import numpy as np

from engine.trace.ids import ValueId
from engine.trace.recording import Recording
from engine.trace.tensors import UnreadableDtypeError, element_count

COUNTED_ELEMENTS = 4096
"""Without recorded statistics, only tensors of at most this many elements are counted."""


@dataclass(frozen=True, slots=True)
class Health:
    """How many elements of a value are zero, NaN or infinite, and how large the others are."""

    count: int
    zeros: int
    nans: int
    infinities: int
    norm: float | None
    """L2, over the finite elements; None when there are none."""
    largest: float
    """The largest absolute value of a finite element; 0 when there are none."""

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
        ends = (abs(end) for end in (statistics.minimum, statistics.maximum) if end is not None)
        largest = max(ends, default=0.0)
        return Health(count, statistics.zeros, statistics.nans, statistics.infinities, statistics.norm, largest)
    if count > COUNTED_ELEMENTS:
        return None
    try:
        array = recording.array(value)
    except (UnreadableDtypeError, ValueError):
        return None
    if array is None:
        return None
    nans, infinities = int(np.isnan(array).sum()), int(np.isinf(array).sum())
    sizes = np.abs(array[np.isfinite(array)] if nans or infinities else array).astype(np.float64)
    norm = float(np.linalg.norm(sizes)) if sizes.size else None
    zeros = count - int(np.count_nonzero(array))
    return Health(count, zeros, nans, infinities, norm, float(sizes.max(initial=0.0)))
