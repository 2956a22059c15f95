"""What is different in pictures of thousands of boxes."""

from dataclasses import replace

from engine.drawing import arrange
from engine.graph import Folding, iterations, scenery_of
from engine.graph.view import EdgeKind, NodeKind
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
