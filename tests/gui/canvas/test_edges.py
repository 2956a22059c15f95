"""Edges: pointing at one, what its tooltip says, how thick it is; and what a node says when it is near."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from engine.drawing import Direction, arrange
from engine.graph import Folding, build_view_graph, iterations
from engine.graph.view import EdgeKind
from engine.trace.ids import StepIndex
from gui.canvas import edge_painter
from gui.canvas.edge_finder import edge_at
from gui.canvas.edge_painter import EdgePainter
from gui.canvas.edge_tip import edge_tip
from gui.canvas.lens import Lens
from gui.canvas.look import Mark
from gui.canvas.picture import page_of, render_image
from gui.canvas.scene import Scene
from gui.canvas.valuebook import ValueBook
from gui.theme.tokens import LIGHT
from tests.support.made import Maker, chain, residual
from tests.support.recordings import starter_recording


def scene_of(recording):
    view = build_view_graph(recording, iterations(recording)[-1], Folding().with_all_open())
    return Scene(arrange(view, Direction.LEFT_RIGHT))


@pytest.mark.parametrize("recording", [starter_recording(), residual(3)])
def test_every_edge_is_found_at_its_own_middle(recording):
    scene = scene_of(recording)
    missed = 0
    for index, path in enumerate(scene.edges):
        if scene.is_saved[index] or len(path.points) < 4:
            continue
        a, b, c, d = np.array(path.points[:4])
        at = (a + 3 * b + 3 * c + d) / 8
        found = edge_at(scene, tuple(at), 3.0)
        assert found is not None
        missed += found != index and path.points[:4] != scene.edges[found].points[:4]
    assert missed <= 0.2 * len(scene.edges)


def test_nothing_is_found_far_from_all_edges():
    scene = scene_of(starter_recording())
    assert edge_at(scene, (-500.0, -500.0), 5.0) is None


def edge_between(desk, kind):
    scene = desk.panel.surface.scene
    index = next(index for index, path in enumerate(scene.edges) if path.edge.kind is kind)
    a, b, c, d = np.array(scene.edges[index].points[:4])
    return index, QPointF(*desk.panel.surface.camera.to_view(tuple((a + 3 * b + 3 * c + d) / 8)))


def test_pointing_at_an_edge_lights_it_and_leaving_puts_it_out(desk):
    desk.show(starter_recording(), 8)
    index, at = edge_between(desk, EdgeKind.GRADIENT)
    desk.move(at)
    assert desk.panel.surface._emphasis.edge == index
    picture = desk.panel.surface.grab().toImage()
    desk.move(QPointF(3, 3))
    assert desk.panel.surface._emphasis.edge is None
    assert desk.panel.surface.grab().toImage() != picture


def test_the_tooltip_tells_ends_shape_and_norm(desk):
    desk.show(starter_recording(), 8)
    scene, book = desk.panel.surface.scene, desk.panel._display.book
    forward, _ = edge_between(desk, EdgeKind.DATA)
    text = edge_tip(scene, forward, book, 8)
    assert "<b>x → mul</b>" in text
    assert "[3] f32" in text
    assert "12 B · ‖·‖ 3.742" in text
    gradient, _ = edge_between(desk, EdgeKind.GRADIENT)
    assert "gradient" in edge_tip(scene, gradient, book, 8)
    assert "has not flowed yet" in edge_tip(scene, gradient, book, 1)


def test_the_lens_of_memory_draws_large_tensors_thicker():
    maker = Maker()
    small = maker.op("mul", maker.leaf("x"), shape=(3,))
    large = maker.op("expand", small, shape=(300, 300))
    maker.op("sum", large, shape=())
    recording = maker.done()
    scene = scene_of(recording)

    def widths(lens):
        painter = EdgePainter(LIGHT, scene, ValueBook(recording), lens)
        styles = {path.edge.value: painter.style_of(i, 99).width for i, path in enumerate(scene.edges)}
        return styles[small], styles[large]

    assert widths(Lens.MEMORY)[1] > widths(Lens.MEMORY)[0]
    assert widths(Lens.VALUES)[1] == widths(Lens.VALUES)[0]


def test_the_local_derivative_of_a_backward_node_is_told():
    recording = starter_recording()
    book = ValueBook(recording)
    texts = {recording.steps[n].name: book.local_derivative(n) for n in range(4, 8)}
    assert texts == {
        "SumBackward0": "× 1",
        "ReluBackward0": "× 1 0 1",
        "AddBackward0": "× 1",
        "MulBackward0": "× 2",
    }
    assert book.local_derivative(0) == ""


def test_a_vector_has_a_curve_and_a_matrix_has_none():
    maker = Maker()
    numbers = np.arange(200, dtype=np.float32)
    numbers[7] = np.nan
    vector = maker.leaf("v", shape=(200,), numbers=numbers)
    matrix = maker.leaf("m", shape=(4, 5), numbers=np.ones((4, 5), dtype=np.float32))
    maker.op("add", vector, matrix)
    book = ValueBook(maker.done())
    curve = book.curve(vector)
    assert len(curve) <= 48
    assert curve[-1] == 199
    assert np.isnan(curve).sum() == 1
    assert book.curve(matrix) is None


@pytest.mark.parametrize(("bad", "mark"), [(np.nan, Mark.NAN), (np.inf, Mark.INFINITE), (-np.inf, Mark.INFINITE)])
def test_nan_and_infinity_have_marks_of_their_own(desk, bad, mark):
    maker = Maker()
    maker.op("mul", maker.leaf("x", numbers=np.array([1.0, bad, 2.0], dtype=np.float32)))
    desk.show(maker.done(), 0)
    surface = desk.panel.surface
    index = next(i for i, box in enumerate(surface.scene.nodes) if box.node.title == "x")
    assert surface._view_painter.painter._looks.of(index, 0).mark is mark
    assert not surface.grab().isNull()


def test_near_nodes_of_any_kind_are_painted(desk):
    desk.show(chain(12, backward=True), 20)
    surface = desk.panel.surface
    surface.control.jump(surface.camera.zoomed(2.0 / surface.camera.scale, (450, 350)))
    assert not surface.grab().isNull()


def test_edges_have_arrowheads_in_a_picture_of_very_many():
    recording = chain(260)
    scene = scene_of(recording)
    assert len(scene.edges) > 220
    image = render_image(scene.drawing, recording, StepIndex(len(recording) - 1), LIGHT)
    page = page_of(scene.drawing)
    bare = 0
    for path in scene.edges:
        (x, y), before = path.points[-1], path.points[-2]
        if before[1] != y or before[0] >= x:
            continue  # those that come straight from the left
        beside = image.pixelColor(round(x - 8 - page.x), round(y - 2.5 - page.y))
        bare += beside.lightness() > QColor(LIGHT.edge).lightness() + 90
    assert bare == 0


def test_the_range_of_norms_asks_few_of_very_many_gradients(monkeypatch):
    recording = chain(400, backward=True)
    scene, book = scene_of(recording), ValueBook(recording)
    painter = EdgePainter(LIGHT, scene, book, Lens.VALUES)
    asked, norm = [], book.norm
    monkeypatch.setattr(book, "norm", lambda value: (asked.append(value), norm(value))[1])
    gradients = np.flatnonzero(scene.is_gradient)
    assert len(gradients) > 300
    assert 2.0 <= painter.style_of(int(gradients[0]), len(recording)).width <= 3.5
    assert len(asked) < 200


def test_a_cable_of_many_edges_says_once_how_many_they_are(desk, monkeypatch):
    said = []
    genuine = edge_painter.draw_text
    monkeypatch.setattr(edge_painter, "draw_text", lambda *words: said.append(words[3]) or genuine(*words))
    maker = Maker()
    maker.op("stack", *[maker.leaf("x")] * 24)
    desk.show(maker.done(), 0)
    desk.panel.surface.grab()
    assert set(said) == {"×24"}
    scene = desk.panel.surface.scene
    assert sum(path.edge.kind is EdgeKind.DATA for path in scene.edges) == 24
    assert "×24" in edge_tip(scene, 0, desk.panel._display.book, 0)
