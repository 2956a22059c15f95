import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gui.model.training_curves import MOST_POINTS, RECENT_POINTS, SMOOTHING, Curve, CurveBook


def filled(numbers, first=0):
    curve = Curve()
    numbers = np.asarray(numbers, dtype=np.float64)
    curve.extend(np.arange(first, first + len(numbers)), numbers)
    return curve


def test_points_stay_as_they_were_told_in_whatever_pieces():
    numbers = np.random.default_rng(0).normal(size=1000)
    curve = Curve()
    for start in range(0, 1000, 37):
        piece = numbers[start : start + 37]
        curve.extend(np.arange(start, start + len(piece)), piece)
    np.testing.assert_array_equal(curve.numbers, numbers)
    np.testing.assert_array_equal(curve.iterations, np.arange(1000))
    np.testing.assert_allclose(curve.smoothed, filled(numbers).smoothed)


@example(numbers=[1.5e308, 1.5e308], stretches=1)
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=200), st.integers(1, 50))
def test_an_envelope_holds_every_finite_number(numbers, stretches):
    envelope = filled(numbers).envelope(stretches)
    finite = [number for number in numbers if np.isfinite(number)]
    assert len(envelope.x) <= stretches
    if finite:
        assert np.nanmin(envelope.low) == min(finite)
        assert np.nanmax(envelope.high) == max(finite)
        inner = envelope.mean[np.isfinite(envelope.mean)]
        assert len(inner) == np.isfinite(envelope.low).sum(), "the mean of numbers that exist is a number"


def test_a_long_run_takes_a_bounded_memory_and_keeps_its_spikes():
    curve = Curve()
    numbers = np.ones(4 * MOST_POINTS)
    numbers[12_345], numbers[200_000] = 99.0, -99.0
    for start in range(0, len(numbers), 5000):
        piece = numbers[start : start + 5000]
        curve.extend(np.arange(start, start + len(piece)), piece)
    assert len(curve) <= MOST_POINTS
    assert curve.numbers.max() == 99.0
    assert curve.numbers.min() == -99.0
    assert curve.iterations[-1] == len(numbers) - 1
    assert (np.diff(curve.iterations) > 0).all()


def test_a_nan_is_not_thinned_away():
    numbers = np.ones(2 * MOST_POINTS)
    numbers[777] = np.nan
    assert np.isnan(filled(numbers).numbers).any()


def test_smoothing_has_no_pull_to_zero_and_passes_over_nan():
    curve = filled([2.0] * 50 + [float("nan"), 2.0])
    np.testing.assert_allclose(curve.smoothed, 2.0)


def test_a_resumed_run_replaces_what_it_does_again():
    curve = filled([1.0] * 10)
    curve.extend(np.arange(6, 9), np.full(3, 5.0))
    np.testing.assert_array_equal(curve.iterations, np.arange(9))
    np.testing.assert_array_equal(curve.numbers, [1.0] * 6 + [5.0] * 3)


def test_number_at_an_iteration_is_the_last_one_told():
    curve = Curve()
    curve.extend(np.array([0, 10, 20]), np.array([1.0, 2.0, 3.0]))
    assert [curve.number_at(iteration) for iteration in (0, 9.5, 10, 99)] == [1.0, 1.0, 2.0, 3.0]
    assert np.isnan(curve.number_at(-1))
    assert np.isnan(Curve().last)


def test_the_smooth_line_ends_with_the_newest_number():
    x, y = filled(range(1000)).smooth_line(100)
    assert len(x) == len(y) == 101
    assert x[-1] == 999
    assert y[-1] == filled(range(1000)).smoothed[-1]
    assert (np.diff(x) > 0).all()


def test_a_family_becomes_strips_in_which_the_loudest_shows():
    book = CurveBook()
    for name in ("fc1.weight", "fc2.weight"):
        numbers = np.full(100, 0.1)
        numbers[50] = 7.0
        book.extend(f"gradient norm/{name}", np.arange(100), numbers)
    book.extend("gradient norm", np.arange(3), np.ones(3))
    names, matrix = book.heat("gradient norm", 10)
    assert names == ("fc1.weight", "fc2.weight")
    assert matrix.shape == (2, 10)
    assert matrix.max(axis=1).tolist() == [7.0, 7.0]
    assert book.heat("nothing", 10)[0] == ()


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_short_curves_are_curves_too(count):
    curve = filled(range(count))
    assert len(curve.envelope(5).x) == count
    assert len(curve.smooth_line(5)[0]) == count


def one_by_one(numbers):
    mean = weight = 0.0
    for number in numbers:
        if np.isfinite(number):
            mean, weight = SMOOTHING * mean + (1 - SMOOTHING) * number, SMOOTHING * weight + (1 - SMOOTHING)
        yield mean / weight if weight else np.nan


@pytest.mark.parametrize("length", [1, 31, 33, 500])
@pytest.mark.parametrize("odd", [None, np.nan, np.inf, 1.7e308])
def test_the_mean_of_blocks_is_that_of_numbers_one_by_one(length, odd):
    numbers = np.random.default_rng(length).normal(size=length)
    if odd is not None:
        numbers[length // 2] = odd
    curve = Curve()
    for start in range(0, length, 45):
        piece = numbers[start : start + 45]
        curve.extend(np.arange(start, start + len(piece)), piece)
    np.testing.assert_allclose(curve.smoothed, list(one_by_one(numbers)), rtol=1e-9, atol=1e-12)


def test_a_mean_asked_for_now_and_then_is_the_same():
    numbers = np.random.default_rng(0).normal(size=198_000)
    asked, never = Curve(), Curve()
    for start in range(0, len(numbers), 3000):
        for curve in (asked, never):
            curve.extend(np.arange(start, start + 3000), numbers[start : start + 3000])
        assert len(asked.smoothed) == len(asked)
    np.testing.assert_allclose(asked.smoothed[-1], list(one_by_one(numbers[-500:]))[-1])
    np.testing.assert_allclose(never.smoothed[-1], asked.smoothed[-1])
    never.extend(np.array([1000]), np.array([1.0]))
    assert len(never.smoothed) == len(never) == np.searchsorted(asked.iterations, 1000) + 1


def test_the_newest_points_are_not_thinned():
    numbers = np.random.default_rng(0).normal(size=MOST_POINTS + 1)
    np.testing.assert_array_equal(filled(numbers).numbers[-RECENT_POINTS:], numbers[-RECENT_POINTS:])


def test_what_is_drawn_follows_the_curve():
    curve = filled(range(100))
    assert curve.envelope(10) is curve.envelope(10)
    curve.extend(np.array([100]), np.array([500.0]))
    assert curve.envelope(10).high.max() == 500.0
    assert curve.smooth_line(10)[0][-1] == 100
