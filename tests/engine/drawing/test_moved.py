import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.drawing import Direction, arrange
from engine.drawing.moved import moved
from engine.graph import Folding, build_view_graph, iterations
from tests.engine.drawing.test_quality import RECORDINGS, programs


def drawn(recording, folding=None):
    view = build_view_graph(recording, iterations(recording)[-1], folding or Folding().with_all_open())
    return arrange(view, Direction.TOP_DOWN)


def rects(drawing):
    return {box.node.key: box.rect for box in drawing.nodes}


def holds(outer, inner):
    across = outer.x <= inner.x and inner.right <= outer.right
    return across and outer.y <= inner.y and inner.bottom <= outer.bottom


def test_nothing_moved_is_the_same_drawing():
    drawing = drawn(RECORDINGS["mlp"])
    assert moved(drawing, {}) is drawing


@settings(max_examples=30, deadline=None)
@given(programs(), st.tuples(st.floats(-900, 900), st.floats(-900, 900)), st.randoms(use_true_random=False))
def test_only_what_was_moved_moves_and_frames_hold_it(recording, by, random):
    drawing = drawn(recording)
    key = random.choice(drawing.nodes).node.key
    after = moved(drawing, {key: by})
    before, now = rects(drawing), rects(after)
    assert now.pop(key).x == pytest.approx(before.pop(key).x + by[0])
    assert now == before
    parents = {frame.group.key: frame for frame in after.frames}
    for box in after.nodes:
        group = box.node.group if box.node.mirrors is None else None
        while group in parents:
            assert holds(parents[group].rect, box.rect)
            group = parents[group].group.parent
    assert all(holds(after.bounds, rect) for rect in [*now.values(), *(frame.rect for frame in after.frames)])


def test_arrows_follow_at_both_ends():
    drawing = drawn(RECORDINGS["mlp"])
    key = "op:2:linear"
    after = moved(drawing, {key: (300.0, 40.0)})
    assert key in rects(drawing)
    for old, new in zip(drawing.edges, after.edges, strict=True):
        start = (300.0, 40.0) if old.edge.source == key else (0.0, 0.0)
        end = (300.0, 40.0) if old.edge.target == key else (0.0, 0.0)
        assert new.points[0] == pytest.approx((old.points[0][0] + start[0], old.points[0][1] + start[1]))
        assert new.points[-1] == pytest.approx((old.points[-1][0] + end[0], old.points[-1][1] + end[1]))


def test_a_group_that_was_moved_folded_opens_where_it_was_put():
    recording = RECORDINGS["u-net"]
    folding = Folding().with_level(1)
    folded = drawn(recording, folding)
    node = next(box.node for box in folded.nodes if box.node.stands_for is not None and box.node.value is not None)
    moves = {node.key: (500.0, 70.0)}
    opened = drawn(recording, folding.with_opened(node.stands_for))
    after = rects(moved(opened, moves))
    inside = [box for box in opened.nodes if box.node.group == node.stands_for and box.node.mirrors is None]
    assert inside
    for box in inside:
        assert after[box.node.key].x == pytest.approx(box.rect.x + 500.0)
        assert after[box.node.key].y == pytest.approx(box.rect.y + 70.0)
