from engine.drawing import arrange
from engine.drawing.drawing import Rect
from engine.drawing.state import node_state
from engine.graph import Folding, build_view_graph, iterations
from engine.trace.ids import StepIndex
from gui.canvas.level import Level, level_of
from gui.canvas.morph import Morph
from gui.canvas.path import path_of
from gui.canvas.picked import Picked
from gui.canvas.scene import Scene
from tests.support.drawings import grid_drawing, starter_drawing, states_drawing
from tests.support.made import chain, mlp


def names(scene: Scene, indices: set[int] | list[int]) -> list[str]:
    return [scene.nodes[index].node.key for index in sorted(indices)]


def test_points_at_boxes_and_between_them() -> None:
    scene = Scene(starter_drawing())
    assert scene.node_at(150, 40) == 1
    assert scene.node_at(130, 40) is None


def test_finds_what_touches_a_rectangle() -> None:
    scene = Scene(grid_drawing(10, 10))
    assert scene.nodes_in(Rect(0, 0, 200, 200)).tolist() == [0, 1, 10, 11]


def test_states_are_those_of_the_drawing_room() -> None:
    for drawing in (starter_drawing(), states_drawing()):
        scene = Scene(drawing)
        for step in range(-1, 10):
            for index, box in enumerate(drawing.nodes):
                assert scene.state_of(index, step) is node_state(box.node, StepIndex(step)), (box.node.key, step)


def test_step_belongs_to_the_smallest_box_around_it() -> None:
    scene = Scene(states_drawing())
    index = scene.node_for_step(0)
    assert index is not None
    assert scene.nodes[index].node.key == "log"
    assert scene.node_for_step(-1) is None
    assert scene.node_for_step(99) is None


def test_neighbours_leave_saved_threads_out() -> None:
    scene = Scene(starter_drawing())
    assert names(scene, scene.producers_of(8)) == ["SumBackward0"]
    assert names(scene, scene.consumers_of(3)) == ["sum"]


def test_trace_walks_long_chains_without_recursion() -> None:
    recording = chain(5000)
    view = build_view_graph(recording, iterations(recording)[0], Folding().with_all_open())
    scene = Scene(arrange(view))
    assert len(scene.related([len(scene.nodes) // 2])) == len(scene.nodes)


def test_trace_dims_and_undims() -> None:
    scene = Scene(starter_drawing())
    picked = Picked(selected=frozenset({scene.nodes[2].node.key})).with_trace(scene)
    assert picked.traced == {"x", "mul", "add", "relu", "sum"}
    assert picked.with_trace(scene).traced is None


def test_path_names_the_groups_around_a_node() -> None:
    recording = mlp()
    view = build_view_graph(recording, iterations(recording)[0], Folding())
    scene = Scene(arrange(view))
    key = next(box.node.key for box in scene.nodes if box.node.title == "relu")
    assert [title for title, _ in path_of(scene, key)] == ["model"]
    assert path_of(scene, None) == ()


def test_morph_begins_at_the_old_places_and_ends_at_the_new() -> None:
    recording = mlp()
    iteration = iterations(recording)[0]
    old = arrange(build_view_graph(recording, iteration, Folding().with_level(0)))
    new = arrange(build_view_graph(recording, iteration, Folding().with_all_open()))
    morph = Morph(old, new, None)
    starts = {box.node.key: box.rect for box in old.nodes}
    for box in morph.at(0.0).nodes:
        if box.node.key in starts:
            assert (box.rect.x, box.rect.y) == (starts[box.node.key].x, starts[box.node.key].y)
    assert morph.at(1.0) is new


def test_level_grows_with_the_zoom() -> None:
    assert [level_of(scale) for scale in (0.1, 0.35, 0.55, 0.8, 1.4)] == list(Level)
