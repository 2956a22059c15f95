"""A plot over iterations, drawn by pyqtgraph: axes, the shared crosshair, clicks. Imported with the first chart."""

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from gui.theme.tokens import Tokens
from gui.train.cursor import Cursor
from gui.widgets.number_axis import CountAxis, NumberAxis, calm, cosmetic_pen, dress_axes, margin_around, x_under

Floats = npt.NDArray[np.float64]
_AXIS_PX = 40
_FURTHEST = 1e300
"""The span of an axis must be a number, too."""
_AHEAD = 0.03
"""Room for iterations to come: an axis that moves with each of them is painted anew each time."""
_LEAST_FILLED = 0.9
_MARGIN = 0.06
_WIDEST_MARGIN = 0.15
"""An axis stays as it is until this much of its span is empty."""


class CurvePlot:
    """Axes without a frame; items are added by the chart that owns it. ``widget`` is what is placed."""

    def __init__(self, tokens: Tokens, cursor: Cursor, parent: QWidget) -> None:
        self._cursor = cursor
        self.axis = NumberAxis("left")
        self.widget = pg.PlotWidget(parent, axisItems={"left": self.axis, "bottom": CountAxis("bottom")})
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._cross.setZValue(20)
        self._cross.hide()
        calm(self.widget, 4)
        self.widget.addItem(self._cross)
        self.widget.scene().sigMouseMoved.connect(self._on_moved)
        self.widget.scene().sigMouseClicked.connect(self._on_clicked)
        self._leaving = _Leaving(cursor, self.widget)
        self.widget.viewport().installEventFilter(self._leaving)
        cursor.moved.connect(self._show_cursor)
        self._log = False
        self._fitted: tuple[float, tuple[float, float] | None] = (0.0, None)
        for name in ("left", "bottom"):
            self.widget.getAxis(name).enableAutoSIPrefix(enable=False)  # it would write the title of an axis each time
        self.set_tokens(tokens)

    @property
    def is_log(self) -> bool:
        """Whether the y axis is logarithmic."""
        return self._log

    def set_log(self, *, is_log: bool) -> None:
        """Switch the y axis."""
        self._log = self.axis.is_log = is_log
        self._fitted = (self._fitted[0], None)
        self.axis.picture = None
        self.axis.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.widget.setBackground(QColor(tokens.panel))
        self._cross.setPen(cosmetic_pen(QColor(tokens.faint), 1.0))
        dress_axes(self.widget, tokens, _AXIS_PX)

    def scaled(self, numbers: Floats) -> Floats:
        """Return numbers as the y axis takes them: with gaps, and no infinities."""
        if not self._log:
            return np.where(np.isfinite(numbers), np.clip(numbers, -_FURTHEST, _FURTHEST), np.nan)
        with np.errstate(all="ignore"):
            is_shown = (numbers > 0) & np.isfinite(numbers)
            return np.where(is_shown, np.log10(np.where(is_shown, numbers, 1.0)), np.nan)

    def fit(self, last: float, shown: list[Floats], usual: tuple[float, float] | None = None) -> None:
        """Fit the axes to iterations from 0 to ``last`` and to the finite numbers, with a margin.

        The axes stay as they are where that fits them well enough. ``usual`` is what the y axis shows at the least.
        """
        ends = [_ends(numbers) for numbers in shown]
        known = [pair for pair in (*ends, usual) if pair is not None]
        span = (min(pair[0] for pair in known), max(pair[1] for pair in known)) if known else None
        right, seen = self._right_of(max(last, 1.0)), None if span is None else self._seen_of(*span)
        if (right, seen) != self._fitted:
            self._fitted = right, seen
            self.widget.setXRange(-0.01 * right, right, padding=0)
            if seen is not None:
                self.widget.setYRange(*seen, padding=0)

    def _right_of(self, last: float) -> float:
        right = self._fitted[0]
        return right if _LEAST_FILLED * right <= last <= right else last * (1 + _AHEAD)

    def _seen_of(self, low: float, high: float) -> tuple[float, float]:
        seen, span = self._fitted[1], high - low
        room = _WIDEST_MARGIN * span
        if seen is not None and seen[0] <= low <= seen[0] + room and seen[1] - room <= high <= seen[1]:
            return seen
        margin = margin_around(low, high, _MARGIN)
        return low - margin, high + margin

    def settle(self) -> None:
        """Bring all items up to date, so that they are painted once: else some note only then that the view moved."""
        self.widget.scene().prepareForPaint()

    def _show_cursor(self, iteration: float | None) -> None:
        self._cross.setVisible(iteration is not None)
        if iteration is not None:
            self._cross.setPos(iteration)

    def _on_moved(self, scene_point: QPointF) -> None:
        box = self.widget.getPlotItem().vb
        is_inside = box.sceneBoundingRect().contains(scene_point)
        self._cursor.move(max(0.0, round(x_under(self.widget, scene_point))) if is_inside else None)

    def _on_clicked(self, event: object) -> None:
        point = event.scenePos()  # type: ignore[attr-defined]  # pyqtgraph's own event class has no type information
        self._cursor.picked.emit(max(0.0, round(x_under(self.widget, point))))


class _Leaving(QObject):
    """Takes the crosshair away with the mouse."""

    def __init__(self, cursor: Cursor, parent: QObject) -> None:
        super().__init__(parent)
        self._cursor = cursor

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The mouse left."""
        if event.type() is QEvent.Type.Leave:
            self._cursor.move(None)
        return super().eventFilter(watched, event)


def _ends(numbers: Floats) -> tuple[float, float] | None:
    finite = numbers[np.isfinite(numbers)]
    if not finite.size:
        return None
    low, high = np.clip((finite.min(), finite.max()), -_FURTHEST, _FURTHEST)
    return float(low), float(high)
