"""Value widgets: cells, heatmap, histogram, slices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from engine.explain.explanation import Term
from gui.inspector.array_view import ArrayView, matrix_of
from gui.inspector.equation import PICTURE_PX
from gui.inspector.equation_layout import EquationLayout, digits_px
from gui.inspector.slices import Slice, Stepper
from gui.theme.fonts import load_fonts
from gui.theme.tokens import LIGHT
from gui.widgets.chevron_button import ChevronButton
from gui.widgets.heatmap import Heatmap
from gui.widgets.histogram import Histogram
from gui.widgets.sampling import downsampled, magnitude
from gui.widgets.value_cells import ValueCells


@pytest.fixture(autouse=True)
def _fonts(qapp):
    load_fonts()


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 40), st.integers(1, 40)), elements=st.floats(-9, 9)), st.data())
def test_shrinking_never_hides_the_largest_or_a_nan(matrix, data):
    rows, columns = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 12))
    shown = downsampled(matrix, rows, columns)
    assert shown.shape == (min(rows, matrix.shape[0]), min(columns, matrix.shape[1]))
    assert np.max(np.abs(shown)) == np.max(np.abs(matrix))
    place = data.draw(st.integers(0, matrix.size - 1))
    matrix.flat[place] = np.nan
    assert np.isnan(downsampled(matrix, rows, columns)).sum() == 1


def test_magnitude_ignores_what_is_not_finite():
    assert magnitude(np.array([1.0, -3.0, np.inf, np.nan])) == 3.0
    assert magnitude(np.array([np.nan])) == 0.0


def test_cells_tell_index_and_value(qtbot):
    cells = ValueCells(LIGHT)
    qtbot.addWidget(cells)
    cells.show_array(np.array([1.5, np.nan, 0.0], dtype=np.float32))
    cells.resize(300, 60)
    assert cells.text_at(QPointF(10, 10)) == "[0] = 1.5"
    assert cells.text_at(QPointF(150, 10)) == "[1] = nan"
    assert not cells.grab().isNull()


def test_heatmap_tells_index_and_value_and_of_blocks_the_largest(qtbot):
    heatmap = Heatmap(LIGHT)
    qtbot.addWidget(heatmap)
    heatmap.show_matrix(np.arange(6.0).reshape(2, 3))
    heatmap.resize(288, heatmap.heightForWidth(288))
    assert heatmap.text_at(QPointF(200, heatmap.height() - 3)) == "[1, 2] = 5.0"
    large = np.zeros((2000, 3000))
    large[1234, 2345] = np.nan
    heatmap.show_matrix(large)
    heatmap.resize(300, 200)
    texts = {heatmap.text_at(QPointF(x, y)) for x in range(0, 300, 2) for y in range(0, 200, 2) if x > 230 and y > 120}
    assert any("largest magnitude nan" in text for text in texts)
    assert not heatmap.grab().isNull()


def test_histogram_counts_what_is_finite(qtbot):
    histogram = Histogram(LIGHT)
    qtbot.addWidget(histogram)
    histogram.show_array(np.array([0.0, 0.0, 1.5, np.nan]))
    histogram.resize(240, 63)
    assert histogram.text_at(QPointF(3, 10)) == "2 values from 0 to 0.125"
    histogram.show_array(np.array([np.nan]))
    assert histogram.text_at(QPointF(3, 10)) == ""
    assert not histogram.grab().isNull()


def test_a_vector_is_wrapped_without_inventing_elements():
    assert matrix_of(np.arange(64.0)).shape == (2, 32)
    assert matrix_of(np.arange(37.0)).shape == (1, 37)


def _turn_wheel(widget, angle):
    place = QPointF(widget.rect().center())
    event = QWheelEvent(
        place, widget.mapToGlobal(place), QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,  # Qt's own signature
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_slices_of_a_tensor_of_rank_four(qtbot):
    view = ArrayView(LIGHT)
    qtbot.addWidget(view)
    view.resize(280, 400)
    view.show()
    array = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    view.show_array(array)
    assert view.shown_slice == Slice(2, 3, (0, 0, 0, 0))
    forward = next(b for b in view.findChildren(ChevronButton) if b.accessibleName() == "next slice of dimension 1")
    qtbot.mouseClick(forward, Qt.MouseButton.LeftButton)
    assert view.shown_slice.at == (0, 1, 0, 0)
    np.testing.assert_array_equal(view.heatmap._array, array[0, 1])
    qtbot.keyClick(forward, Qt.Key.Key_Right)
    assert view.shown_slice.at == (0, 2, 0, 0)
    qtbot.keyClick(forward, Qt.Key.Key_Down)
    assert view.shown_slice.at == (0, 1, 0, 0)
    stepper = forward.parentWidget()
    assert isinstance(stepper, Stepper)
    _turn_wheel(stepper, -120)
    _turn_wheel(stepper, -60)
    assert view.shown_slice.at == (0, 2, 0, 0)
    _turn_wheel(stepper, 60)
    _turn_wheel(stepper, 120)
    assert view.shown_slice.at == (0, 1, 0, 0)
    view.heatmap.resize(280, view.heatmap.heightForWidth(280))
    assert view.heatmap.text_at(QPointF(2, 2)).startswith("[0, 1, 0, 0] = ")
    view.choose_axes(3, 2)
    np.testing.assert_array_equal(view.heatmap._array, array[0, 1].T)
    view.show_array(array + 1)
    assert view.shown_slice.at == (0, 1, 0, 0)
    view.show_array(array[0])
    assert view.shown_slice == Slice(1, 2, (0, 0, 0))


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(()), np.zeros(9), np.zeros((0, 3)).reshape(-1), np.array([True, False]), np.arange(3),
        np.array([1 + 2j, 3j]), np.ones((1, 1)), np.full((4, 4), np.inf), np.ones((2, 1, 2, 1, 2)),
    ],
    ids=str,
)  # fmt: skip
def test_every_kind_of_array_paints(qtbot, array):
    view = ArrayView(LIGHT)
    qtbot.addWidget(view)
    view.resize(280, 300)
    view.show_array(array)
    assert not view.grab().isNull()


def test_dimensions_of_one_element_are_not_offered(qtbot):
    view = ArrayView(LIGHT)
    qtbot.addWidget(view)
    view.resize(280, 400)
    view.show()
    view.show_array(np.arange(12.0).reshape(1, 4, 3, 1))
    assert (view.shown_slice.rows, view.shown_slice.columns) == (1, 2)
    assert not [stepper for stepper in view.findChildren(Stepper) if stepper.isVisible()]


def test_a_long_vector_tells_its_own_index(qtbot):
    view = ArrayView(LIGHT)
    qtbot.addWidget(view)
    view.show_array(np.arange(64.0))
    view.heatmap.resize(288, view.heatmap.heightForWidth(288))
    assert view.heatmap.text_at(QPointF(2, view.heatmap.height() - 2)) == "[32] = 32.0"


@pytest.mark.parametrize("width_px", range(240, 620, 20))
def test_no_number_of_an_equation_is_cut(qapp, width_px):
    numbers = np.array([-0.00412, -0.00071, -0.00073, -0.00039])
    terms = (Term("upstream", (4,), numbers), Term("sent on", (12,), np.tile(numbers, 3)))
    for one in EquationLayout(terms, 1, width_px, PICTURE_PX).placed():
        if one.is_numbered:
            assert digits_px(one.grid, one.font_px) <= one.cell.width() + 3
