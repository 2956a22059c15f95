"""Histograms against those of NumPy."""

import numpy as np
import pytest

from engine.runtime.training.pictures import BINS, histogram_of


@pytest.mark.parametrize("size", [1, 2, 33, 5000])
@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e12])
def test_a_histogram_is_that_of_numpy(size, scale):
    numbers = (np.random.default_rng(size).normal(size=size) * scale).astype(np.float32).astype(np.float64)
    counts, edges = np.histogram(numbers, BINS)
    low, high, *told = histogram_of(numbers)
    assert (low, high) == pytest.approx((edges[0], edges[-1]), rel=1e-5)
    assert sum(told) == size
    assert np.abs(np.cumsum(told) - np.cumsum(counts)).max() <= 1, "a number on an edge may fall to either side"


@pytest.mark.parametrize("numbers", [[1e37], [-3e38, 3e38], [1.0, 1.0 + 2e-16], [0.0, 5e-324], [7e300] * 3])
def test_numbers_that_numpy_refuses_have_a_histogram_too(numbers):
    low, high, *told = histogram_of(np.array(numbers))
    assert low <= min(numbers) <= max(numbers) <= high
    assert low < high
    assert sum(told) == len(numbers)
