import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drawing.drawing import Rect
from gui.canvas.framing import LARGEST_SCALE, READABLE_SCALE, Window, framed, is_whole, made_room, revealed
from gui.widgets.camera import Camera, Margins

lengths = st.floats(100, 6000)
WINDOW = Window(900, 700, Margins(4, 2, 4, 8))
HUGE = Rect(-9000, -9000, 18000, 18000)


@given(lengths, lengths)
def test_whole_drawing_is_shown_where_half_size_is_enough(width: float, height: float) -> None:
    camera = framed(Rect(30, -20, width, height), WINDOW, None)
    fits = width * 0.5 <= WINDOW.free.width and height * 0.5 <= WINDOW.free.height
    assert is_whole(camera, Rect(30, -20, width, height), WINDOW) or not fits
    assert 0.5 <= camera.scale <= LARGEST_SCALE


@given(lengths, lengths, st.floats(0, 1), st.floats(0, 1))
def test_what_the_person_looks_at_is_in_view(width: float, height: float, x: float, y: float) -> None:
    focus = Rect(x * max(0, width - 120), y * max(0, height - 66), min(120, width), 66)
    seen = framed(Rect(0, 0, width, height), WINDOW, focus).rect_to_view(focus)
    assert seen.x >= -0.5
    assert seen.right <= 900.5
    assert seen.y >= -0.5
    assert seen.bottom <= 700.5


def test_large_drawing_without_a_focus_shows_its_beginning() -> None:
    camera = framed(Rect(10, 10, 800, 9000), WINDOW, None)
    seen = camera.rect_to_view(Rect(10, 10, 800, 9000))
    assert seen.y == pytest.approx(2)
    assert seen.center[0] == pytest.approx(450)


def test_card_pushes_a_small_drawing_up_without_shrinking_it() -> None:
    bounds = Rect(0, 0, 600, 300)
    before = framed(bounds, WINDOW, None)
    with_card = Window(900, 700, Margins(4, 2, 4, 300))
    after = made_room(before, bounds, with_card)
    assert after is not None
    assert after.scale == before.scale
    assert is_whole(after, bounds, with_card)
    assert made_room(after, bounds, with_card) == after


def test_card_shrinks_a_drawing_only_as_long_as_it_can_be_read() -> None:
    with_card = Window(900, 700, Margins(4, 2, 4, 150))
    high = Rect(0, 0, 500, 600)
    smaller = made_room(framed(high, WINDOW, None), high, with_card)
    assert smaller is not None
    assert READABLE_SCALE <= smaller.scale < 1
    too_high = Rect(0, 0, 500, 800)
    assert made_room(framed(too_high, WINDOW, None), too_high, with_card) is None


def test_reveals_the_forward_node_too_if_there_is_room() -> None:
    below, above, far = Rect(0, 1000, 120, 66), Rect(0, 700, 120, 66), Rect(0, -3000, 120, 66)
    seen = revealed(Camera(), (below, above), HUGE, WINDOW, ()).rect_to_view(above)
    assert seen.y >= 0
    camera = revealed(Camera(), (below, far), HUGE, WINDOW, ())
    assert camera.rect_to_view(below).bottom <= 700
    assert camera == revealed(Camera(), (below,), HUGE, WINDOW, ())


def test_reveals_beside_what_stands_in_the_corner() -> None:
    corner = Rect(730, 590, 160, 100)
    node = Rect(740, 600, 120, 66)
    seen = revealed(Camera(), (node,), HUGE, Window(900, 700), (corner,)).rect_to_view(node)
    assert seen.bottom <= corner.y or seen.right <= corner.x
    away = Rect(100, 600, 120, 30)
    assert revealed(Camera(), (away,), HUGE, Window(900, 700), (corner,)) == Camera()


def test_reveals_beside_a_legend_at_the_left() -> None:
    legend = Rect(10, 500, 144, 56)
    low, high = Rect(20, 540, 120, 66), Rect(20, 480, 120, 40)
    for node in (low, high):
        seen = revealed(Camera(), (node,), HUGE, Window(900, 700), (legend,)).rect_to_view(node)
        assert seen.x >= 0
        assert seen.y >= 0
        assert seen.bottom <= legend.y or seen.x >= legend.right


def test_reveals_without_pushing_out_what_fits() -> None:
    bounds, last = Rect(0, 0, 890, 5000), Rect(770, 3000, 115, 66)
    camera = revealed(Camera(-5, 0), (last,), bounds, WINDOW, ())
    assert camera.x == -5
    assert camera.rect_to_view(last).bottom <= 700
