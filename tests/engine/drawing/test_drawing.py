"""Cells, step states, and view graphs with geometry."""

import math
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.drawing import Direction, arrange
from engine.drawing.arrange import MOST_PARALLEL
from engine.drawing.cells import STRIP_COUNT, cell_text, cells_of
from engine.drawing.measure import mono_width, title_width
from engine.drawing.state import StepState, edge_state, node_state
from engine.graph import Folding, build_view_graph, iterations
from engine.graph.view import EdgeKind, NodeKind
from engine.layout import MOST_APART
from tests.support.made import Maker, chain, mlp, recurrence, residual
from tests.support.recordings import starter_recording


def drawn(recording, folding=None, direction=None):
    view = build_view_graph(recording, iterations(recording)[0], folding or Folding())
    return arrange(view, direction)


def rects(drawing):
    return {box.node.key: box.rect for box in drawing.nodes}


def test_small_tensors_show_every_number():
    cells = cells_of(np.array([1.0, -2.0, 3.0]))
    assert [cell.text for cell in cells] == ["1", "-2", "3"]
    assert [round(cell.strength, 3) for cell in cells] == [0.333, -0.667, 1.0]


def test_large_tensors_show_a_strip_that_hides_no_nan():
    array = np.zeros(10_000, dtype=np.float32)
    array[4_321] = math.nan
    cells = cells_of(array)
    assert len(cells) == STRIP_COUNT
    assert sum(not cell.is_finite for cell in cells) == 1


def test_empty_tensors_show_nothing():
    assert cells_of(np.zeros((0, 3))) == ()


@given(hnp.arrays(st.sampled_from((np.float32, np.int64, np.bool_, np.complex64)), hnp.array_shapes(max_side=5)))
def test_strength_never_leaves_its_range(array):
    assert all(-1 <= cell.strength <= 1 for cell in cells_of(array))


@pytest.mark.parametrize(
    ("number", "text"),
    [(1 / 3, "0.33"), (1e-7, "1e-7"), (-123.456, "-123"), (math.nan, "nan"), (7, "7"), (True, "True")],
)
def test_cell_texts_are_short(number, text):
    assert cell_text(number) == text


def test_state_of_nodes_at_the_playhead():
    view = build_view_graph(starter_recording(), iterations(starter_recording())[0], Folding())
    states = [node_state(node, 5) for node in view.nodes]
    assert states.count(StepState.CURRENT) == 1
    assert states[6] is StepState.CURRENT
    assert states[7:] == [StepState.FUTURE] * 3
    assert all(node_state(node, -1) is StepState.FUTURE for node in view.nodes[1:])
    edge = next(edge for edge in view.edges if edge.kind is EdgeKind.SAVED)
    assert [edge_state(edge, step) for step in (4, 5, 6)] == [StepState.FUTURE, StepState.CURRENT, StepState.DONE]


def test_folded_groups_are_current_while_the_playhead_is_inside():
    recording = residual(2)
    view = build_view_graph(recording, iterations(recording)[0], Folding(level=1))
    box = next(node for node in view.nodes if node.kind is NodeKind.GROUP)
    assert node_state(box, box.last_step) is StepState.CURRENT
    assert node_state(box, box.last_step + 1) is StepState.DONE


def test_a_failed_op_is_shown_at_the_last_step():
    maker = Maker()
    maker.fail("matmul", maker.op("relu", maker.leaf("x")))
    view = build_view_graph(maker.recording, iterations(maker.recording)[0], Folding())
    assert node_state(view.nodes[-1], 0) is StepState.DONE
    assert node_state(view.nodes[-1], -1) is StepState.FUTURE


def test_small_programs_run_from_left_to_right_with_the_backward_pass_below():
    drawing = drawn(starter_recording())
    places = rects(drawing)
    assert drawing.direction is Direction.LEFT_RIGHT
    assert [lane.text for lane in drawing.lanes] == ["FORWARD", "BACKWARD"]
    for box in drawing.nodes:
        if box.node.mirrors is not None:
            assert box.rect.center[0] == places[box.node.mirrors].center[0]
            assert box.rect.y > places[box.node.mirrors].bottom
    assert len({box.rect.y for box in drawing.nodes}) == 2


def test_gradients_run_from_right_to_left():
    for path in drawn(starter_recording()).edges:
        if path.edge.kind is EdgeKind.GRADIENT:
            assert path.points[0][0] > path.points[-1][0]


def test_saved_tensors_hang_straight_down():
    path = next(path for path in drawn(starter_recording()).edges if path.edge.kind is EdgeKind.SAVED)
    assert len({x for x, _ in path.points}) == 1


def test_two_leaves_stand_evenly_around_their_op():
    maker = Maker()
    maker.op("mul", maker.leaf("w"), maker.leaf("x"))
    places = rects(drawn(maker.done()))
    assert places["leaf:w"].center[1] + places["leaf:x"].center[1] == pytest.approx(2 * places["op:0:mul"].center[1])
    assert places["leaf:w"].y < places["leaf:x"].y


def test_parameters_stand_below_the_path_of_the_data():
    places = rects(drawn(mlp()))
    assert places["leaf:x"].center[1] == places["op:0:linear"].center[1] == places["op:4:linear"].center[1]
    assert places["leaf:model.fc1.weight"].y > places["op:1:relu"].bottom


def test_deep_nets_run_from_top_to_bottom_with_the_backward_pass_beside():
    drawing = drawn(residual(16, 3))
    places = rects(drawing)
    assert drawing.direction is Direction.TOP_DOWN
    for box in drawing.nodes:
        if box.node.mirrors is not None:
            assert box.rect.x > places[box.node.mirrors].right


@pytest.mark.parametrize("direction", [None, *Direction])
@pytest.mark.parametrize("recording", [starter_recording(), mlp(), residual(3), recurrence(6)])
def test_no_two_boxes_overlap(recording, direction):
    for folding in (Folding(), Folding().with_all_open(), Folding().with_level(0)):
        drawing = drawn(recording, folding, direction)
        for first, second in combinations([box.rect for box in drawing.nodes], 2):
            assert (
                first.right <= second.x
                or second.right <= first.x
                or first.bottom <= second.y
                or second.bottom <= first.y
            )
        bounds = drawing.bounds
        for box in drawing.nodes:
            assert bounds.x < box.rect.x
            assert box.rect.right < bounds.right
            assert bounds.y < box.rect.y
            assert box.rect.bottom < bounds.bottom


def test_frames_hold_their_nodes():
    drawing = drawn(residual(2))
    frames = {frame.group.key: frame.rect for frame in drawing.frames}
    for box in drawing.nodes:
        if box.node.group in frames and box.node.mirrors is None:
            frame = frames[box.node.group]
            assert frame.x <= box.rect.x
            assert box.rect.right <= frame.right
            assert frame.y + 20 <= box.rect.y
            assert box.rect.bottom <= frame.bottom


def test_ops_on_gradients_come_after_the_loss():
    maker = Maker()
    x = maker.leaf("x")
    y = maker.op("sum", maker.op("sin", x), shape=())
    maker.backward(y)
    maker.op("mul", maker.recording.steps[-1].outputs[0], x)
    places = rects(drawn(maker.done()))
    assert places["op:2:mul"].x > places["op:1:sum"].right


def test_everything_open_of_a_long_program():
    drawing = drawn(chain(1_500, backward=True), Folding().with_all_open())
    assert len(drawing.nodes) == 3_002


@pytest.mark.parametrize("direction", Direction)
def test_long_chains_are_folded_into_columns(direction):
    bounds = drawn(residual(20, 3), Folding(level=1), direction).bounds
    assert max(bounds.width, bounds.height) < 2_400
    assert 0.3 < bounds.width / bounds.height < 3


def test_nothing_to_draw():
    assert drawn(Maker().done()).bounds.width == 0


def test_measures_grow_with_the_text():
    assert title_width("linear") < title_width("linear layer")
    assert mono_width("日本") == mono_width("abcd")


def test_of_very_many_edges_between_two_boxes_a_few_are_drawn_and_say_how_many_there_are():
    maker = Maker()
    value = maker.leaf("x")
    maker.op("relu", maker.op("stack", *[value] * 5_000))
    recording = maker.done()
    view = build_view_graph(recording, iterations(recording)[-1], Folding())
    drawing = arrange(view)
    assert len(view.edges) == 5_001
    assert len(drawing.edges) == MOST_PARALLEL + 1
    assert [path.edge.label for path in drawing.edges if path.edge.label] == ["×5,000"] * MOST_PARALLEL


def stacked(count):
    maker = Maker()
    maker.op("stack", *[maker.leaf("x")] * count)
    return drawn(maker.done(), direction=Direction.LEFT_RIGHT)


def test_edges_too_many_to_lie_apart_lie_together_and_say_how_many_they_are():
    drawing = stacked(MOST_PARALLEL)
    assert len(drawing.edges) == MOST_PARALLEL
    assert {path.edge.target_slot for path in drawing.edges} == set(range(MOST_PARALLEL))
    assert {path.edge.label for path in drawing.edges} == {f"×{MOST_PARALLEL}"}
    for end in (0, -1):
        across = [path.points[end][1] for path in drawing.edges]
        assert max(across) - min(across) < 5


def test_a_few_edges_between_two_boxes_lie_apart():
    drawing = stacked(MOST_APART)
    across = sorted(path.points[0][1] for path in drawing.edges)
    assert all(second - first > 3 for first, second in pairwise(across))
    assert not any(path.edge.label for path in drawing.edges)
