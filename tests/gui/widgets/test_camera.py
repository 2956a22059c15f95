import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drawing.drawing import Rect
from gui.widgets.camera import MAX_SCALE, MIN_SCALE, Camera, Margins, fitted, gliding

coordinates = st.floats(-1e5, 1e5)
points = st.tuples(coordinates, coordinates)
scales = st.floats(MIN_SCALE, MAX_SCALE)
cameras = st.builds(Camera, coordinates, coordinates, scales)
rects = st.builds(Rect, coordinates, coordinates, st.floats(1, 1e5), st.floats(1, 1e5))


@given(cameras, points)
def test_view_and_world_are_inverse(camera: Camera, point: tuple[float, float]) -> None:
    assert camera.to_world(camera.to_view(point)) == pytest.approx(point, abs=1e-3)


@given(cameras, st.tuples(st.floats(0, 2000), st.floats(0, 2000)), st.floats(0.1, 10))
def test_zoom_keeps_the_point_under_the_cursor(camera: Camera, at: tuple[float, float], factor: float) -> None:
    zoomed = camera.zoomed(factor, at)
    assert zoomed.to_view(camera.to_world(at)) == pytest.approx(at, abs=0.01)
    assert MIN_SCALE <= zoomed.scale <= MAX_SCALE


@given(rects, st.floats(200, 3000), st.floats(200, 3000), st.floats(0, 60))
def test_fit_shows_all_inside_the_margins(rect: Rect, width: float, height: float, inset: float) -> None:
    camera = fitted(rect, width, height, Margins(bottom=inset))
    seen = camera.rect_to_view(rect)
    assert seen.x >= -0.5
    assert seen.right <= width + 0.5
    assert seen.y >= -0.5
    assert seen.bottom <= height - inset + 0.5
    assert camera.scale <= 1.0


def test_a_drawing_that_was_fitted_below_the_smallest_scale_grows_from_there() -> None:
    camera = fitted(Rect(0, 0, 1e6, 1e6), 1000, 1000, Margins())
    assert camera.scale < MIN_SCALE
    assert camera.zoomed(0.5, (500, 500)).scale == pytest.approx(camera.scale)
    assert camera.zoomed(2, (500, 500)).scale == pytest.approx(2 * camera.scale)


@given(cameras, st.floats(300, 3000), st.floats(300, 3000), points)
def test_gliding_brings_a_small_box_into_the_safe_area(
    camera: Camera, width: float, height: float, corner: tuple[float, float]
) -> None:
    rect = Rect(*corner, 118 / camera.scale, 66 / camera.scale)
    seen = gliding(camera, rect, width, height, Margins()).rect_to_view(rect)
    assert seen.x >= width * 0.05 - 0.5
    assert seen.right <= width * 0.95 + 0.5
    assert seen.y >= height * 0.05 - 0.5
    assert seen.bottom <= height * 0.95 + 0.5


def test_gliding_leaves_a_camera_that_shows_it_already() -> None:
    camera = Camera(0, 0, 1)
    assert gliding(camera, Rect(400, 300, 100, 60), 900, 700, Margins()) is camera


def test_gliding_centres_what_is_too_large() -> None:
    camera = gliding(Camera(), Rect(0, 0, 5000, 100), 900, 700, Margins())
    assert camera.rect_to_view(Rect(0, 0, 5000, 100)).center[0] == pytest.approx(450)


@given(cameras, cameras)
def test_tween_starts_and_ends_where_it_should(start: Camera, end: Camera) -> None:
    assert start.between(end, 0.0) == start
    last = start.between(end, 1.0)
    assert (last.x, last.y, last.scale) == pytest.approx((end.x, end.y, end.scale), abs=1e-6)
