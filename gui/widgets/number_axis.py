"""What all plots share: axis, pens, and how they behave. Imports pyqtgraph: to be imported with the first plot."""

import math
from itertools import pairwise

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPen

from engine.trace.numbers import number_text
from gui.theme.fonts import mono_font
from gui.theme.tokens import Tokens

_NARROW_DECADES = 0.6
_WIDE_DECADES = 2.5
_MOST_DECADES = 8
"""That get a tick; of more, every second or third one does."""
_FEWEST_TICKS = 2
_FEWEST_DIGITS, _MOST_DIGITS = 3, 9
"""Of a label: as many as say where its tick stands."""
_OFF = 0.02
"""By so much of the distance between two ticks a label may miss its tick."""
_LOWEST_PX = 100.0
"""An axis that was not yet placed counts as so high."""
_SPARE_PX = 6
_NOISE = 1e-6
"""Numbers whose relative distance is much less differ by rounding only: no axis magnifies that."""
_LAST_DECADE = 308.0
"""Beyond it there are no numbers; an error while painting would bring the window down."""


class NumberAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no type information
    """Tick labels in the window's number format; in log mode the axis holds powers of ten.

    An axis on the left is ``least_px`` wide, or as wide as its labels need: pyqtgraph leaves out what finds no room.
    """

    is_log = False
    least_px = 0

    def setRange(self, low: float, high: float) -> None:
        """Show a range, in the width that its labels need."""
        super().setRange(low, high)
        if self.orientation == "left" and self.least_px:
            self._make_room(low, high)

    def _make_room(self, low: float, high: float) -> None:
        words = QFontMetricsF(self.style["tickFont"] or self.font())
        labels = [
            label
            for spacing, ticks in self.tickValues(low, high, max(self.height(), _LOWEST_PX))
            for label in self.tickStrings(ticks, 1.0, spacing)
        ]
        widest = max(map(words.horizontalAdvance, labels), default=0.0)
        wanted = max(self.least_px, math.ceil(widest) + self.style["tickTextOffset"][0] + _SPARE_PX)
        if wanted != self.fixedWidth:
            self.setWidth(wanted)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Return where ticks stand; on a log axis at 1, 2 and 5 of each decade, or at whole decades over a wide one."""
        if not self.is_log:
            found: list[tuple[float, list[float]]] = super().tickValues(low, high, size)
            return found[:1]
        digits = _digits(high - low)
        step = max(1, math.ceil((high - low) / _MOST_DECADES))
        first = math.floor(low / step) * step
        decades = range(first, math.ceil(high) + 1, step)
        ticks = [decade + math.log10(digit) for decade in decades for digit in digits]
        ticks = [tick for tick in ticks if low <= tick <= high]
        return [(1.0, ticks)] if len(ticks) >= _FEWEST_TICKS else self._even_ticks(low, high, size)

    def _even_ticks(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Ticks at even distances: in less than a factor of some tenths a log axis hardly differs from a linear one."""
        found: list[tuple[float, list[float]]] = super().tickValues(10.0**low, 10.0**high, size)
        return [(1.0, [math.log10(tick) for tick in found[0][1] if tick > 0])] if found else []

    def tickStrings(self, values: list[float], _scale: float, _spacing: float) -> list[str]:
        """Return the label of each tick."""
        numbers = [10.0 ** min(value, _LAST_DECADE) if self.is_log else value for value in values]
        for digits in range(_FEWEST_DIGITS, _MOST_DIGITS):
            labels = [number_text(number, digits) for number in numbers]
            if _are_true(labels, numbers):
                return labels
        return [number_text(number, _MOST_DIGITS) for number in numbers]


class CountAxis(NumberAxis):
    """Tick labels of what is counted, iterations for example: between two whole numbers there is nothing."""

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Return where ticks stand: at whole numbers."""
        found = super().tickValues(low, high, size)
        if not found or found[0][0] >= 1.0:
            return found
        return [(1.0, [float(count) for count in range(math.ceil(low), math.floor(high) + 1)])]


def _are_true(labels: list[str], numbers: list[float]) -> bool:
    ends = sorted(numbers)
    near = min((after - before for before, after in pairwise(ends)), default=abs(ends[0]) if ends else 0.0)
    return all(abs(float(label) - number) <= _OFF * near for label, number in zip(labels, numbers, strict=True))


def margin_around(low: float, high: float, share: float) -> float:
    """Return the room that an axis leaves beyond its numbers: a share of their span, more where they hardly differ."""
    return max((high - low) * share, abs(high) * _NOISE) if high > low else max(abs(high) * 0.1, 1e-12)


def _digits(decades: float) -> tuple[float, ...]:
    """Return the digits at which ticks stand, so that there are some and not too many."""
    if decades < _NARROW_DECADES:
        return (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0)
    return (1.0, 2.0, 5.0) if decades < _WIDE_DECADES else (1.0,)


def cosmetic_pen(color: QColor, width_px: float) -> QPen:
    """Return a pen that is as wide at every scale of the plot."""
    pen = QPen(color, width_px)
    pen.setCosmetic(True)
    return pen


def dress_axes(plot: pg.PlotWidget, tokens: Tokens, left_px: int) -> None:
    """Give the axes of a plot the colours of a theme: hairlines without ticks, under the curves."""
    for name in ("left", "bottom"):
        axis = plot.getAxis(name)
        axis.setPen(cosmetic_pen(QColor(tokens.hairline), 1.0))
        axis.setTickPen(cosmetic_pen(QColor(tokens.hairline), 1.0))
        axis.setTextPen(QColor(tokens.muted))
        axis.setZValue(-1)
        axis.setTickFont(mono_font(10))
        axis.setStyle(tickLength=0, tickTextOffset=6, maxTickLevel=0)
    left = plot.getAxis("left")
    left.least_px = left_px
    left.setRange(*left.range)
    plot.getAxis("bottom").setHeight(20)


def calm(widget: pg.PlotWidget, right_px: int) -> None:
    """Leave a plot nothing but its curves and horizontal lines: no menu, no buttons, no panning with the mouse."""
    plot = widget.getPlotItem()
    plot.hideButtons()
    plot.setMenuEnabled(False)
    plot.setMouseEnabled(x=False, y=False)
    plot.showGrid(x=False, y=True, alpha=1.0)
    plot.layout.setContentsMargins(0, 4, right_px, 0)
    widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)


def x_under(widget: pg.PlotWidget, scene_point: QPointF) -> float:
    """Return the x value under a point of a plot's scene."""
    return float(widget.getPlotItem().vb.mapSceneToView(scene_point).x())
