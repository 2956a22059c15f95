from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gui.canvas.trunks import distinct_pieces, pieces_of


def test_equal_curves_are_kept_once() -> None:
    curve = ((0.0, 0.0), (5.0, 0.0), (5.0, 9.0), (10.0, 9.0))
    other = ((0.0, 0.0), (5.0, 0.0), (5.0, 19.0), (10.0, 19.0))
    assert distinct_pieces([curve, other, curve]) == [curve, other]


def test_lines_that_overlap_become_one() -> None:
    assert distinct_pieces([((0.0, 5.0), (100.0, 5.0)), ((160.0, 5.0), (60.0, 5.0))]) == [((0.0, 5.0), (160.0, 5.0))]
    assert distinct_pieces([((7.0, 0.0), (7.0, 50.0)), ((7.0, 10.0), (7.0, 20.0))]) == [((7.0, 0.0), (7.0, 50.0))]


def test_lines_that_only_touch_or_cross_stay_apart() -> None:
    routes = [((0.0, 5.0), (10.0, 5.0)), ((10.0, 5.0), (20.0, 5.0)), ((5.0, 0.0), (5.0, 10.0))]
    assert distinct_pieces(routes) == routes


def test_long_routes_are_taken_apart() -> None:
    route = tuple((float(i), float(i % 3)) for i in range(7))
    assert pieces_of(route) == [route[:4], route[3:]]
    assert distinct_pieces([route]) == pieces_of(route)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30), st.integers(0, 2)), min_size=1, max_size=20))
def test_every_stretch_is_painted_exactly_once(spans: list[tuple[int, int, int]]) -> None:
    routes = [((float(start), float(row)), (float(start + length), float(row))) for start, length, row in spans]
    pieces = distinct_pieces(routes)
    for row in (0.0, 1.0, 2.0):
        wanted = {x for start, length, at in spans if at == row for x in range(start, start + length)}
        drawn = sorted((piece[0][0], piece[1][0]) for piece in pieces if piece[0][1] == row)
        assert {x for low, high in drawn for x in range(int(low), int(high))} == wanted
        assert all(first[1] <= second[0] for first, second in pairwise(drawn))
