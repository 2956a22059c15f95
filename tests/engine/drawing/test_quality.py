"""What makes a drawing readable: nothing runs over boxes or titles, and the backward pass mirrors the forward pass."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.drawing import Direction, arrange
from engine.drawing.arrange import WIDEST_ROW_PX
from engine.graph import Folding, build_view_graph, iterations
from engine.graph.view import EdgeKind, NodeKind
from engine.trace.facts import Role
from tests.support.made import Maker, chain, mlp, recurrence, residual
from tests.support.quality import node_hits, polyline, quality_of, single_straight, title_hits
from tests.support.recordings import starter_recording

FOLDINGS = (Folding(), Folding().with_all_open(), Folding().with_level(0), Folding().with_level(1))


def drawn(recording, folding=None, direction=None):
    return arrange(build_view_graph(recording, iterations(recording)[-1], folding or Folding()), direction)


def rects(drawing):
    return {box.node.key: box.rect for box in drawing.nodes}


def u_net(depth):
    """Blocks downwards and upwards with a skip from each to its partner, and an optimizer."""
    maker = Maker()
    value = maker.leaf("x", requires_grad=False)
    maker.enter("net", "UNet")
    skips = []

    def block(name, value):
        maker.enter(f"net.{name}", "Block")
        weight = maker.leaf(f"net.{name}.conv.weight", role=Role.PARAMETER)
        bias = maker.leaf(f"net.{name}.conv.bias", role=Role.PARAMETER)
        value = maker.op("relu", maker.op("conv2d", value, weight, bias, saves=(value, weight)))
        maker.leave()
        return value

    for level in range(depth):
        value = block(f"down{level}", value)
        skips.append(value)
        value = maker.op("max_pool2d", value)
    value = block("middle", value)
    for level in reversed(range(depth)):
        value = block(f"up{level}", maker.op("cat", maker.op("interpolate", value), skips[level]))
    maker.leave()
    maker.backward(maker.op("mean", value, shape=()))
    maker.optimizer()
    return maker.done()


RECORDINGS = {
    "starter": starter_recording(),
    "mlp": mlp(),
    "residual": residual(3),
    "deep residual": residual(30, 3),
    "recurrence": recurrence(30),
    "long recurrence": recurrence(300),
    "chain": chain(400, backward=True),
    "u-net": u_net(3),
}


@pytest.mark.parametrize("direction", [None, *Direction])
@pytest.mark.parametrize("name", RECORDINGS)
def test_no_edge_runs_over_a_foreign_box(name, direction):
    for folding in FOLDINGS:
        drawing = drawn(RECORDINGS[name], folding, direction)
        if len(drawing.nodes) < 400:
            assert node_hits(drawing) == []


@pytest.mark.parametrize("name", RECORDINGS)
def test_no_edge_runs_over_a_title(name):
    assert title_hits(drawn(RECORDINGS[name])) == []


def test_the_measure_sees_what_it_should_see():
    drawing = drawn(mlp())
    line = polyline(((0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (30.0, 0.0)))
    assert (line[0].tolist(), line[-1].tolist(), len(line)) == ([0.0, 0.0], [30.0, 0.0], 9)
    quality = quality_of(drawing)
    assert 0.2 < quality.straight <= 1
    across = next(path for path in drawing.edges if path.edge.kind is EdgeKind.GRADIENT)
    box = next(box.rect for box in drawing.nodes if box.node.key not in (across.edge.source, across.edge.target))
    moved = type(across)(across.edge, tuple((x, box.center[1]) for x in (box.x - 9.0, box.x, box.right, box.right + 9)))
    worse = type(drawing)(drawing.nodes, (moved,), drawing.frames, drawing.lanes, drawing.bounds, drawing.direction)
    assert len(node_hits(worse)) >= 1


@pytest.mark.parametrize("direction", Direction)
def test_gradients_stand_in_the_order_of_their_leaves(direction):
    axis = 1 if direction is Direction.LEFT_RIGHT else 0
    drawing = drawn(mlp(), direction=direction)
    places = rects(drawing)
    gradients = [box.node for box in drawing.nodes if box.node.kind is NodeKind.GRADIENT]
    assert len(gradients) == 6
    for first, second in combinations(gradients, 2):
        if first.group == second.group and abs(_along(places[first.key], axis) - _along(places[second.key], axis)) < 1:
            forward = places[first.mirrors].center[axis] - places[second.mirrors].center[axis]
            assert forward * (places[first.key].center[axis] - places[second.key].center[axis]) > 0


def _along(rect, axis):
    return rect.center[1 - axis]


def test_gradients_stand_where_their_leaves_stand():
    places = rects(drawn(mlp()))
    shift = places["back:Mse_LossBackward0:op:5:mse_loss"].center[1] - places["op:5:mse_loss"].center[1]
    for name in ("fc0.weight", "fc0.bias", "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"):
        leaf, gradient = places[f"leaf:model.{name}"], places[f"grad:model.{name}"]
        assert gradient.center[1] - leaf.center[1] == pytest.approx(shift)


def test_updates_do_not_run_along_gradients():
    drawing = drawn(mlp())
    assert any(path.edge.kind is EdgeKind.UPDATE for path in drawing.edges)
    assert quality_of(drawing).shared_px < 1


def test_the_backward_lane_stands_beside_the_forward_lane():
    drawing = drawn(residual(16, 3))
    assert drawing.direction is Direction.TOP_DOWN
    forward = max(box.rect.right for box in drawing.nodes if box.node.mirrors is None)
    right = max([forward, *(frame.rect.right for frame in drawing.frames)])
    backward = min(box.rect.x for box in drawing.nodes if box.node.mirrors is not None)
    assert 0 < backward - right < 120


def test_perceptrons_fit_into_a_row():
    for layers in (1, 2, 3):
        drawing = drawn(mlp(layers))
        assert drawing.direction is Direction.LEFT_RIGHT
        assert drawing.bounds.width < WIDEST_ROW_PX


def test_the_columns_of_a_large_chain_are_full_and_its_path_bends_only_between_them():
    drawing = drawn(chain(500, backward=True), Folding().with_all_open(), Direction.TOP_DOWN)
    assert single_straight(drawing) > 0.97
    bottoms = {}
    for frame in drawing.frames:
        column = round(frame.rect.x / 100)
        bottoms[column] = max(bottoms.get(column, 0.0), frame.rect.bottom)
    assert sorted(bottoms.values())[len(bottoms) // 3] > 0.9 * max(bottoms.values())


def test_edges_come_in_beside_the_title():
    drawing = drawn(residual(4), Folding().with_all_open(), Direction.TOP_DOWN)
    rooms = [frame.heading_px for frame in drawing.frames if frame.heading_px is not None]
    assert rooms
    assert min(rooms) > 60
    assert all(frame.heading_px is None for frame in drawn(residual(2), direction=Direction.LEFT_RIGHT).frames)


@st.composite
def programs(draw):
    """Ops on random earlier values inside random modules, then backward passes and an optimizer."""
    maker = Maker()
    values = [maker.leaf(f"x{n}", requires_grad=draw(st.booleans())) for n in range(draw(st.integers(1, 3)))]
    depth = 0
    for number in range(draw(st.integers(1, 14))):
        if depth < 3 and draw(st.integers(0, 3)) == 0:
            maker.enter(f"net.part{number}", "Part")
            depth += 1
        picked = draw(st.lists(st.sampled_from(values), min_size=1, max_size=3))
        if draw(st.integers(0, 2)) == 0:
            picked.append(maker.leaf(f"net.weight{number}", role=Role.PARAMETER))
        values.append(maker.op(f"op{number}", *picked, saves=picked[:1]))
        if depth and draw(st.integers(0, 2)) == 0:
            maker.leave()
            depth -= 1
    for _ in range(draw(st.integers(0, 2))):
        maker.backward(values[-1])
    if draw(st.booleans()):
        maker.optimizer()
    return maker.done()


@settings(max_examples=60, deadline=None)
@given(programs(), st.sampled_from((None, *Direction)), st.sampled_from(FOLDINGS))
def test_any_program_is_drawn_clearly(recording, direction, folding):
    drawing = drawn(recording, folding, direction)
    boxes = [box.rect for box in drawing.nodes]
    for first, second in combinations(boxes, 2):
        beside = first.right <= second.x or second.right <= first.x
        assert beside or first.bottom <= second.y or second.bottom <= first.y
    places = rects(drawing)
    axis = 0 if drawing.direction is Direction.LEFT_RIGHT else 1
    for box in drawing.nodes:
        if box.node.mirrors in places:
            assert abs(box.rect.center[axis] - places[box.node.mirrors].center[axis]) < 1
    assert node_hits(drawing) == []


@pytest.mark.parametrize("blocks", [16, 40, 200])
def test_all_bends_of_the_main_path_are_turns_from_column_to_column(blocks):
    drawing = drawn(residual(blocks, 2))
    assert single_straight(drawing, counts_turns=False) == 1.0
    assert single_straight(drawing) >= 0.85


def test_what_comes_after_a_folded_frame_stands_below_the_end_of_it():
    recording = residual(12, 3)
    drawing = drawn(recording, Folding().with_level(1), Direction.TOP_DOWN)
    path = next(path for path in drawing.edges if path.edge.target.endswith(":sum"))
    assert len({x for x, _ in path.points}) == 1
