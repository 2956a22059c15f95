"""The chart of the loss, or of any other metric: raw, smoothed, range, validation, marks, and other runs beside."""

import math
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor, QPainterPath
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from engine.trace.numbers import number_text
from gui.model.training_run import TrainingRun
from gui.theme.colors import mix
from gui.theme.tokens import Tokens
from gui.train.chart_frame import ChartFrame
from gui.train.cursor import Cursor
from gui.train.curve_plot import CurvePlot
from gui.train.hues import run_hue
from gui.train.line_item import BandItem, LineItem
from gui.train.loss_lines import VALIDATION, Lines, lines_of, metrics_of, smooth_of
from gui.train.mark_lines import MarkLines
from gui.train.matrix_view import MatrixView, matrices_of
from gui.widgets.buttons import Chip
from gui.widgets.number_axis import cosmetic_pen

_BAND_SHARE = 0.16
_LOGARITHMIC = ("loss", "error", "norm", "learning rate")
"""How the names of metrics end that run through powers of ten; shares are looked at as they are."""
EMPTY = "The loss appears here, batch by batch, as soon as something is trained."


class LossChart(ChartFrame):
    """Draws one metric of the run looked at, and of the runs beside it."""

    def __init__(self, tokens: Tokens, cursor: Cursor, save: Callable[[QWidget, str], None], parent: QWidget) -> None:
        super().__init__("Loss", "", EMPTY, parent)
        self._tokens = tokens
        self._cursor = cursor
        self._metric = "loss"
        self._run: TrainingRun | None = None
        self._beside: tuple[TrainingRun, ...] = ()
        self._metrics = QMenu(self)
        self._choice = Chip("Metric", self._metrics, self)
        self._choice.setProperty("look", "heading")
        self._choice.setToolTip("Which number is drawn")
        self.put_title(self._choice)
        self.plot = CurvePlot(tokens, cursor, self)
        self.plot.set_log(is_log=True)
        self._raw, self._smooth, self._validation = LineItem(), LineItem(), LineItem()
        self._band = BandItem()
        self._kept = pg.ScatterPlotItem(pxMode=True)
        self._kept_at: tuple[object, ...] = ()
        self._others: list[LineItem] = []
        self.marks = MarkLines(self.plot)
        for place, item in enumerate((self._band, self._raw, self._validation, self._smooth, self._kept)):
            item.setZValue(place)
            self.plot.widget.addItem(item, ignoreBounds=True)
        self.matrix = MatrixView(tokens, self)
        self._faces = QStackedWidget(self)
        self._faces.addWidget(self.plot.widget)
        self._faces.addWidget(self.matrix)
        self.put_body(self._faces)
        self.log = self.add_switch("log", "Logarithmic scale", is_on=True, switched=self._on_log)
        self.add_saving(lambda kind: save(self.face, kind))
        cursor.moved.connect(self._on_cursor)
        self.set_tokens(tokens)
        self._say()

    @property
    def face(self) -> QWidget:
        """What is shown: the plot, or a matrix."""
        return self.matrix if self._faces.currentWidget() is self.matrix else self.plot.widget

    @property
    def drawn_metric(self) -> str:
        """What is drawn."""
        return self._metric

    def choose_metric(self, metric: str) -> None:
        """Draw another metric."""
        self._metric = metric
        self.log.setChecked(metric.endswith(_LOGARITHMIC))
        self.refresh(self._run, self._beside)
        self._say()

    def refresh(self, run: TrainingRun | None, beside: tuple[TrainingRun, ...]) -> None:
        """Draw what is known now."""
        self._run, self._beside = run, beside
        matrices = matrices_of(run)
        self._offer((*metrics_of(run), *matrices))
        if self._metric in matrices:
            self._faces.setCurrentWidget(self.matrix)
            self.matrix.show_matrices(matrices[self._metric])
            self.show_empty(is_empty=False)
            return
        self._faces.setCurrentWidget(self.plot.widget)
        width_px = max(60, self.plot.widget.width() - 50)
        lines = lines_of(run, self._metric, width_px) if run is not None else Lines()
        self.show_empty(is_empty=lines.is_empty and not any(len(smooth_of(other, self._metric)[0]) for other in beside))
        if self.is_empty:
            return
        if run is not None:
            self._color(run_hue(self._tokens, run.hue))
        scaled = self.plot.scaled
        for item, (x, y) in (
            (self._raw, lines.raw),
            (self._smooth, lines.smooth),
            (self._validation, lines.validation),
        ):
            item.show_line(x, scaled(y))
        self._band.show_band(lines.low[0], scaled(lines.low[1]), scaled(lines.high[1]))
        self._band.setVisible(bool(len(lines.low[0])))  # between empty lines, it stays as it was
        others = [smooth_of(other, self._metric) for other in beside]
        self._draw_others(others)
        furthest = [line[0][-1] for line in (lines.smooth, lines.validation, *others) if len(line[0])]
        self.plot.fit(
            max(furthest, default=1.0),
            [scaled(y) for _x, y in (lines.raw, lines.low, lines.high, lines.validation, *others)],
        )
        self.marks.draw(run.marks if run is not None else [], self._tokens)
        self._draw_kept()
        self.plot.settle()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.plot.set_tokens(tokens)
        self.matrix.set_tokens(tokens)
        self._choice.tint(tokens)
        self._color(tokens.accent)
        self.refresh(self._run, self._beside)

    def _color(self, hue: str) -> None:
        panel = self._tokens.panel
        self._raw.set_pen(cosmetic_pen(mix(panel, hue, 0.42), 1.0))
        self._smooth.set_pen(cosmetic_pen(QColor(hue), 2.0))
        dashed = cosmetic_pen(QColor(hue), 1.6)
        dashed.setDashPattern([3.0, 2.4])
        self._validation.set_pen(dashed)
        self._band.set_color(mix(panel, hue, _BAND_SHARE))

    def _draw_others(self, lines: list[tuple[np.ndarray, np.ndarray]]) -> None:
        while len(self._others) < len(lines):
            item = LineItem()
            self._others.append(item)
            self.plot.widget.addItem(item, ignoreBounds=True)
        for item in self._others[len(lines) :]:
            item.show_path(QPainterPath())
        for item, other, (x, y) in zip(self._others, self._beside, lines, strict=False):
            item.set_pen(cosmetic_pen(QColor(run_hue(self._tokens, other.hue)), 1.8))
            item.show_line(x, self.plot.scaled(y))

    def _draw_kept(self) -> None:
        at = tuple(float(sample.iteration) for sample in (self._run.samples if self._run is not None else ()))
        low, color = self.plot.widget.getPlotItem().vb.viewRange()[1][0], self._tokens.faint
        if (at, low, color) != self._kept_at:
            self._kept_at = at, low, color
            self._kept.setData(at, [low] * len(at), symbol="t1", size=7, pen=None, brush=QColor(color))

    def _offer(self, names: tuple[str, ...]) -> None:
        if [action.data() for action in self._metrics.actions()] == list(names):
            return
        self._metrics.clear()
        for name in names:
            entry = self._metrics.addAction(title_of(name))
            entry.setData(name)
            entry.triggered.connect(lambda _=False, name=name: self.choose_metric(name))

    def _say(self) -> None:
        self._choice.show_choice(title_of(self._metric))
        self.log.setVisible(self.face is not self.matrix)
        if self.face is self.matrix:
            self.set_note("rows: the right class · columns: what was told")
            self.show_note("")
            return
        scale = "log scale · " if self.plot.is_log else ""
        self.set_note(f"{scale}raw, smoothed, range · dashed: validation")
        self._on_cursor(self._cursor.iteration)

    def _on_cursor(self, iteration: float | None) -> None:
        run = self._run
        if iteration is None or run is None:
            self.show_note("")
            return
        if iteration > run.iteration >= 0:  # one beside it went on for longer
            self.show_note(f"iteration {iteration:,.0f}  ·  {run.name} ends at {run.iteration:,}")
            return
        parts = [f"iteration {iteration:,.0f}"]
        for name in (self._metric, VALIDATION + self._metric):
            curve = run.curves.get(name)
            number = curve.number_at(iteration) if curve is not None else math.nan
            if curve is not None and len(curve):
                parts.append(f"{name} {number_text(number, 4)}")
        self.show_note("  ·  ".join(parts))

    def _on_log(self, is_log: bool) -> None:  # noqa: FBT001  # Qt's signal
        self.plot.set_log(is_log=is_log)
        self._say()
        self.refresh(self._run, self._beside)


def title_of(metric: str) -> str:
    """Return what the chart of a metric is called."""
    return metric[:1].upper() + metric[1:]
