"""What is different in pictures of thousands of boxes."""

from dataclasses import replace

from engine.drawing import arrange
from engine.graph import Folding, iterations, scenery_of
from engine.graph.view import EdgeKind, NodeKind
from engine.layout import LayoutEdge, LayoutNode, LayoutProblem, lay_out
from tests.support.made import recurrence
from tests.support.quality import node_hits


def test_edges_of_weights_that_all_rounds_share_are_stubs_and_nothing_runs_over_boxes():
    recording = recurrence(300)
    drawing = arrange(scenery_of(recording, iterations(recording)[-1]).view(Folding().with_all_open()))
    boxes = {box.node.key: box for box in drawing.nodes}
    assert len(boxes) > 6000
    leaves = [path for path in drawing.edges if boxes[path.edge.source].node.kind is NodeKind.LEAF]
    stubs = [path for path in leaves if path.points[0][1] > boxes[path.edge.source].rect.bottom + 100]
    assert len(stubs) > 100
    for path in stubs:
        target = boxes[path.edge.target].rect
        (x, y), (last_x, last_y) = path.points[0], path.points[-1]
        assert (x, last_y) == (last_x, target.y)
        assert target.x < x < target.right
        assert 0 < last_y - y < 30
    sample = [path for path in drawing.edges if path.edge.kind is not EdgeKind.UPDATE][::50]
    assert node_hits(replace(drawing, edges=tuple(sample))) == []


def test_edges_of_what_very_many_take_are_stubs_at_those_that_take_it():
    count = 800
    nodes = tuple(LayoutNode(118, 66, group=None if index == 0 else (index - 1) // 20) for index in range(count))
    edges = [LayoutEdge(0, index) for index in range(1, count)]
    result = lay_out(LayoutProblem(nodes, tuple(edges), (None,) * (count // 20)))
    for edge, route in zip(edges, result.routes, strict=True):
        (along, across), (end, last) = route[0], route[-1]
        target = result.areas[edge.target]
        assert across == last
        assert target.across < across < target.bottom
        assert end == target.along
        assert 0 < end - along < 30


def test_edges_to_what_very_many_feed_are_stubs_behind_those_that_feed_it():
    count = 800
    nodes = tuple(LayoutNode(118, 66, group=None if index == 0 else (index - 1) // 20) for index in range(count))
    edges = [LayoutEdge(index, 0, slot=index) for index in range(1, count)]
    result = lay_out(LayoutProblem(nodes, tuple(edges), (None,) * (count // 20)))
    for edge, route in zip(edges, result.routes, strict=True):
        (along, across), (end, last) = route[0], route[-1]
        assert across == last
        assert along == result.areas[edge.source].end
        assert 0 < end - along < 30


def test_rows_of_frames_that_are_left_far_from_where_they_are_entered_stay_below_each_other():
    frames, width, breadth = 16, 6, 400.0
    nodes = [LayoutNode(40, breadth, group=index // width) for index in range(frames * width)]
    edges = [LayoutEdge(frame * width + width - 1, (frame + 2) * width) for frame in range(frames - 2)]
    found = lay_out(LayoutProblem(tuple(nodes), tuple(edges), (None,) * frames)).frames.values()
    across = max(frame.bottom for frame in found) - min(frame.across for frame in found)
    assert across < 3.5 * width * breadth
