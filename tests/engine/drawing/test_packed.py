from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.drawing import Direction, arrange
from engine.graph import Folding, build_view_graph, iterations
from tests.support.made import Maker, mlp
from tests.support.quality import node_hits


def pieces(lengths, modules=False):
    """Chains that have nothing in common."""
    maker = Maker()
    for number, length in enumerate(lengths):
        value = maker.leaf(f"x{number}")
        if modules:
            maker.enter(f"net.part{number}", "Part")
        for place in range(length):
            value = maker.op(f"op{place}", value, line=number * 20 + place)
        if modules:
            maker.leave()
    return maker.done()


def drawn(recording, direction=None):
    view = build_view_graph(recording, iterations(recording)[-1], Folding().with_all_open())
    return arrange(view, direction)


def test_many_separate_parts_fill_the_picture_instead_of_a_stripe():
    drawing = drawn(pieces([2] * 40), Direction.LEFT_RIGHT)
    assert 0.3 < drawing.bounds.width / drawing.bounds.height < 4
    corners = [box.rect for box in drawing.nodes if box.node.title.startswith("x")]
    assert len({rect.y for rect in corners}) < 40


def test_what_is_joined_stays_where_it_is():
    recording = mlp()
    view = build_view_graph(recording, iterations(recording)[-1], Folding())
    assert arrange(view, Direction.LEFT_RIGHT) == arrange(view, Direction.LEFT_RIGHT)
    assert arrange(view).lanes


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=14), st.booleans(), st.sampled_from((None, *Direction)))
def test_parts_never_overlap_and_keep_their_edges(lengths, modules, direction):
    drawing = drawn(pieces(lengths, modules), direction)
    for first, second in combinations([box.rect for box in drawing.nodes], 2):
        beside = first.right <= second.x or second.right <= first.x
        assert beside or first.bottom <= second.y or second.bottom <= first.y
    assert node_hits(drawing) == []
    bounds = drawing.bounds
    for rect in [box.rect for box in drawing.nodes] + [frame.rect for frame in drawing.frames]:
        assert bounds.x <= rect.x
        assert rect.right <= bounds.right + 0.01
        assert bounds.y <= rect.y
        assert rect.bottom <= bounds.bottom + 0.01
    places = {box.node.key: box.rect for box in drawing.nodes}
    for path in drawing.edges:
        for key, point in ((path.edge.source, path.points[0]), (path.edge.target, path.points[-1])):
            rect = places[key]
            assert rect.x - 1 <= point[0] <= rect.right + 1
            assert rect.y - 1 <= point[1] <= rect.bottom + 1
