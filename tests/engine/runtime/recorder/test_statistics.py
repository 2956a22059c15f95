"""Statistics and distributions of every type, against numpy and torch in double precision."""

import math

import numpy as np
import pytest
import torch

from engine.runtime.recorder.contents.distribution import BINS, MOST_COUNTED
from engine.runtime.recorder.contents.numbers import EIGHT_BITS, NUMPY_TYPES, reals
from engine.runtime.recorder.contents.raw import raw_of
from engine.runtime.recorder.contents.statistics import StatisticsMaker

TYPES = sorted(NUMPY_TYPES, key=str)
SIZES = (1, 7, 4096, 4097, 50_000)


def made(dtype: torch.dtype, size: int, *, special: bool = False) -> torch.Tensor:
    generator = torch.Generator().manual_seed(size)
    numbers = torch.randn(size, generator=generator, dtype=torch.float64) * 3
    if dtype is torch.bool:
        return numbers > 0
    if dtype.is_complex:
        return torch.complex(numbers, numbers.flip(0)).to(dtype)
    if not dtype.is_floating_point:
        numbers = numbers.abs() if not torch.iinfo(dtype).min else numbers
        return (numbers * 10).to(dtype)
    if special and dtype is not torch.float8_e8m0fnu:
        numbers[::5] = math.nan
        numbers[3::50] = math.inf
    return numbers.to(dtype)


def expected(tensor: torch.Tensor) -> np.ndarray:
    if tensor.is_complex():
        return np.abs(tensor.to(torch.promote_types(tensor.dtype, torch.complex64)).numpy()).astype(np.float64)
    return (tensor.float() if tensor.dtype in EIGHT_BITS else tensor).double().numpy()


def measured(*tensors: torch.Tensor):
    maker = StatisticsMaker(10**9, has_histograms=True)
    for number, tensor in enumerate(tensors):
        maker.add(number, reals(raw_of(tensor), tensor.dtype))
    facts = {fact.value: fact for fact in maker.finish()}
    return facts, {fact.value: fact for fact in maker.histograms}


@pytest.mark.filterwarnings("ignore:ComplexHalf")
@pytest.mark.parametrize("special", [False, True], ids=["finite", "special"])
@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_statistics_are_those_of_numpy(dtype: torch.dtype, special: bool) -> None:
    tensors = [made(dtype, size, special=special) for size in SIZES]
    facts, histograms = measured(*tensors)
    for number, tensor in enumerate(tensors):
        numbers = expected(tensor)
        finite = numbers[np.isfinite(numbers)]
        found = facts[number]
        assert found.nans == np.isnan(numbers).sum()
        assert found.infinities == np.isinf(numbers).sum()
        assert found.zeros == (numbers == 0).sum()
        if not finite.size:
            assert found.mean is None
            assert number not in histograms
            continue
        close = {"rel": 1e-5, "abs": 1e-6}
        assert (found.minimum, found.maximum) == pytest.approx((finite.min(), finite.max()), rel=1e-6)
        assert found.mean == pytest.approx(finite.mean(), **close)
        assert found.std == pytest.approx(finite.std(), rel=1e-4, abs=1e-5)
        assert found.norm == pytest.approx(np.linalg.norm(finite), **close)
        _check(histograms[number], numbers, found)


def _check(histogram, numbers, found) -> None:
    sample = numbers[:: -(-numbers.size // MOST_COUNTED)]
    sample = sample[np.isfinite(sample)]
    assert histogram.is_sampled == (numbers.size > MOST_COUNTED)
    assert sum(histogram.counts) == sample.size
    assert (histogram.low, histogram.high) == (found.minimum, found.maximum)
    if histogram.low < histogram.high:
        counts, edges = np.histogram(sample, BINS, (histogram.low, histogram.high))
        near_an_edge = np.isclose(sample[:, None], edges[None, 1:-1], rtol=1e-6, atol=1e-9).sum()
        assert np.abs(np.array(histogram.counts) - counts).sum() <= 2 * near_an_edge
    else:
        assert histogram.counts == (sample.size,)
    assert len(histogram.preview) == min(64, numbers.size)
    assert np.array_equal(histogram.preview[:1], numbers[:1], equal_nan=True)
    assert set(np.nan_to_num(histogram.preview)) <= set(np.nan_to_num(numbers))


@pytest.mark.parametrize("size", [100, 10_000])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_the_spread_of_numbers_far_from_zero(size: int, dtype: torch.dtype) -> None:
    tensor = (1e4 + torch.randn(size, dtype=torch.float64)).to(dtype)
    facts, _ = measured(tensor)
    assert facts[0].std == pytest.approx(tensor.double().std(correction=0).item(), rel=1e-3)


@pytest.mark.parametrize("size", [3, 10_000])
def test_the_ends_of_the_range(size: int) -> None:
    large = torch.full((size,), 1.5e308, dtype=torch.float64)
    large[0] = -1.5e308
    small = torch.full((size,), 5e-324, dtype=torch.float64)
    small[0] = 0
    single = torch.full((size,), 3e38)
    facts, histograms = measured(large, small, single)
    assert sum(histograms[0].counts) == sum(histograms[1].counts) == min(size, 5000)
    assert histograms[0].counts[0] >= 1
    assert histograms[2].counts == (min(size, 5000),)
    assert facts[2].norm == pytest.approx(float(np.float32(3e38)) * math.sqrt(size))


def test_true_ones_are_counted() -> None:
    facts, _ = measured(torch.tensor([True, False, True, True]))
    assert (facts[0].zeros, facts[0].mean) == (1, 0.75)


def test_empty_tensors_have_no_statistics() -> None:
    facts, histograms = measured(torch.empty(0), torch.tensor([math.nan]), torch.ones(1))
    assert set(facts) == {1, 2}
    assert set(histograms) == {2}
