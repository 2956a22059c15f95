"""Groups from the person's own functions, loops and named groups, nested with module calls."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph import Folding, build_view_graph, iterations
from engine.graph.view import NodeKind
from engine.trace.control import RegionKind
from engine.trace.facts import Role
from tests.support.made import Maker

ALL_OPEN = Folding().with_all_open()


def view_of(recording, folding=None, iteration=0):
    return build_view_graph(recording, iterations(recording)[iteration], folding or Folding())


def paths(view):
    """The titles of all frames around each op, the outermost first."""
    groups = {group.key: group for group in view.groups}
    found = []
    for node in view.nodes:
        if node.kind is not NodeKind.OP:
            continue
        path, key = [], node.group
        while key is not None:
            path.insert(0, groups[key].title)
            key = groups[key].parent
        found.append((node.title, *path))
    return found


def looped(rounds, body, before=("exp",), after=("sum",), call=0):
    """A loop of some rounds between other ops; ``body`` gets the maker, a value and the number of the round."""
    maker = Maker()
    value = maker.leaf("x")
    for name in before:
        value = maker.op(name, value)
    for number in range(rounds):
        maker.begin(RegionKind.ITERATION, "for i in range(n)", number + call)
        value = body(maker, value, number)
        maker.end()
    for name in after:
        value = maker.op(name, value)
    maker.backward(value)
    return maker.done()


def two_ops(maker, value, _number):
    return maker.op("cos", maker.op("sin", value))


def test_a_function_is_a_frame_and_the_top_level_is_none():
    maker = Maker()
    value = maker.op("exp", maker.leaf("x"))
    maker.begin(RegionKind.FUNCTION, "wave")
    value = two_ops(maker, value, 0)
    maker.end()
    maker.op("sum", value)
    view = view_of(maker.done())
    assert paths(view) == [("exp",), ("sin", "wave()"), ("cos", "wave()"), ("sum",)]
    assert [(group.title, group.subtitle) for group in view.groups] == [("wave()", "2 ops")]


def test_a_named_group_is_a_frame_even_around_everything():
    maker = Maker()
    maker.begin(RegionKind.GROUP, "attention")
    two_ops(maker, maker.leaf("x"), 0)
    maker.end()
    assert paths(view_of(maker.done())) == [("sin", "attention"), ("cos", "attention")]


def test_a_function_around_everything_or_around_one_op_is_no_frame():
    maker = Maker()
    maker.begin(RegionKind.FUNCTION, "main")
    value = maker.op("sin", maker.leaf("x"))
    maker.begin(RegionKind.FUNCTION, "one")
    maker.op("cos", value)
    maker.end()
    maker.end()
    assert paths(view_of(maker.done())) == [("sin",), ("cos",)]


def test_alike_rounds_are_one_box_with_a_count_that_opens():
    recording = looped(30, two_ops)
    view = view_of(recording)
    box = next(node for node in view.nodes if node.kind is NodeKind.GROUP)
    assert (box.title, box.subtitle, box.count) == ("for i in range(n)", "× 30 [3]", 60)
    opened = view_of(recording, Folding().with_toggled(box.stands_for))
    inside = [node.title for node in opened.nodes if node.group == box.stands_for and not node.mirrors]
    assert inside == [f"round {number}" for number in range(1, 31)]


def test_rounds_of_one_op_are_ops_of_the_loop():
    view = view_of(looped(60, lambda maker, value, _number: maker.op("sin", value)), Folding().with_level(0))
    assert [(node.title, node.subtitle) for node in view.nodes if node.kind is NodeKind.GROUP and not node.mirrors] == [
        ("for i in range(n)", "× 60 [3]")
    ]


def test_rounds_that_differ_are_counted_but_not_called_alike():
    def body(maker, value, number):
        return maker.op("cos", maker.op("sin" if number else "tan", value))

    view = view_of(looped(30, body), Folding().with_level(0))
    assert next(node.subtitle for node in view.nodes if node.kind is NodeKind.GROUP) == "30 rounds [3]"


def test_small_pictures_show_no_loops():
    assert {len(path) for path in paths(view_of(looped(4, two_ops)))} == {1}


def test_a_module_in_a_loop_of_a_function_in_a_module():
    maker = Maker()
    value = maker.op("exp", maker.leaf("x"))
    maker.enter("net", "Net")
    maker.begin(RegionKind.FUNCTION, "Net.forward")
    value = maker.op("tan", value)
    maker.begin(RegionKind.FUNCTION, "mix")
    value = maker.op("exp", value)
    for number in range(15):
        maker.begin(RegionKind.ITERATION, "for block in blocks", number)
        value = maker.op("neg", value)
        maker.enter(f"net.blocks.{number}", "Block")
        maker.begin(RegionKind.FUNCTION, "Block.forward")
        value = two_ops(maker, value, number)
        maker.end()
        maker.leave()
        maker.end()
    maker.end()
    maker.end()
    maker.leave()
    maker.op("sum", value)
    found = paths(view_of(maker.done(), ALL_OPEN))
    loop = ("net", "mix()", "for block in blocks")
    assert found[:3] == [("exp",), ("tan", "net"), ("exp", "net", "mix()")]
    assert found[3:5] == [("neg", *loop, "round 1"), ("sin", *loop, "round 1", "blocks.0")]
    assert found[-2:] == [("cos", *loop, "round 15", "blocks.14"), ("sum",)]


def test_where_a_module_and_a_round_hold_the_same_the_module_is_shown():
    def body(maker, value, number):
        maker.enter(f"layers.{number}", "Layer")
        value = two_ops(maker, value, number)
        maker.leave()
        return value

    found = paths(view_of(looped(20, body), ALL_OPEN))
    assert found[1] == ("sin", "for i in range(n)", "layers.0")


def test_the_round_of_training_is_no_frame_and_keys_stay_the_same():
    maker = Maker()
    weight = maker.leaf("w", role=Role.PARAMETER)
    maker.begin(RegionKind.FUNCTION, "train")
    for epoch in range(3):
        maker.begin(RegionKind.ITERATION, "for epoch in range(3)", epoch)
        maker.begin(RegionKind.FUNCTION, "loss_of", epoch)
        value = two_ops(maker, weight, 0)
        maker.end()
        maker.backward(maker.op("sum", value, shape=()))
        maker.optimizer()
        maker.end()
    maker.end()
    recording = maker.done()
    first, last = view_of(recording), view_of(recording, iteration=2)
    assert paths(first) == [("sin", "loss_of()"), ("cos", "loss_of()"), ("sum",)]
    assert [node.key for node in first.nodes] == [node.key for node in last.nodes]
    assert first.all_groups == last.all_groups


@st.composite
def programs(draw):
    """Recordings of any nesting of modules, functions, rounds and groups."""
    maker = Maker()
    value = maker.leaf("x")
    open_ones = []
    made = 0
    for _ in range(draw(st.integers(1, 60))):
        deed = draw(st.sampled_from(["op", "op", "op", "module", "function", "round", "group", "leave"]))
        if deed == "op":
            value = maker.op(draw(st.sampled_from(["sin", "cos"])), value)
        elif deed == "module":
            maker.enter(f"net.{draw(st.integers(0, 2))}")
            open_ones.append(maker.leave)
        elif deed == "leave":
            if open_ones:
                open_ones.pop()()
        else:
            kind = {"function": RegionKind.FUNCTION, "round": RegionKind.ITERATION, "group": RegionKind.GROUP}[deed]
            maker.begin(kind, draw(st.sampled_from(["a", "b"])), made)
            made += 1
            open_ones.append(maker.end)
    maker.backward(maker.op("sum", value))
    return maker.done()


@settings(max_examples=25, deadline=None)
@given(programs())
def test_whatever_is_nested_every_step_has_one_box(recording):
    view = view_of(recording, ALL_OPEN)
    assert sorted(node.step for node in view.nodes if node.step is not None) == list(range(len(recording.steps)))
    keys = [group.key for group in view.groups]
    assert len(set(keys)) == len(keys) == len(view.all_groups)
    for group in view.groups:
        assert group.parent is None or keys.index(group.parent) < keys.index(group.key)
    for key in view.all_groups:
        folded = ALL_OPEN.with_toggled(key)
        assert view_of(recording, folded.with_toggled(key)) == view
        assert len(view_of(recording, folded).nodes) < len(view.nodes)
