"""Curves and bands of the live charts, and axes that move only when they must."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from gui.train.line_item import BandItem, LineItem
from tests.gui.train import facts

NAN = float("nan")


def vertices(path):
    return [(path.elementAt(place).x, path.elementAt(place).y) for place in range(path.elementCount())]


@pytest.fixture
def chart(begun):
    return begun.page.charts.loss


def test_a_curve_has_gaps_where_a_number_is_none(qapp):
    line = LineItem()
    line.show_line(np.arange(5.0), np.array([1.0, 2.0, NAN, 4.0, 5.0]))
    drawn = [point for point in vertices(line.path) if not np.isnan(point[1])]
    assert set(drawn) == {(0.0, 1.0), (1.0, 2.0), (3.0, 4.0), (4.0, 5.0)}
    assert all(polygon.boundingRect().width() <= 1.0 for polygon in line.path.toSubpathPolygons())


def test_a_band_lies_between_its_curves_and_has_their_gaps(qapp):
    band = BandItem()
    low, high = np.array([0.0, 0.0, NAN, 1.0, 1.0]), np.array([2.0, 2.0, NAN, 3.0, 3.0])
    band.show_band(np.arange(5.0), low, high)
    assert band.path.contains(QRectF(0.2, 0.2, 0.6, 1.6))
    assert band.path.contains(QRectF(3.2, 1.2, 0.6, 1.6))
    assert not band.path.intersects(QRectF(1.2, 0.0, 1.6, 3.0))


def test_the_newest_iteration_is_never_outside(begun, chart):
    box = chart.plot.widget.getPlotItem().vb
    rights = set()
    for start in range(0, 3000, 50):
        begun.tell(*facts.curves(start, 50))
        (left, right), (bottom, top) = box.viewRange()
        rights.add(right)
        assert left <= 0
        assert start + 49 <= right <= (start + 50) * 1.12
        shown = np.log10(begun.run.curves.get("loss").numbers)
        assert bottom <= shown.min()
        assert shown.max() <= top
        assert (top - bottom) < 1.4 * (shown.max() - shown.min())
    assert len(rights) < 50
