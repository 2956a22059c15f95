"""How the numbers of tensors are distributed: counts in equal bins, and a few of the numbers themselves."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.trace.facts import Histogram, Statistics
from engine.trace.ids import ValueId
from engine.trace.tensors import Array

BINS = 24
PREVIEW = 64
MOST_COUNTED = 8192
"""Of a larger tensor every n-th element is counted: the shape is the same, and nobody waits."""

Doubles: TypeAlias = npt.NDArray[np.float64]


def distribution(value: ValueId, array: Array, low: float, high: float) -> Histogram:
    """Return the distribution of a flat array whose finite numbers reach from ``low`` to ``high``."""
    stride = -(-array.size // MOST_COUNTED)
    sample: Doubles = array[::stride].astype(np.float64)
    finite = sample[np.isfinite(sample)]
    counts = np.bincount(_bins(finite, low, high), minlength=BINS) if high > low else np.array([finite.size])
    return Histogram(value, low, high, tuple(counts.tolist()), _preview(array), stride > 1)


def distributions(facts: Sequence[Statistics], sizes: Sequence[int], numbers: Doubles) -> list[Histogram]:
    """Return the distributions of many small tensors at once; those without a finite number have none.

    Args:
        facts: Statistics of each tensor.
        sizes: How many elements each has.
        numbers: All elements, one tensor after the other.
    """
    count = len(facts)
    lows = np.array([fact.minimum if fact.minimum is not None else 0.0 for fact in facts])
    highs = np.array([fact.maximum if fact.maximum is not None else 0.0 for fact in facts])
    finite = np.isfinite(numbers)
    owners = np.repeat(np.arange(count), sizes)[finite]
    bins = _bins(numbers[finite], lows[owners], highs[owners])
    counts = np.bincount(owners * BINS + bins, minlength=count * BINS).reshape(count, BINS)
    ends = np.cumsum(sizes)
    found = []
    for number, (fact, size, end) in enumerate(zip(facts, sizes, ends.tolist(), strict=True)):
        if fact.minimum is None or fact.maximum is None:
            continue
        row = counts[number].tolist() if fact.maximum > fact.minimum else [int(counts[number].sum())]
        preview = _preview(numbers[end - size : end])
        found.append(Histogram(fact.value, fact.minimum, fact.maximum, tuple(row), preview, is_sampled=False))
    return found


def _bins(numbers: Doubles, low: float | Doubles, high: float | Doubles) -> npt.NDArray[np.int64]:
    """Return the bin of each finite number; halves keep the range of the largest doubles finite."""
    width = np.asarray(high) / 2 - np.asarray(low) / 2
    places = (numbers / 2 - np.asarray(low) / 2) / width * BINS
    whole: npt.NDArray[np.int64] = np.clip(np.nan_to_num(places, posinf=0.0), 0, BINS - 1).astype(np.int64)
    return whole


def _preview(array: Array) -> tuple[float, ...]:
    if array.size <= PREVIEW:
        return tuple(array.astype(np.float64).tolist())
    places = np.arange(PREVIEW) * array.size // PREVIEW
    return tuple(array[places].astype(np.float64).tolist())
