"""Ticks of axes."""

import math

import pytest
from PySide6.QtGui import QFontMetricsF

from gui.widgets.number_axis import CountAxis, NumberAxis, margin_around


@pytest.mark.parametrize(("low", "high"), [(0.5, 1.5), (1.0, 2.0), (1.0, 3.0), (0.9, 40.1), (1.0, 100_000.0)])
def test_counts_have_ticks_at_whole_numbers_only(qapp, low, high):
    axis = CountAxis("bottom")
    ticks = [tick for _spacing, stand in axis.tickValues(low, high, 300.0) for tick in stand]
    assert ticks
    assert all(tick == int(tick) for tick in ticks)
    assert len(ticks) <= 40


def test_labels_of_close_numbers_differ(qapp):
    axis = NumberAxis("left")
    assert axis.tickStrings([44.4, 44.45, 44.5], 1, 1) == ["44.4", "44.45", "44.5"]
    assert axis.tickStrings([1e-3, 1.0001e-3], 1, 1) == ["0.001", "0.0010001"]
    assert axis.tickStrings([0.9999995, 1, 1.0000005], 1, 1) == ["0.9999995", "1", "1.0000005"]


@pytest.mark.parametrize(("low", "high"), [(44.2, 44.6), (0.301, 0.304), (9.9, 10.05)])
def test_a_narrow_log_axis_has_ticks(qapp, low, high):
    axis = NumberAxis("left")
    axis.is_log = True
    (level,) = axis.tickValues(math.log10(low), math.log10(high), 150)
    assert len(level[1]) >= 2
    assert all(low - 1e-9 <= 10**tick <= high + 1e-9 for tick in level[1])


def test_labels_of_large_and_small_numbers_find_room(qapp):
    axis = NumberAxis("left")
    assert axis.tickStrings([0.5, 1e6, 1.2e-7, -2.5e8, 10], 1, 1) == ["0.5", "1e6", "1.2e-7", "-2.5e8", "10"]
    axis.is_log = True
    (level,) = axis.tickValues(-0.5, 9.5, 250)
    assert axis.tickStrings(level[1], 1, 1) == ["1", "100", "10000", "1e6", "1e8"]


@pytest.mark.parametrize("high", [1.0, 1.00001, 123456.0])
def test_an_axis_is_as_wide_as_its_labels(qapp, high):
    axis = NumberAxis("left")
    axis.setStyle(tickTextOffset=6)
    axis.least_px = 40
    axis.setRange(1.0 if high < 2 else 123455.0, high)
    labels = [
        label for spacing, ticks in axis.tickValues(*axis.range, 100) for label in axis.tickStrings(ticks, 1, spacing)
    ]
    words = QFontMetricsF(axis.font())
    assert axis.fixedWidth >= max([40, *(words.horizontalAdvance(label) + 6 for label in labels)])


def test_rounding_is_not_magnified():
    assert margin_around(0.99999988, 1.0, 0.08) == pytest.approx(1e-6)
    assert margin_around(0.0, 1.0, 0.08) == pytest.approx(0.08)
    assert margin_around(5.0, 5.0, 0.08) == pytest.approx(0.5)
