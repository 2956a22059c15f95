"""The spread of parameters over time, against NumPy's own histograms."""

import numpy as np
import pytest

from gui.model.training_histograms import MOST_MOMENTS, SpreadBook


def told(numbers, bins=32):
    counts, edges = np.histogram(numbers, bins)
    return np.concatenate([edges[[0, -1]], counts]).astype("<f4")


def test_shares_are_those_of_the_numbers_themselves():
    book, random = SpreadBook(), np.random.default_rng(0)
    moments = [random.normal(place, 1 + place, 20_000) for place in range(3)]
    for place, numbers in enumerate(moments):
        book.add("w", 10 * place, told(numbers))
    spread = book.get("w")
    assert spread.bounds == pytest.approx((min(map(np.min, moments)), max(map(np.max, moments))), rel=1e-5)
    edges = np.linspace(spread.bounds[0] - 1, spread.bounds[1] + 1, 20)
    shares = spread.shares(edges)
    assert shares.shape == (19, 3)
    assert shares.sum(axis=0) == pytest.approx([1, 1, 1])
    exact = np.stack([np.histogram(numbers, edges)[0] / len(numbers) for numbers in moments], axis=1)
    assert shares == pytest.approx(exact, abs=0.03)
    assert [spread.place_of(at) for at in (-1, 0, 9, 10, 500)] == [0, 0, 0, 1, 2]


def test_a_parameter_of_one_number_alone_lies_in_one_place():
    book = SpreadBook()
    book.add("b", 0, np.array([0.5, 0.5, 0, 3, 0], dtype="<f4"))
    shares = book.get("b").shares(np.array([0.0, 0.4, 0.6, 1.0]))
    assert shares[:, 0].tolist() == [0, 1, 0]


def test_it_takes_a_bounded_memory_and_stays_even():
    book = SpreadBook()
    for place in range(4 * MOST_MOMENTS):
        book.add("w", place, told([place, place + 1.0]))
    iterations = book.get("w").iterations
    assert len(iterations) == MOST_MOMENTS
    assert (iterations[0], iterations[-1]) == (0, 4 * MOST_MOMENTS - 1)
    assert np.diff(iterations).max() <= 16


def test_a_run_that_went_back_replaces_and_nonsense_is_left():
    book = SpreadBook()
    for iteration in (0, 5, 10, 5):
        book.add("w", iteration, told([iteration, 20.0]))
    assert book.get("w").iterations.tolist() == [0, 5]
    for bad in ([], [1, 2], [2, 1, 5], [0, np.nan, 5], [0, 1, -5]):
        book.add("bad", 0, np.array(bad, dtype="<f4"))
    book.add("bad", 0, np.zeros((2, 2), dtype="<f4"))
    assert book.get("bad") is None
    assert book.names == ("w",)
