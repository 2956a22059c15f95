"""The lenses and their ranked table, through the real canvas."""

import numpy as np
import pytest
import torch
from PySide6.QtCore import QRect, Qt

from engine.compare import compare
from engine.drawing import arrange
from engine.drawing.state import StepState
from engine.graph import Folding, build_view_graph, iterations
from engine.graph.view import NodeKind
from engine.trace.batch import Batch
from engine.trace.facts import Statistics
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.canvas.differences import from_iteration_before, from_other_run
from gui.canvas.lens import Lens, LensScale, Progression, read, scale_of
from gui.canvas.look import Mark, View, look_of
from gui.canvas.ranking import ranking_of
from gui.canvas.scene import Scene
from gui.canvas.valuebook import ValueBook
from gui.model.compared import Compared
from gui.theme.ramps import ramp_color
from gui.theme.tokens import ThemeName, tokens_of
from tests.gui.canvas.conftest import Desk
from tests.support.drawings import starter_drawing
from tests.support.recorded import Recorded, record_text
from tests.support.recordings import starter_recording

LAST = StepIndex(8)


def _node(title: str):
    return next(box.node for box in starter_drawing().nodes if box.node.title == title)


def _with(*facts: Statistics) -> Recording:
    recording = starter_recording()
    recording.append(Batch(statistics=facts))
    return recording


def recording_without_numbers() -> Recording:
    full = starter_recording()
    bare = Recording(full.info, full.store)
    bare.append(
        Batch(
            steps=tuple(full.steps),
            values=tuple(full.values),
            grad_nodes=tuple(full.grad_nodes),
            backward_calls=tuple(full.backward_calls),
        )
    )
    return bare


def _rows(desk: Desk) -> list[tuple[str, str]]:
    return [(row.title, row.amount) for row in desk.panel.ranking.rows.rows]


def test_nan_and_infinity_come_before_what_is_merely_bad() -> None:
    relu = _node("relu")
    assert relu.value is not None
    sick = ValueBook(_with(Statistics(relu.value, 0.0, 1.0, 0.5, 0.1, 1.0, 0, 2, 1)))
    reading = read(Lens.HEALTH, relu, sick, LAST)
    assert reading is not None
    assert reading.magnitude == pytest.approx(2.0)
    assert reading.text == "NaN 2, Inf 1 of 3"
    tokens = tokens_of(ThemeName.LIGHT)
    box = next(box for box in starter_drawing().nodes if box.node.title == "relu")
    scale = scale_of(Lens.HEALTH, starter_drawing().nodes, sick, LAST)
    look = look_of(box, StepState.DONE, View(tokens, sick, LAST, Lens.HEALTH, scale))
    assert (look.fill, look.mark) == (tokens.node, Mark.NAN)


def test_a_folded_group_is_marked_for_what_is_inside_of_it() -> None:
    recording = record_text(
        "import torch\nfrom torch import nn\nclass Mask(nn.Module):\n    def forward(self, x):\n"
        "        return torch.softmax(x.masked_fill(x > 0, float('-inf')), 0)\n"
        "mask = Mask()\ny = mask(torch.tensor([-1.0, 2.0]))\n"
    ).recording
    drawing = arrange(build_view_graph(recording, iterations(recording)[0], Folding(level=0)))
    box = next(box for box in drawing.nodes if box.node.kind is NodeKind.GROUP)
    book, step = ValueBook(recording), StepIndex(len(recording) - 1)
    for lens, mark in ((Lens.HEALTH, Mark.INFINITE), (Lens.TIME, Mark.NONE)):
        scale = scale_of(lens, drawing.nodes, book, step)
        look = look_of(box, StepState.DONE, View(tokens_of(ThemeName.LIGHT), book, step, lens, scale))
        assert look.mark is mark


def test_a_relu_tells_the_share_of_its_zeros() -> None:
    relu = _node("relu")
    assert relu.value is not None
    reading = read(Lens.HEALTH, relu, ValueBook(_with(Statistics(relu.value, 0.0, 7.0, 2.0, 1.0, 7.0, 2, 0, 0))), LAST)
    assert reading is not None
    assert reading.magnitude == pytest.approx(2 / 3)
    assert reading.text == "67% dead"


def test_the_scale_is_linear_or_logarithmic() -> None:
    linear = LensScale("t", 0.0, 10.0, "", "", Progression.LINEAR)
    assert [linear.share(number) for number in (0.0, 5.0, 10.0, 20.0)] == [0.0, 0.5, 1.0, 1.0]
    book = ValueBook(starter_recording())
    for progression in Progression:
        scale = scale_of(Lens.TIME, starter_drawing().nodes, book, LAST, progression)
        assert scale is not None
        assert f"{progression} scale" in scale.title


@pytest.mark.parametrize("name", list(ThemeName))
def test_the_sequential_scale_rises_in_lightness_alone(name: ThemeName) -> None:
    tokens = tokens_of(name)
    colors = [ramp_color(tokens, share) for share in np.linspace(0, 1, 30)]
    light = np.array(
        [0.2126 * c.redF() ** 2.2 + 0.7152 * c.greenF() ** 2.2 + 0.0722 * c.blueF() ** 2.2 for c in colors]
    )
    steps = np.diff(light) if name is ThemeName.DARK else -np.diff(light)
    assert (steps > 0).all()


TRAINING = """
import torch
torch.manual_seed(0)
w = torch.randn(6, 4, requires_grad=True)
x = torch.randn(40, 6) * 3
opt = torch.optim.SGD([w], lr={lr})
for _ in range(2):
    opt.zero_grad()
    h = torch.tanh(x @ w)
    s = torch.sigmoid(h * 8)
    r = torch.relu(h)
    loss = (s + r).sum() + (h * 0).mean()
    loss.backward()
    opt.step()
"""


@pytest.fixture(scope="module")
def training() -> Recorded:
    return record_text(TRAINING.format(lr=0.5))


def _drawn(recording, place: int = -1):
    shown = iterations(recording)[place]
    return shown, arrange(build_view_graph(recording, shown, Folding()), None)


def _reading(lens: Lens, recorded: Recorded, title: str, book: ValueBook):
    _shown, drawing = _drawn(recorded.recording)
    node = next(box.node for box in drawing.nodes if box.node.title == title)
    return read(lens, node, book, StepIndex(len(recorded.recording) - 1))


@pytest.mark.parametrize(
    ("title", "name", "bad"),
    [
        ("tanh", "h", lambda t: t.abs() > 0.97),
        ("sigmoid", "s", lambda t: (t < 0.03) | (t > 0.97)),
        ("relu", "r", lambda t: t == 0),
    ],
)
def test_saturated_and_dead_shares_are_those_that_torch_counts(training: Recorded, title, name, bad) -> None:
    expected = bad(training.variables[name]).double().mean().item()
    reading = _reading(Lens.HEALTH, training, title, ValueBook(training.recording))
    assert reading.magnitude == pytest.approx(expected)
    assert f"{expected:.0%}" in reading.text


def test_differences_from_the_iteration_before_are_those_of_the_numbers(training: Recorded) -> None:
    recording = training.recording
    shown, _drawing = _drawn(recording)
    book = ValueBook(recording)
    book.differences = from_iteration_before(recording, iterations(recording), shown, Folding())
    assert book.differences is not None
    assert book.differences.name == "iteration 1"
    first, last = (torch.tensor(recording.array(value.id)) for value in training.named("h"))
    reading = _reading(Lens.DIFFERENCE, training, "tanh", book)
    expected = (last - first).abs().max() / torch.maximum(last.abs().max(), first.abs().max())
    assert reading.magnitude == pytest.approx(expected.item(), rel=1e-5)
    assert from_iteration_before(recording, iterations(recording), iterations(recording)[0], Folding()) is None


def test_differences_from_another_run_follow_its_pairs_of_steps(training: Recorded) -> None:
    here, other = training.recording, record_text(TRAINING.format(lr=0.25)).recording
    pairs = compare(here, other).partners_of_a
    book = ValueBook(here)
    book.differences = from_other_run(here, Compared("slower.chainrule", other, pairs))
    changed = _reading(Lens.DIFFERENCE, training, "tanh", book)
    assert changed.magnitude > 0
    assert changed.text.startswith("Δ ")
    book.differences = from_other_run(here, Compared("the same", record_text(TRAINING.format(lr=0.5)).recording, pairs))
    assert _reading(Lens.DIFFERENCE, training, "tanh", book).text == "the same"
    book.differences = from_other_run(here, Compared("other", other, [None] * len(here)))
    assert _reading(Lens.DIFFERENCE, training, "tanh", book).text == "only here"


def test_a_view_makes_no_memory_and_an_operator_as_much_as_its_output() -> None:
    recorded = record_text("import torch\nx = torch.ones(8, 4)\ny = x * 2\nz = y.t()\ny.add_(1)\n")
    book = ValueBook(recorded.recording)
    assert _reading(Lens.MEMORY, recorded, "mul", book).magnitude == 8 * 4 * 4
    assert _reading(Lens.MEMORY, recorded, "t", book).text == "no new memory"
    assert _reading(Lens.MEMORY, recorded, "add_", book).text == "no new memory"


def test_a_narrow_box_shows_the_number_alone() -> None:
    recorded = record_text("import torch\nx = torch.ones(3, requires_grad=True)\n(x * 4.8e-11).sum().backward()\n")
    _shown, drawing = _drawn(recorded.recording)
    box = next(box for box in drawing.nodes if box.node.title == "x")
    view = View(tokens_of(ThemeName.LIGHT), ValueBook(recorded.recording), LAST, Lens.GRADIENTS, None)
    look = look_of(box, StepState.DONE, view)
    assert (look.subtitle, look.short) == ("‖grad‖ 8.31e-11", "8.31e-11")


def test_a_gradient_of_zeros_has_its_ring_on_the_forward_node() -> None:
    recorded = record_text("import torch\nx = torch.ones(3, requires_grad=True)\ny = x * 0\ny.sum().backward()\n")
    _shown, drawing = _drawn(recorded.recording)
    box = next(box for box in drawing.nodes if box.node.title == "x")
    view = View(tokens_of(ThemeName.LIGHT), ValueBook(recorded.recording), LAST, Lens.HEALTH, None)
    assert look_of(box, StepState.DONE, view).mark is Mark.ZERO
    assert _reading(Lens.HEALTH, recorded, "x", view.book).text == "gradient all zero"


def test_the_table_is_sorted_and_follows_the_step(desk: Desk) -> None:
    desk.show(starter_recording(), step=8)
    desk.panel.set_lens(Lens.TIME)
    table = desk.panel.ranking
    assert table.heading == "Ranked by time"
    bars = [row.bar for row in table.rows.rows]
    assert bars == sorted(bars, reverse=True)
    assert bars[0] == 1.0
    everything = len(bars)
    desk.playhead.seek(1)
    desk.qtbot.waitUntil(lambda: len(table.rows.rows) < everything)
    assert {title for title, _amount in _rows(desk)} == {"mul", "add"}


def test_a_click_on_a_row_selects_and_frames_it(desk: Desk) -> None:
    desk.show(starter_recording(), step=8)
    desk.panel.set_lens(Lens.TIME)
    table = desk.panel.ranking
    desk.qtbot.addWidget(table)
    table.resize(336, 300)
    table.show()
    place = next(place for place, row in enumerate(table.rows.rows) if row.title == "relu")
    at = table.view.visualRect(table.rows.index(place)).center()
    desk.qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert desk.selected() == ["relu"]
    middle = desk.place("relu")
    assert abs(middle.x() - desk.panel.surface.width() / 2) < 60
    assert table.view.currentIndex().row() == place


def test_only_lenses_that_measure_have_a_table(desk: Desk) -> None:
    desk.show(starter_recording(), step=8)
    for lens in Lens:
        desk.panel.set_lens(lens)
        assert desk.panel.ranking.isHidden() == (lens in (Lens.VALUES, Lens.STRUCTURE))


def test_without_anything_to_compare_the_table_says_so(desk: Desk) -> None:
    desk.show(starter_recording(), step=8)
    desk.panel.set_lens(Lens.DIFFERENCE)
    assert not _rows(desk)
    assert "later iteration" in desk.panel.ranking.message
    desk.document.compare_with(
        Compared("other.chainrule", starter_recording(), [StepIndex(index) for index in range(9)])
    )
    desk.qtbot.waitUntil(lambda: bool(_rows(desk)))
    assert {amount for _title, amount in _rows(desk)} == {"0%"}


def test_what_is_not_known_is_counted_and_said(desk: Desk) -> None:
    desk.show(recording_without_numbers(), step=8)
    desk.panel.set_lens(Lens.HEALTH)
    assert not _rows(desk)
    assert desk.panel.ranking.note.endswith("not known")
    relu = _node("relu")
    reading = read(Lens.HEALTH, relu, ValueBook(recording_without_numbers()), LAST)
    assert reading is not None
    assert (reading.magnitude, reading.text) == (None, "not known")


def test_opened_groups_are_rows_with_the_sum_of_what_they_hold(desk: Desk) -> None:
    model = "torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Tanh())"
    desk.show(record_text(f"import torch\nm = {model}\ny = m(torch.ones(2, 3))\nz = y + 1\n").recording, step=2)
    desk.panel.expand_all()
    desk.panel.set_lens(Lens.TIME)
    rows = desk.panel.ranking.rows.rows
    group = next(row for row in rows if row.title == "▾ m")
    assert len(group.nodes) > 1
    assert group.bar >= max(row.bar for row in rows if row.nodes < group.nodes)


def test_a_large_scene_is_ranked_by_what_was_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    recording, drawing = starter_recording(), starter_drawing()
    book = ValueBook(recording)
    scale = scale_of(Lens.TIME, drawing.nodes, book, LAST)
    assert scale is not None
    exact = ranking_of(Scene(drawing), book, Lens.TIME, scale, StepIndex(6), frozenset())
    monkeypatch.setattr("gui.canvas.ranking.MOST_READ", 0)
    assert ranking_of(Scene(drawing), book, Lens.TIME, scale, StepIndex(6), frozenset()) == exact


def test_the_overview_glows_in_the_colours_of_the_lens(desk: Desk) -> None:
    desk.show(starter_recording(), step=8)
    desk.panel.views.zoom_in()
    before = desk.panel.surface.grab_sharp().toImage()
    desk.panel.set_lens(Lens.TIME)
    minimap = desk.panel.surface.minimap()
    assert minimap is not None
    after = desk.panel.surface.grab_sharp().toImage()
    frame = minimap.frame
    place = QRect(int(frame.x), int(frame.y), int(frame.width), int(frame.height))
    assert before.copy(place) != after.copy(place)
