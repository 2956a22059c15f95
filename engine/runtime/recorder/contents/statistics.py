"""Minimum, maximum, mean, spread, special numbers and distribution of many tensors at once.

Calling numpy for every small tensor costs some 25 microseconds each; small ones are therefore joined, and every
statistic is taken over all of them by one ``reduceat``. Of whole numbers and booleans the same is told as of reals
(a boolean is 0 or 1, so ``zeros`` counts the false ones), of complex numbers that of their magnitudes.
"""

import math
from collections.abc import Iterator

import numpy as np

from engine.runtime.recorder.contents.distribution import Doubles, distribution, distributions
from engine.trace.facts import Histogram, Statistics
from engine.trace.ids import ValueId
from engine.trace.tensors import Array

SMALL = 4096
"""Elements up to which tensors are joined."""

_JOINED = 1_000_000
"""Elements at which the joined ones are worked out."""

_PART = 1_000_000
"""Elements of a large tensor that are widened to double precision at a time."""

_FLAT = 1e-4
"""Below this part of the mean square a variance from moments has lost too many digits."""


class StatisticsMaker:
    """Collects arrays and returns their statistics.

    ``has_histograms`` says whether distributions are worked out too: they are for values whose bytes are not at hand.
    """

    def __init__(self, largest_elements: int, *, has_histograms: bool = False) -> None:
        self._largest = largest_elements
        self._has_histograms = has_histograms
        self._small: list[tuple[ValueId, Array]] = []
        self._joined = 0
        self._done: list[Statistics] = []
        self.histograms: list[Histogram] = []

    def add(self, value: ValueId, array: Array) -> None:
        """Take in the numbers of one value, a flat array of reals, whole numbers or booleans."""
        if array.size == 0 or array.size > self._largest:
            return
        if array.size > SMALL:
            with np.errstate(all="ignore"):
                self._add_large(value, array)
            return
        self._small.append((value, array))
        self._joined += array.size
        if self._joined > _JOINED:
            self._flush()

    def finish(self) -> tuple[Statistics, ...]:
        """Return the statistics of everything added; ``histograms`` is complete then."""
        self._flush()
        return tuple(self._done)

    def _add_large(self, value: ValueId, array: Array) -> None:
        found = _large(value, array)
        self._done.append(found)
        if self._has_histograms and found.minimum is not None and found.maximum is not None:
            self.histograms.append(distribution(value, array, found.minimum, found.maximum))

    def _flush(self) -> None:
        small, self._small, self._joined = self._small, [], 0
        if not small:
            return
        with np.errstate(all="ignore"):  # whatever the program has set: NaN and overflow are what is looked for here
            numbers: Doubles = np.concatenate([array for _, array in small]).astype(np.float64, copy=False)
            found = _many(small, numbers)
            self._done.extend(found)
            if self._has_histograms:
                self.histograms.extend(distributions(found, [array.size for _, array in small], numbers))


def _many(arrays: list[tuple[ValueId, Array]], numbers: Doubles) -> list[Statistics]:
    sizes = np.array([array.size for _, array in arrays])
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    nans = np.isnan(numbers)
    finite = np.isfinite(numbers)
    kept = np.where(finite, numbers, 0.0)
    counts = np.add.reduceat(finite.astype(np.int64), starts)
    divisor = np.maximum(counts, 1)
    means = np.add.reduceat(kept, starts) / divisor
    deviations = np.where(finite, numbers - np.repeat(means, sizes), 0.0)
    spreads = np.sqrt(np.add.reduceat(deviations * deviations, starts) / divisor)
    norms = np.sqrt(np.add.reduceat(kept * kept, starts))
    columns = (
        np.minimum.reduceat(np.where(finite, numbers, np.inf), starts),
        np.maximum.reduceat(np.where(finite, numbers, -np.inf), starts),
        means,
        spreads,
        norms,
        np.add.reduceat((numbers == 0).astype(np.int64), starts),
        np.add.reduceat(nans.astype(np.int64), starts),
        sizes - counts,
        counts,
    )
    rows = zip(arrays, *(column.tolist() for column in columns), strict=True)
    return [_fact(value, row) for (value, _), *row in rows]


def _large(value: ValueId, array: Array) -> Statistics:
    low, high = float(array.min()), float(array.max())
    nans = infinities = 0
    finite = array
    if not (math.isfinite(low) and math.isfinite(high)):
        nans = int(np.count_nonzero(np.isnan(array)))
        finite = array[np.isfinite(array)]
        infinities = int(array.size - nans - finite.size)
        if finite.size == 0:
            return Statistics(value, None, None, None, None, None, 0, nans, infinities)
        low, high = float(finite.min()), float(finite.max())
    mean, spread, norm = _moments(finite)
    zeros = int(np.count_nonzero(finite == 0))  # counting booleans is several times as fast as counting numbers
    return Statistics(value, low, high, mean, spread, norm, zeros, nans, infinities)


def _moments(array: Array) -> tuple[float, float, float]:
    """Return mean, spread and norm of finite numbers."""
    squares = math.inf
    if array.dtype in (np.float32, np.float64):
        mean = float(np.add.reduce(array, dtype=np.float64)) / array.size
        squares = float(np.dot(array, array))
    if not math.isfinite(squares):  # out of the range of single precision, or of a type that ``dot`` wraps around in
        mean = sum(float(part.sum()) for part in _parts(array)) / array.size
        squares = sum(float(np.dot(part, part)) for part in _parts(array))
    mean_square = squares / array.size
    variance = mean_square - mean * mean
    if variance < _FLAT * mean_square:
        variance = sum(float(np.dot(part - mean, part - mean)) for part in _parts(array)) / array.size
    return mean, math.sqrt(max(0.0, variance)), math.sqrt(squares)


def _parts(array: Array) -> Iterator[Doubles]:
    for start in range(0, array.size, _PART):
        yield array[start : start + _PART].astype(np.float64)


def _fact(value: ValueId, row: list[float]) -> Statistics:
    low, high, mean, spread, norm, zeros, nans, odd, count = row
    special = int(odd) - int(nans)
    if not count:
        return Statistics(value, None, None, None, None, None, 0, int(nans), special)
    return Statistics(value, low, high, mean, spread, norm, int(zeros), int(nans), special)
