import math

import numpy as np
import pytest

from engine.drawing.state import StepState
from engine.graph.view import NodeKey
from engine.trace.ids import StepIndex, ValueId
from gui.canvas.lens import Lens, LensScale, gradient_of, read, scale_of
from gui.canvas.look import Mark, View, look_of
from gui.canvas.scene import Scene
from gui.canvas.start_labels import start_texts
from gui.canvas.tooltip import tooltip_of
from gui.canvas.valuebook import ValueBook
from gui.theme.tokens import LIGHT
from tests.support.drawings import recording_of, starter_drawing, states_drawing, states_recording
from tests.support.recordings import starter_recording


@pytest.fixture
def book() -> ValueBook:
    return ValueBook(starter_recording())


def test_one_line_summary(book: ValueBook) -> None:
    assert book.line(ValueId(0)) == "[3] f32  n=3  x∈[-2, 3]  μ 0.667  σ 2.52"
    assert book.line(ValueId(4)) == "[ ] f32  n=1  x=10"


def test_summary_counts_what_is_not_finite() -> None:
    states = ValueBook(states_recording())
    assert states.line(ValueId(2)).endswith("NaN×1  Inf×1")
    assert "all zeros" in states.line(ValueId(3))
    summary = states.summary(ValueId(2))
    assert summary is not None
    assert summary.norm == 0.25


def test_picture_keeps_the_strongest_element_and_nan() -> None:
    states = ValueBook(states_recording())
    assert [small.shape for small in states.pictures(ValueId(0))] == [(4, 6)]
    large = np.zeros((100, 240))
    large[37, 111], large[99, 0] = -9.0, np.nan
    (picture,) = ValueBook(recording_of(large)).pictures(ValueId(0))
    assert max(picture.shape) <= 24
    assert picture[np.isfinite(picture)].min() == -9.0
    assert np.isnan(picture).sum() == 1


def test_larger_tensor_shows_its_first_matrices() -> None:
    maps = np.arange(64 * 4 * 2 * 3, dtype=np.float64).reshape(64, 4, 2, 3)
    pictures = ValueBook(recording_of(maps)).pictures(ValueId(0))
    assert len(pictures) == 12
    assert np.array_equal(pictures[5], maps[1, 1])
    assert ValueBook(recording_of(np.zeros(7))).pictures(ValueId(0)) == ()


def test_gradient_lens_tells_not_yet_none_and_number_apart(book: ValueBook) -> None:
    scene = Scene(starter_drawing())
    mul = scene.nodes[1].node
    before, after = read(Lens.GRADIENTS, mul, book, StepIndex(5)), read(Lens.GRADIENTS, mul, book, StepIndex(8))
    assert before is not None
    assert after is not None
    assert (before.magnitude, before.text) == (None, "not yet")
    assert after.text == "‖grad‖ 1.41"
    assert after.magnitude == pytest.approx(math.sqrt(2))
    assert gradient_of(mul, book, StepIndex(8)) == 8


def test_lens_scale_is_logarithmic() -> None:
    scale = LensScale("t", 0.01, 1.0, "", "")
    assert scale.share(0.1) == pytest.approx(0.5)
    assert scale.share(0.0) == 0.0
    assert scale.share(5.0) == 1.0
    assert LensScale("t", 0.0, 0.0, "", "").share(3.0) == 0.0


def test_scale_covers_the_drawing(book: ValueBook) -> None:
    scale = scale_of(Lens.GRADIENTS, starter_drawing().nodes, book, StepIndex(8))
    assert scale is not None
    assert (scale.low, scale.high) == pytest.approx((1.0, math.sqrt(8)))
    assert scale_of(Lens.VALUES, starter_drawing().nodes, book, StepIndex(8)) is None


def test_marks_tell_failed_nan_and_zero() -> None:
    states = ValueBook(states_recording())
    view = View(LIGHT, states, StepIndex(1), Lens.VALUES, None)
    scene = Scene(states_drawing())
    marks = {box.node.key: look_of(box, scene.state_of(index, 1), view).mark for index, box in enumerate(scene.nodes)}
    assert marks[NodeKey("log")] is Mark.NAN
    assert marks[NodeKey("zero")] is Mark.ZERO
    assert marks[NodeKey("failed")] is Mark.FAILED
    assert marks[NodeKey("later")] is Mark.NONE
    assert marks[NodeKey("w")] is Mark.NONE


def test_future_gradient_says_not_yet_and_shows_no_number(book: ValueBook) -> None:
    box = starter_drawing().nodes[6]
    look = look_of(box, StepState.FUTURE, View(LIGHT, book, StepIndex(1), Lens.VALUES, None))
    assert (look.subtitle, look.cells_of) == ("not yet", None)


def test_tooltip_has_title_summary_gradient_and_source(book: ValueBook) -> None:
    relu = starter_drawing().nodes[3].node
    text = tooltip_of(relu, StepState.DONE, book, StepIndex(8))
    assert "<b>relu</b>" in text
    assert "n=3" in text
    assert "grad [3] f32" in text
    assert "line 4: y = torch.relu(2 * x + 1)" in text
    assert "grad not yet (arrives at step 6)" in tooltip_of(relu, StepState.DONE, book, StepIndex(3))
    assert "not happened yet" in tooltip_of(relu, StepState.FUTURE, book, StepIndex(0))


def test_backward_call_tells_what_it_began_with(book: ValueBook) -> None:
    assert start_texts(book, {3, 4, None}) == {4: "start: 1"}
    assert start_texts(book, {3}) == {}
