"""Whether a value is sick (NaN, infinite, or zero all over), and how large its numbers are."""

import math
from dataclasses import dataclass

import numpy as np

from engine.explain.numerals import array_of
from engine.trace.ids import ValueId
from engine.trace.recording import Recording
from engine.trace.tensors import element_count

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
    array = array_of(recording, value)
    if array is None:
        return None
    zeros = count - int(np.count_nonzero(array))
    if array.dtype.kind not in "fc":
        return Health(count, zeros, 0, 0)
    return Health(count, zeros, int(np.isnan(array).sum()), int(np.isinf(array).sum()))


@dataclass(frozen=True, slots=True)
class Magnitude:
    """How large the finite elements of a value are.

    Attributes:
        norm: L2.
        largest: The largest absolute value.
        mean: Root mean square, over all elements.
    """

    norm: float
    largest: float
    mean: float


def magnitude_of(recording: Recording, value: ValueId) -> Magnitude | None:
    """Return how large a value is, or None when its numbers are not known or none of them is finite."""
    count = element_count(recording.values[value].shape)
    statistics = recording.statistics(value)
    if statistics is not None:
        ends = [abs(end) for end in (statistics.minimum, statistics.maximum) if end is not None]
        if statistics.norm is None or not ends:
            return None
        return Magnitude(statistics.norm, max(ends), statistics.norm / math.sqrt(count))
    array = array_of(recording, value) if count <= COUNTED_ELEMENTS else None
    if array is None:
        return None
    sizes = np.abs(array[np.isfinite(array)]).astype(np.float64)
    if not sizes.size:
        return None
    norm = float(np.linalg.norm(sizes))
    return Magnitude(norm, float(sizes.max()), norm / math.sqrt(count))
