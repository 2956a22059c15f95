"""Long runs divided into rounds and stretches."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph.chunks import Chunk, Loop, chunked, find_loop, loop_blocks

marks = st.lists(st.tuples(st.integers(0, 6), st.sampled_from("abc")), min_size=31, max_size=200)


@settings(max_examples=200, deadline=None)
@given(marks)
def test_chunks_keep_every_member_in_order_and_always_get_smaller(given_marks):
    parts = list(chunked(range(len(given_marks)), given_marks, 24))
    flat = [child for part in parts for child in (part.children if isinstance(part, Chunk) else (part,))]
    assert flat == list(range(len(given_marks)))
    assert all(len(part.children) < len(given_marks) for part in parts if isinstance(part, Chunk))
    assert len(parts) < len(given_marks)


def test_rounds_begin_at_the_first_line_of_the_loop():
    body = [(3, "a"), (4, "b"), (5, "c")]
    assert find_loop(body[1:] + body * 20) == Loop(2, 3, 20)


def test_straight_code_has_no_loop():
    assert list(loop_blocks([(line, "a") for line in range(50)])) == []
    assert find_loop([(line, "a") for line in range(50)]) is None


def test_a_loop_between_straight_lines_is_one_block():
    given_marks = [(1, "a"), (2, "b"), *[(3, "c"), (4, "d"), (5, "e")] * 30, (6, "f")]
    assert list(loop_blocks(given_marks)) == [(2, 92)]
    titles = [part.title if isinstance(part, Chunk) else part for part in chunked(range(93), given_marks, 24)]
    assert titles == [0, 1, "loop lines 3–5", 92]


def test_several_ops_on_one_line_are_no_loop():
    assert list(loop_blocks([(1, "a")] * 40)) == []
