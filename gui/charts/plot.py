"""One plot, drawn by pyqtgraph; imported when the first metric comes, because that import takes a quarter second."""

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from gui.charts.series import Floats, Series
from gui.theme.colors import mix
from gui.theme.tokens import Tokens
from gui.widgets.number_axis import CountAxis, NumberAxis, calm, cosmetic_pen, dress_axes, margin_around, x_under

_AXIS_PX = 46
_FURTHEST = 1e300
"""The span of an axis must be a number, too."""
_MARGIN = 0.08


class Plot:
    """Raw curve faint, smoothed curve strong, and a crosshair at the playhead.

    ``widget`` is what is placed. ``on_click`` is called with the position on the x axis.
    """

    def __init__(self, tokens: Tokens, on_click: Callable[[float], None], parent: QWidget) -> None:
        self._axis = NumberAxis("left")
        self.widget = pg.PlotWidget(parent, axisItems={"left": self._axis, "bottom": CountAxis("bottom")})
        self._on_click = on_click
        self._raw = pg.PlotDataItem(antialias=True, connect="finite")
        self._smooth = pg.PlotDataItem(antialias=True, connect="finite")
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._dot = pg.PlotDataItem(pen=None, symbol="o", symbolSize=7)
        for item in (self._raw, self._smooth, self._cross, self._dot):
            self.widget.addItem(item)
        calm(self.widget, 10)
        self._raw.setDownsampling(auto=True, method="peak")
        self.widget.scene().sigMouseClicked.connect(self._on_scene_click)
        self._log = False
        self.set_tokens(tokens)

    @property
    def is_log(self) -> bool:
        """Whether the y axis is logarithmic."""
        return self._log

    def set_log(self, *, is_log: bool) -> None:
        """Switch the y axis."""
        self._log = self._axis.is_log = is_log

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.widget.setBackground(QColor(tokens.panel))
        line = QColor(tokens.accent)
        self._faint, self._strong = cosmetic_pen(mix(tokens.panel, tokens.accent, 0.35), 1.0), cosmetic_pen(line, 2.0)
        self._raw.setPen(self._faint)
        self._smooth.setPen(self._strong)
        self._cross.setPen(cosmetic_pen(QColor(tokens.optimizer), 1.0))
        self._dot.setSymbolPen(cosmetic_pen(QColor(tokens.panel), 1.0))
        self._dot.setSymbolBrush(QColor(tokens.optimizer))
        self._raw.setSymbolPen(cosmetic_pen(line, 1.0))
        self._raw.setSymbolBrush(line)
        dress_axes(self.widget, tokens, _AXIS_PX)

    def show_series(self, series: Series) -> None:
        """Draw a series."""
        raw, smooth = self._scaled(series.numbers), self._scaled(series.smoothed)
        x = np.arange(1, len(series) + 1, dtype=np.float64)
        is_noisy = series.is_smoothed and len(series) > 2
        self._raw.setPen(self._faint if is_noisy else self._strong)
        self._raw.setData(x, raw, symbol="o" if len(series) == 1 and np.isfinite(raw[0]) else None, symbolSize=6)
        self._smooth.setData(x if is_noisy else x[:0], smooth if is_noisy else smooth[:0])
        self._range(raw, len(series))

    def _scaled(self, numbers: Floats) -> Floats:
        if not self._log:
            return np.where(np.isfinite(numbers), numbers, np.nan)  # the plot takes gaps, and no infinity
        with np.errstate(all="ignore"):
            is_shown = (numbers > 0) & np.isfinite(numbers)
            return np.where(is_shown, np.log10(np.where(is_shown, numbers, 1.0)), np.nan)

    def _range(self, shown: Floats, count: int) -> None:
        """Fit the axes to the finite numbers, with a margin; a single value gets room around it."""
        self.widget.setXRange(0.5 if count < 2 else 1, max(count, 1.5), padding=0.02)
        finite = shown[np.isfinite(shown)]
        if finite.size:
            low, high = (float(np.clip(end, -_FURTHEST, _FURTHEST)) for end in (finite.min(), finite.max()))
            margin = margin_around(low, high, _MARGIN)
            self.widget.setYRange(low - margin, high + margin, padding=0)

    def show_crosshair(self, index: int | None, number: float) -> None:
        """Mark an entry (counted from 0), or none."""
        self._cross.setVisible(index is not None)
        y = self._scaled(np.asarray([number]))
        has_dot = index is not None and bool(np.isfinite(y[0]))
        self._dot.setVisible(has_dot)
        if index is not None:
            self._cross.setPos(index + 1)
        if index is not None and has_dot:
            self._dot.setData(x=[index + 1], y=y)

    def position_of(self, scene_point: QPointF) -> float:
        """Return the x value under a point of the plot's scene."""
        return x_under(self.widget, scene_point)

    def _on_scene_click(self, event: object) -> None:
        point = event.scenePos()  # type: ignore[attr-defined]  # pyqtgraph's own event class has no type information
        self._on_click(self.position_of(point))
