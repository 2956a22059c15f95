"""Ticks of axes."""

import pytest

from gui.widgets.number_axis import CountAxis


@pytest.mark.parametrize(("low", "high"), [(0.5, 1.5), (1.0, 2.0), (1.0, 3.0), (0.9, 40.1), (1.0, 100_000.0)])
def test_counts_have_ticks_at_whole_numbers_only(qapp, low, high):
    axis = CountAxis("bottom")
    ticks = [tick for _spacing, stand in axis.tickValues(low, high, 300.0) for tick in stand]
    assert ticks
    assert all(tick == int(tick) for tick in ticks)
    assert len(ticks) <= 40
