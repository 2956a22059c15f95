"""How large each update is beside its weight: around a thousandth is healthy."""

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from gui.model.training_curves import Curve
from gui.model.training_run import TrainingRun
from gui.theme.tokens import Tokens
from gui.train.chart_frame import ChartFrame
from gui.train.cursor import Cursor
from gui.train.curve_plot import CurvePlot
from gui.train.hues import line_hue
from gui.train.legend import Legend
from gui.widgets.number_axis import cosmetic_pen

FAMILY = "update ratio"
_BAND = (-3.32, -2.68)
_USUAL = (-5.0, -1.0)
_MOST_LINES = 8
NOTE = "log10 · healthy band around −3"
EMPTY = "How far each weight moves at a step, beside its size, appears here."


class RatioChart(ChartFrame):
    """One line a weight, over the healthy band."""

    def __init__(self, tokens: Tokens, cursor: Cursor, save: Callable[[QWidget, str], None], parent: QWidget) -> None:
        super().__init__("Update : weight", NOTE, EMPTY, parent)
        self._tokens = tokens
        self._run: TrainingRun | None = None
        self._lines: list[pg.PlotDataItem] = []
        self._legend = Legend(self)
        self.put_legend(self._legend)
        self.plot = CurvePlot(tokens, cursor, self)
        self._band = pg.LinearRegionItem(_BAND, orientation="horizontal", movable=False)
        self._band.setZValue(-5)
        self.plot.widget.addItem(self._band)
        self.put_body(self.plot.widget)
        self.add_saving(lambda kind: save(self.plot.widget, kind))
        cursor.moved.connect(self._on_cursor)
        self.set_tokens(tokens)

    def refresh(self, run: TrainingRun | None) -> None:
        """Draw what is known now."""
        self._run = run
        members = shown_members(run)
        self.show_empty(is_empty=not members)
        if not members:
            self._legend.show_names([])
            return
        width_px = max(60, self.plot.widget.width() - 50)
        self._make_room(len(members))
        last, low, high = 1.0, *_USUAL
        for place, (_name, curve) in enumerate(members):
            thin = curve.envelope(width_px // 2)
            with np.errstate(all="ignore"):
                y = np.where(thin.mean > 0, np.log10(np.where(thin.mean > 0, thin.mean, 1.0)), np.nan)
            self._lines[place].setData(thin.x, y)
            last = max(last, float(curve.iterations[-1]))
            finite = y[np.isfinite(y)]
            if finite.size:
                low, high = min(low, float(finite.min())), max(high, float(finite.max()))
        for line in self._lines[len(members) :]:
            line.hide()
        self._name_lines()
        self.plot.widget.setXRange(0, last, padding=0.01)
        self.plot.widget.setYRange(low, high, padding=0.02)

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.plot.set_tokens(tokens)
        ground = QColor(tokens.optimizer)
        ground.setAlphaF(0.13)
        self._band.setBrush(ground)
        for edge in self._band.lines:
            edge.setPen(None)
        for place in range(len(self._lines)):
            self._color(place)
        self._name_lines()

    def _make_room(self, count: int) -> None:
        while len(self._lines) < count:
            line = pg.PlotDataItem(antialias=True, connect="finite")
            self._lines.append(line)
            self.plot.widget.addItem(line)
            self._color(len(self._lines) - 1)
        for line in self._lines[:count]:
            line.show()

    def _color(self, place: int) -> None:
        self._lines[place].setPen(cosmetic_pen(QColor(line_hue(self._tokens, place)), 1.5))

    def _name_lines(self) -> None:
        names = [name.removesuffix(".weight") for name, _curve in shown_members(self._run)]
        self._legend.show_names([(name, line_hue(self._tokens, place)) for place, name in enumerate(names)])

    def _on_cursor(self, iteration: float | None) -> None:
        if iteration is None or self._run is None:
            self.show_note("")
            return
        with np.errstate(all="ignore"):
            told = [
                f"{name} {np.log10(number):.2f}"
                for name, curve in shown_members(self._run)
                if (number := curve.number_at(iteration)) > 0
            ]
        self.show_note("  ·  ".join(told))


def shown_members(run: TrainingRun | None) -> list[tuple[str, Curve]]:
    """Return the curves that are drawn: those of matrices before those of biases, as many as can be told apart."""
    if run is None:
        return []
    members = run.curves.family(FAMILY)
    weights = [member for member in members if not member[0].endswith("bias")]
    return (weights or members)[:_MOST_LINES]
