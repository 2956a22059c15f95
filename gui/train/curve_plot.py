"""A plot over iterations, drawn by pyqtgraph: axes, the shared crosshair, clicks. Imported with the first chart."""

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from gui.theme.tokens import Tokens
from gui.train.cursor import Cursor
from gui.widgets.number_axis import CountAxis, NumberAxis, calm, cosmetic_pen, dress_axes, x_under

Floats = npt.NDArray[np.float64]
_AXIS_PX = 40
_FURTHEST = 1e300
"""The span of an axis must be a number, too."""


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
        self.set_tokens(tokens)

    @property
    def is_log(self) -> bool:
        """Whether the y axis is logarithmic."""
        return self._log

    def set_log(self, *, is_log: bool) -> None:
        """Switch the y axis."""
        self._log = self.axis.is_log = is_log
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

    def fit(self, last: float, shown: list[Floats]) -> None:
        """Fit the axes to iterations from 0 to ``last`` and to the finite numbers, with a margin."""
        self.widget.setXRange(0, max(last, 1.0), padding=0.01)
        ends = [_ends(numbers) for numbers in shown]
        known = [pair for pair in ends if pair is not None]
        if known:
            low, high = min(pair[0] for pair in known), max(pair[1] for pair in known)
            margin = (high - low) * 0.06 or max(abs(high) * 0.1, 1e-12)
            self.widget.setYRange(low - margin, high + margin, padding=0)

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
