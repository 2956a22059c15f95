"""Minimum, maximum, mean, spread and special numbers of many tensors at once.

Calling numpy for every small tensor costs some 25 microseconds each; small ones are therefore joined, and every
statistic is taken over all of them by one ``reduceat``.
"""

import math

import numpy as np
import numpy.typing as npt
import torch

from engine.trace.facts import Statistics
from engine.trace.ids import ValueId
from engine.trace.tensors import Array

SMALL = 4096
"""Elements up to which tensors are joined."""

_JOINED = 1_000_000
"""Elements at which the joined ones are worked out."""

Doubles = npt.NDArray[np.float64]


class StatisticsMaker:
    """Collects arrays and returns their statistics."""

    def __init__(self, largest_elements: int) -> None:
        self._largest = largest_elements
        self._small: list[tuple[ValueId, Array]] = []
        self._joined = 0
        self._done: list[Statistics] = []

    def add(self, value: ValueId, array: Array, dtype: torch.dtype) -> None:
        """Take in the numbers of one value, a flat array; only real floating-point numbers have statistics."""
        if not dtype.is_floating_point or array.size == 0 or array.size > self._largest:
            return
        if dtype is torch.bfloat16:
            array = (array.view(np.uint16).astype(np.uint32) << np.uint32(16)).view(np.float32)
        if array.size > SMALL:
            self._done.append(_large(value, array))
            return
        self._small.append((value, array))
        self._joined += array.size
        if self._joined > _JOINED:
            self._flush()

    def finish(self) -> tuple[Statistics, ...]:
        """Return the statistics of everything added."""
        self._flush()
        return tuple(self._done)

    def _flush(self) -> None:
        if self._small:
            self._done.extend(_many(self._small))
            self._small = []
            self._joined = 0


def _many(arrays: list[tuple[ValueId, Array]]) -> list[Statistics]:
    numbers: Doubles = np.concatenate([array for _, array in arrays]).astype(np.float64, copy=False)
    sizes = np.array([array.size for _, array in arrays])
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    nans = np.isnan(numbers)
    finite = np.isfinite(numbers)
    kept = np.where(finite, numbers, 0.0)
    counts = np.add.reduceat(finite.astype(np.int64), starts)
    divisor = np.maximum(counts, 1)
    means = np.add.reduceat(kept, starts) / divisor
    deviations = (
        np.where(finite, numbers - np.repeat(means, sizes), 0.0)
        if finite.all()
        else _deviations(numbers, finite, means, sizes)
    )
    with np.errstate(over="ignore"):
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


def _deviations(
    numbers: Doubles, finite: npt.NDArray[np.bool_], means: Doubles, sizes: npt.NDArray[np.int64]
) -> Doubles:
    deviations = np.zeros_like(numbers)
    np.subtract(numbers, np.repeat(means, sizes), out=deviations, where=finite)
    return deviations


def _large(value: ValueId, array: Array) -> Statistics:
    flat = array
    low, high = float(flat.min()), float(flat.max())
    nans = infinities = 0
    if not (math.isfinite(low) and math.isfinite(high)):
        nans = int(np.count_nonzero(np.isnan(flat)))
        finite = flat[np.isfinite(flat)]
        infinities = int(flat.size - nans - finite.size)
        if finite.size == 0:
            return Statistics(value, None, None, None, None, None, 0, nans, infinities)
        low, high = float(finite.min()), float(finite.max())
    else:
        finite = flat
    total = float(np.add.reduce(finite, dtype=np.float64))
    squares = float(np.dot(finite, finite)) if finite.dtype != np.float16 else math.inf
    if not math.isfinite(squares):
        squares = float(np.square(finite, dtype=np.float64).sum())
    mean = total / finite.size
    spread = math.sqrt(max(0.0, squares / finite.size - mean * mean))
    zeros = int(np.count_nonzero(finite == 0))  # counting booleans is several times as fast as counting numbers
    return Statistics(value, low, high, mean, spread, math.sqrt(squares), zeros, nans, infinities)


def _fact(value: ValueId, row: list[float]) -> Statistics:
    low, high, mean, spread, norm, zeros, nans, odd, count = row
    special = int(odd) - int(nans)
    if not count:
        return Statistics(value, None, None, None, None, None, 0, int(nans), special)
    return Statistics(value, low, high, mean, spread, norm, int(zeros), int(nans), special)
