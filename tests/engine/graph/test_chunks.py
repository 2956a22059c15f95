"""Long runs divided into rounds and stretches."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph.chunks import Chunk, Loop, chunked, find_loop, loop_blocks, run_of

marks = st.lists(st.tuples(st.integers(0, 6), st.sampled_from("abc")), min_size=31, max_size=200)


def marked(given_marks):
    return run_of(range(len(given_marks)), given_marks)


def blocks_by_hand(lines):
    """Cut where nothing from before comes again; keep what leaves a line and comes back to it."""
    cuts = [at for at in range(1, len(lines)) if not set(lines[:at]) & set(lines[at:])]
    blocks = zip([0, *cuts], [*cuts, len(lines)], strict=True)
    return [(start, stop) for start, stop in blocks if stop - start >= 8 and comes_back(lines[start:stop])]


def comes_back(lines):
    again = [(first, last) for last in range(len(lines)) for first in range(last) if lines[first] == lines[last]]
    return any(set(lines[first:last]) != {lines[first]} for first, last in again)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.integers(0, 30))
def test_blocks_are_where_the_program_comes_back(given_lines, shift):
    lines = [line + position // 8 * shift for position, line in enumerate(given_lines)]
    assert loop_blocks(marked([(line, "") for line in lines]).lines) == blocks_by_hand(lines)


@settings(max_examples=200, deadline=None)
@given(marks)
def test_chunks_keep_every_member_in_order_and_always_get_smaller(given_marks):
    parts = list(chunked(marked(given_marks), 24))
    flat = [child for part in parts for child in (part.members.children if isinstance(part, Chunk) else (part,))]
    assert flat == list(range(len(given_marks)))
    assert all(len(part.members) < len(given_marks) for part in parts if isinstance(part, Chunk))
    assert len(parts) < len(given_marks)


def test_rounds_begin_at_the_first_line_of_the_loop():
    body = [(3, "a"), (4, "b"), (5, "c")]
    assert find_loop(marked(body[1:] + body * 20)) == Loop(2, 3, 20)


def test_straight_code_has_no_loop():
    assert loop_blocks(marked([(line, "a") for line in range(50)]).lines) == []
    assert find_loop(marked([(line, "a") for line in range(50)])) is None


def test_a_loop_between_straight_lines_is_one_block():
    given_marks = [(1, "a"), (2, "b"), *[(3, "c"), (4, "d"), (5, "e")] * 30, (6, "f")]
    assert loop_blocks(marked(given_marks).lines) == [(2, 92)]
    titles = [part.title if isinstance(part, Chunk) else part for part in chunked(marked(given_marks), 24)]
    assert titles == [0, 1, "loop lines 3–5", 92]


def test_several_ops_on_one_line_are_no_loop():
    assert loop_blocks(marked([(1, "a")] * 40).lines) == []
