"""Curves of all layers together; at first how large each update is beside its weight: a thousandth is healthy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMenu, QWidget

from gui.model.training_curves import Curve
from gui.model.training_run import TrainingRun
from gui.theme.tokens import Tokens
from gui.train.chart_frame import ChartFrame
from gui.train.cursor import Cursor
from gui.train.curve_plot import CurvePlot
from gui.train.hues import line_hue
from gui.train.legend import Legend
from gui.train.line_item import LineItem
from gui.widgets.buttons import Chip
from gui.widgets.number_axis import cosmetic_pen

_MOST_LINES = 8
EMPTY = "How far each weight moves at a step, beside its size, appears here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Curves of many layers that are drawn together.

    Attributes:
        prefix: Begins the names of its curves.
        usual: The axis reaches at least from here to there; of logarithms where ``is_log``.
        band: What is healthy; None where there is no such thing.
    """

    prefix: str
    title: str
    note: str
    usual: tuple[float, float]
    is_log: bool = True
    band: tuple[float, float] | None = None


FAMILIES = (
    Family(
        prefix="update ratio",
        title="Update : weight",
        note="log10 · sampled · healthy at −3",
        usual=(-5.0, -1.0),
        band=(-3.32, -2.68),
    ),
    Family(prefix="gradient norm", title="Gradient norm", note="log10 · sampled · one line a layer", usual=(-3.0, 0.0)),
    Family(prefix="weight norm", title="Weight norm", note="log10 · sampled · one line a layer", usual=(-1.0, 1.0)),
    Family(
        prefix="saturation",
        title="Saturated units",
        note="share of answers at the ends of tanh or sigmoid",
        usual=(0.0, 1.0),
        is_log=False,
    ),
    Family(
        prefix="dead units",
        title="Dead units",
        note="share of units that answer nothing above 0",
        usual=(0.0, 1.0),
        is_log=False,
    ),
)


class RatioChart(ChartFrame):
    """One line a layer: how far each moves at a step, over the healthy band, or another family of curves."""

    def __init__(self, tokens: Tokens, cursor: Cursor, save: Callable[[QWidget, str], None], parent: QWidget) -> None:
        super().__init__(FAMILIES[0].title, FAMILIES[0].note, EMPTY, parent)
        self._tokens = tokens
        self._family = FAMILIES[0]
        self._run: TrainingRun | None = None
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._offer)
        self._choice = Chip("Curves", self._menu, self)
        self._choice.setProperty("look", "heading")
        self._choice.setToolTip("Which curves of the layers are drawn")
        self._choice.show_choice(self._family.title)
        self.put_title(self._choice)
        self._lines: list[LineItem] = []
        self._legend = Legend(self)
        self.put_legend(self._legend)
        self.plot = CurvePlot(tokens, cursor, self)
        self._band = pg.LinearRegionItem(FAMILIES[0].band, orientation="horizontal", movable=False)
        self._band.setZValue(-5)
        self.plot.widget.addItem(self._band)
        self.put_body(self.plot.widget)
        self.add_saving(lambda kind: save(self.plot.widget, kind))
        cursor.moved.connect(self._on_cursor)
        self.set_tokens(tokens)

    @property
    def family(self) -> Family:
        """What is drawn."""
        return self._family

    def choose_family(self, family: Family) -> None:
        """Draw other curves."""
        self._family = family
        self._choice.show_choice(family.title)
        self.set_note(family.note)
        self.show_note("")
        self._band.setVisible(family.band is not None)
        self.refresh(self._run)

    def refresh(self, run: TrainingRun | None) -> None:
        """Draw what is known now."""
        self._run = run
        members = shown_members(run, self._family)
        self.show_empty(is_empty=not members)
        if not members:
            self._legend.show_names([])
            return
        width_px = max(60, self.plot.widget.width() - 50)
        self._make_room(len(members))
        last, drawn = 1.0, []
        for place, (_name, curve) in enumerate(members):
            thin = curve.envelope(width_px // 2)
            y = _logarithms(thin.mean) if self._family.is_log else thin.mean
            self._lines[place].show_line(thin.x, y)
            last = max(last, float(curve.iterations[-1]))
            drawn.append(y)
        for line in self._lines[len(members) :]:
            line.hide()
        self._name_lines()
        self.plot.fit(last, drawn, self._family.usual)
        self.plot.settle()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.plot.set_tokens(tokens)
        self._choice.tint(tokens)
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
            line = LineItem()
            self._lines.append(line)
            self.plot.widget.addItem(line, ignoreBounds=True)
            self._color(len(self._lines) - 1)
        for line in self._lines[:count]:
            line.show()

    def _color(self, place: int) -> None:
        self._lines[place].set_pen(cosmetic_pen(QColor(line_hue(self._tokens, place)), 1.5))

    def _name_lines(self) -> None:
        names = [name.removesuffix(".weight") for name, _curve in shown_members(self._run, self._family)]
        self._legend.show_names([(name, line_hue(self._tokens, place)) for place, name in enumerate(names)])

    def _offer(self) -> None:
        self._menu.clear()
        for family in FAMILIES:
            entry = self._menu.addAction(family.title)
            entry.setEnabled(bool(shown_members(self._run, family)))
            entry.triggered.connect(lambda _=False, family=family: self.choose_family(family))

    def _on_cursor(self, iteration: float | None) -> None:
        if iteration is None or self._run is None:
            self.show_note("")
            return
        told = []
        for name, curve in shown_members(self._run, self._family):
            number = curve.number_at(iteration)
            if np.isfinite(number):
                told.append(
                    f"{name} {float(_logarithms(np.asarray([number]))[0]) if self._family.is_log else number:.2f}"
                )
        self.show_note("  ·  ".join(told))


def shown_members(run: TrainingRun | None, family: Family) -> list[tuple[str, Curve]]:
    """Return the curves that are drawn: those of matrices before those of biases, as many as can be told apart."""
    if run is None:
        return []
    members = run.curves.family(family.prefix)
    weights = [member for member in members if not member[0].endswith("bias")]
    return (weights or members)[:_MOST_LINES]


def _logarithms(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return decimal logarithms, NaN where there are none."""
    with np.errstate(all="ignore"):
        is_shown = (numbers > 0) & np.isfinite(numbers)
        return np.where(is_shown, np.log10(np.where(is_shown, numbers, 1.0)), np.nan)
