"""The layout engine on graphs of every shape."""

import time
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layout import Area, EdgeRole, LayoutEdge, LayoutNode, LayoutProblem, Spacing, lay_out, least_length, places


@st.composite
def problems(draw, acyclic=True):
    """Nested groups, forward nodes of all sizes, a mirrored backward lane, edges with repeats."""
    parents = tuple(
        draw(st.one_of(st.none(), st.integers(0, index - 1))) if index else None
        for index in range(draw(st.integers(0, 4)))
    )
    count = draw(st.integers(1, 14))
    sizes = st.sampled_from((50.0, 66.0, 118.0, 200.0))
    group = st.one_of(st.none(), st.integers(0, len(parents) - 1)) if parents else st.none()
    nodes = [LayoutNode(draw(sizes), draw(sizes), group=draw(group), is_leaf=draw(st.booleans())) for _ in range(count)]
    for _ in range(draw(st.integers(0, 8))):
        anchor = draw(st.integers(0, len(nodes) - 1))
        lane = nodes[anchor].lane + 1 if nodes[anchor].lane < 2 else 2
        if lane > nodes[anchor].lane:
            nodes.append(LayoutNode(draw(sizes), draw(sizes), lane=lane, anchor=anchor))
    pairs = draw(st.lists(st.tuples(*[st.integers(0, len(nodes) - 1)] * 2), max_size=24))
    roles = st.sampled_from((EdgeRole.FLOW, EdgeRole.FLOW, EdgeRole.FLOW, EdgeRole.LINK, EdgeRole.ORDER))
    edges = [
        LayoutEdge(min(pair) if acyclic else pair[0], max(pair) if acyclic else pair[1], draw(roles), slot)
        for slot, pair in enumerate(pairs)
        if pair[0] != pair[1]
    ]
    spacing = Spacing(wrap_length=draw(st.sampled_from((None, 300.0, 700.0))), wrap_aspect=2.0)
    return LayoutProblem(tuple(nodes), tuple(edges), parents, spacing)


def overlap(first: Area, second: Area) -> bool:
    slack = 0.01
    return (
        first.along < second.end - slack
        and second.along < first.end - slack
        and first.across < second.bottom - slack
        and second.across < first.bottom - slack
    )


def holds(outer: Area, inner: Area) -> bool:
    return (
        outer.along <= inner.along + 0.01
        and outer.across <= inner.across + 0.01
        and inner.end <= outer.end + 0.01
        and inner.bottom <= outer.bottom + 0.01
    )


def ancestors(problem, group):
    while group is not None:
        yield group
        group = problem.group_parents[group]


@settings(max_examples=150, deadline=None)
@given(problems(acyclic=False))
def test_no_two_boxes_overlap_even_with_cycles(problem):
    result = lay_out(problem)
    for first, second in combinations(result.areas, 2):
        assert not overlap(first, second)


@settings(max_examples=100, deadline=None)
@given(problems(acyclic=False))
def test_groups_hold_their_members_and_no_strangers(problem):
    result = lay_out(problem)
    for index, node in enumerate(problem.nodes):
        if node.lane:
            continue
        around = set(ancestors(problem, node.group))
        for (group, lane), frame in result.frames.items():
            if lane == 0:
                assert holds(frame, result.areas[index]) if group in around else not overlap(frame, result.areas[index])


@settings(max_examples=100, deadline=None)
@given(problems())
def test_positions_grow_along_forward_edges_within_a_group(problem):
    result = lay_out(problem)
    for edge in problem.edges:
        first, second = problem.nodes[edge.source], problem.nodes[edge.target]
        is_plain = not problem.group_parents and problem.spacing.wrap_length is None
        if edge.role is EdgeRole.FLOW and first.lane == second.lane == 0 and is_plain:
            assert result.areas[edge.source].end < result.areas[edge.target].along


@settings(max_examples=60, deadline=None)
@given(problems(acyclic=False))
def test_same_input_gives_the_same_picture(problem):
    assert lay_out(problem) == lay_out(problem)
    assert places(problem) == lay_out(problem).areas


@settings(max_examples=100, deadline=None)
@given(problems(acyclic=False))
def test_every_edge_is_a_bezier_from_box_to_box(problem):
    result = lay_out(problem)
    assert len(result.routes) == len(problem.edges)
    for edge, route in zip(problem.edges, result.routes, strict=True):
        if edge.role is EdgeRole.ORDER:
            assert route == ()
            continue
        assert len(route) % 3 == 1
        for point, node in ((route[0], edge.source), (route[-1], edge.target)):
            area = result.areas[node]
            inside = area.along - 1 <= point[0] <= area.end + 1 and area.across - 1 <= point[1] <= area.bottom + 1
            assert inside


def samples(route, count=12):
    for start in range(0, len(route) - 3, 3):
        a, b, c, d = route[start : start + 4]
        for index in range(count + 1):
            t = index / count
            s = 1 - t
            yield tuple(s**3 * a[k] + 3 * s * s * t * b[k] + 3 * s * t * t * c[k] + t**3 * d[k] for k in (0, 1))


@settings(max_examples=100, deadline=None)
@given(problems())
def test_flow_edges_cross_no_foreign_node(problem):
    flat = LayoutProblem(
        tuple(node for node in problem.nodes if node.lane == 0), (), problem.group_parents, problem.spacing
    )
    count = len(flat.nodes)
    edges = tuple(
        edge for edge in problem.edges if edge.role is EdgeRole.FLOW and edge.source < count and edge.target < count
    )
    if problem.group_parents:
        return
    result = lay_out(LayoutProblem(flat.nodes, edges, (), problem.spacing))
    for edge, route in zip(edges, result.routes, strict=True):
        for x, y in samples(route):
            for index, area in enumerate(result.areas):
                if index not in (edge.source, edge.target):
                    assert not (area.along < x < area.end and area.across < y < area.bottom)


def test_main_path_is_exactly_straight():
    nodes = tuple(LayoutNode(118, 66) for _ in range(12))
    chain = [LayoutEdge(index, index + 1) for index in range(9)]
    skips = [LayoutEdge(0, 4, slot=1), LayoutEdge(4, 8, slot=1)]
    sides = [LayoutEdge(10, 3, slot=1, is_weak=True), LayoutEdge(11, 7, slot=1, is_weak=True)]
    result = lay_out(LayoutProblem(nodes, tuple(chain + skips + sides)))
    assert len({result.areas[index].middle[1] for index in range(10)}) == 1
    for route in result.routes[:9]:
        assert len({point[1] for point in route}) == 1


def test_backward_nodes_stand_in_the_column_of_their_forward_nodes():
    nodes = [LayoutNode(118, 66) for _ in range(4)]
    nodes += [LayoutNode(118, 66, lane=1, anchor=index) for index in range(4)]
    nodes.append(LayoutNode(118, 66, lane=1, anchor=2))
    edges = [LayoutEdge(index, index + 1) for index in range(3)]
    edges += [LayoutEdge(4 + index + 1, 4 + index) for index in range(3)]
    result = lay_out(LayoutProblem(tuple(nodes), tuple(edges)))
    for index in range(4):
        assert result.areas[index].along == result.areas[4 + index].along
        assert result.areas[4 + index].across > result.lanes[0].bottom
    assert result.areas[8].along == result.areas[2].along
    assert all(route[0][0] > route[-1][0] for route in result.routes[3:])


def test_leaves_stand_just_before_their_consumer():
    nodes = (*(LayoutNode(118, 66) for _ in range(6)), LayoutNode(118, 66, is_leaf=True))
    edges = [LayoutEdge(index, index + 1) for index in range(5)]
    result = lay_out(LayoutProblem(nodes, (*edges, LayoutEdge(6, 5, slot=1, is_weak=True))))
    assert result.areas[6].along == result.areas[4].along


def test_parallel_edges_run_side_by_side():
    nodes = (LayoutNode(118, 66), LayoutNode(118, 66))
    result = lay_out(LayoutProblem(nodes, (LayoutEdge(0, 1), LayoutEdge(0, 1, slot=1))))
    assert result.routes[0] != result.routes[1]


def test_a_chain_of_ten_thousand_nodes_needs_no_recursion():
    nodes = tuple(LayoutNode(118, 66) for _ in range(10_000))
    edges = tuple(LayoutEdge(first, second) for first, second in pairwise(range(10_000)))
    result = lay_out(LayoutProblem(nodes, edges))
    assert result.ranks == 10_000


def test_nothing_at_all():
    assert lay_out(LayoutProblem((), ())).areas == []


def test_group_without_members_has_no_frame():
    assert (0, 0) not in lay_out(LayoutProblem((LayoutNode(10, 10),), (), (None,))).frames


@pytest.mark.parametrize("size", [1_000, 10_000])
def test_a_deep_net_does_not_freeze(size):
    """A deep net with skips and a parameter an op; how fast it is laid out is measured by the benchmarks."""
    nodes = [LayoutNode(118, 66, is_leaf=index % 2 == 1) for index in range(size)]
    edges = [LayoutEdge(index, index + 2) for index in range(0, size - 2, 2)]
    edges += [LayoutEdge(index, index + 1, slot=1, is_weak=True) for index in range(1, size - 1, 2)]
    edges += [LayoutEdge(index, index + 8, slot=2) for index in range(0, size - 8, 8)]
    started = time.process_time()
    lay_out(LayoutProblem(tuple(nodes), tuple(edges)))
    assert time.process_time() - started < 60


def test_edges_from_column_to_column_end_at_the_borders_of_their_boxes():
    chain = [LayoutNode(60.0, 100.0) for _ in range(24)]
    mirror = [LayoutNode(60.0, 100.0, lane=1, anchor=index) for index in range(24)]
    forward = [LayoutEdge(index, index + 1, EdgeRole.FLOW, 0) for index in range(23)]
    backward = [LayoutEdge(edge.target + 24, edge.source + 24, EdgeRole.FLOW, 0) for edge in forward]
    spacing = Spacing(wrap_length=700.0, wrap_aspect=2.0)
    result = lay_out(LayoutProblem((*chain, *mirror), (*forward, *backward), (), spacing))
    assert len({area.across for area in result.areas[:24]}) > 1
    for edge, route in zip((*forward, *backward), result.routes, strict=True):
        for area in (result.areas[edge.source], result.areas[edge.target]):
            for along, across in samples(route):
                inside = area.along + 1 < along < area.end - 1 and area.across + 1 < across < area.bottom - 1
                assert not inside


@settings(max_examples=100, deadline=None)
@given(problems(acyclic=False))
def test_the_least_length_is_never_more_than_the_length(problem):
    unfolded = replace(problem, spacing=Spacing())
    areas = places(unfolded)
    reach = max(area.end for area in areas) - min(area.along for area in areas)
    assert least_length(unfolded) <= reach + 0.01


def test_the_least_length_of_a_chain_is_its_length():
    nodes = tuple(LayoutNode(100, 50) for _ in range(5))
    edges = tuple(LayoutEdge(first, second) for first, second in pairwise(range(5)))
    problem = LayoutProblem(nodes, edges)
    assert least_length(problem) == places(problem)[-1].end


def frames_left_aside(count):
    """A node, frames one after the other, each left at another node than it is entered at, and a node."""
    nodes = [LayoutNode(40, 700, group=index // 2) for index in range(2 * count)]
    edges = [LayoutEdge(2 * frame + 1, 2 * frame + 2) for frame in range(count)]
    first = LayoutEdge(2 * count + 1, 0)
    return LayoutProblem((*nodes, LayoutNode(40, 60), LayoutNode(40, 60)), (first, *edges), (None,) * count)


def test_a_single_frame_that_leads_aside_bends_no_edge():
    result = lay_out(frames_left_aside(1))
    assert abs(result.areas[1].middle[1] - result.areas[0].middle[1]) > 480
    for route in result.routes:
        assert len({across for _, across in route}) == 1


def test_many_frames_that_lead_aside_stand_below_each_other():
    result = lay_out(frames_left_aside(12))
    assert len({frame.across for frame in result.frames.values()}) == 1


def test_a_picture_that_is_not_long_gets_as_few_columns_as_fit():
    chain = tuple(LayoutNode(60.0, 100.0) for _ in range(24))
    edges = tuple(LayoutEdge(first, second) for first, second in pairwise(range(24)))
    columns = []
    for room in (0.0, 900.0):
        spacing = Spacing(wrap_length=700.0, wrap_aspect=4.0, wrap_room=room)
        areas = lay_out(LayoutProblem(chain, edges, (), spacing)).areas
        columns.append(len({area.across for area in areas}))
        assert room == 0.0 or max(area.end for area in areas) <= room
    assert columns == [8, 3]


def test_a_link_within_a_lane_passes_close_beside_the_boxes_between():
    nodes = tuple(LayoutNode(118, 66, group=0) for _ in range(4))
    chain = tuple(LayoutEdge(first, second) for first, second in pairwise(range(4)))
    result = lay_out(LayoutProblem(nodes, (*chain, LayoutEdge(0, 2, EdgeRole.LINK)), (None,)))
    across = [point[1] for point in result.routes[-1]]
    assert result.areas[0].across - 20 < min(across)
    assert max(across) < result.areas[0].bottom + 20
    assert any(not result.areas[1].across < at < result.areas[1].bottom for at in across)
