"""The window onto the steps: zooming keeps its anchor, nothing runs out of view."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.timeline.scale import CLOSEST_STEP_PX, MAXIMUM_STEP_PX, Scale, fit, ruler_stride

counts = st.integers(0, 60_000)
widths = st.floats(50, 4000)


def test_few_steps_are_not_stretched() -> None:
    assert fit(7, 1500).step_px == MAXIMUM_STEP_PX
    assert fit(3000, 1500).step_px == 0.5


@given(counts, widths, st.floats(0.2, 5), st.floats(0, 1))
def test_zoom_keeps_the_anchor_or_the_end(count: int, width: float, factor: float, share: float) -> None:
    scale = fit(count, width)
    for _ in range(4):
        anchor = share * width
        before = scale.boundary_at(anchor)
        scale = scale.zoomed(factor, anchor)
        room = max(0.0, count - width / scale.step_px)
        assert -1e-6 <= scale.first <= room + 1e-6
        assert fit(count, width).step_px - 1e-9 <= scale.step_px <= CLOSEST_STEP_PX
        if 1e-6 < scale.first < room - 1e-6:
            assert scale.boundary_at(anchor) == pytest.approx(before, abs=1e-6 * max(1, count))


@given(counts, widths, st.floats(1, 40), st.floats(0, 1), st.floats(0, 1))
def test_showing_brings_a_boundary_into_view(
    count: int, width: float, factor: float, share: float, target: float
) -> None:
    scale = fit(count, width).zoomed(factor, share * width).showing(target * count)
    assert -1e-6 * width <= scale.x_of(target * count) <= width * (1 + 1e-6)


@given(counts, widths, st.floats(-1e6, 1e6))
def test_panning_stays_inside(count: int, width: float, distance: float) -> None:
    scale = Scale(0.0, 20.0, width, count).panned(distance)
    assert 0 <= scale.first <= max(0.0, count - width / 20.0)
    assert all(0 <= step < count for step in (*scale.visible[:1], *scale.visible[-1:]))


@pytest.mark.parametrize(
    ("step_px", "stride"), [(112, 1), (56, 1), (30, 2), (12, 5), (6, 10), (0.6, 100), (0.02, 5000)]
)
def test_ruler(step_px: float, stride: int) -> None:
    assert ruler_stride(step_px) == stride
