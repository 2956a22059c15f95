"""All layers over time: how strong their gradients are, or how their numbers are spread."""

from collections.abc import Callable

import numpy as np
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from engine.trace.numbers import number_text
from gui.model.training_histograms import Spread
from gui.model.training_run import TrainingRun
from gui.theme.tokens import Tokens
from gui.train.chart_frame import ChartFrame
from gui.train.cursor import Cursor
from gui.train.heat_strips import HeatStrips
from gui.train.spread_view import SpreadView
from gui.widgets.buttons import Chip

FAMILY = "gradient norm"
TITLE = "Gradient norm by layer"
NOTE = "all layers at once · sampled · log"
EMPTY = "How strong the gradient of each layer is appears here: pale is weak, dark is strong."
WEIGHTS = "Weights over time"
WEIGHTS_NOTE = "value upwards · blue above 0 · strong: many"


class HeatChart(ChartFrame):
    """Strips of norms, or the spread of the weights, with a line that tells the numbers under the crosshair."""

    def __init__(self, tokens: Tokens, cursor: Cursor, save: Callable[[QWidget, str], None], parent: QWidget) -> None:
        super().__init__(TITLE, NOTE, EMPTY, parent)
        self._run: TrainingRun | None = None
        self._is_spread = False
        self._parameter = ""
        self._shown: tuple[tuple[str, Spread], ...] = ()
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._offer)
        self._choice = Chip("Layers", self._menu, self)
        self._choice.setProperty("look", "heading")
        self._choice.setToolTip("What is shown of the layers")
        self._choice.show_choice(TITLE)
        self._choice.tint(tokens)
        self.put_title(self._choice)
        self.strips = HeatStrips(tokens, cursor, self)
        self.spreads = SpreadView(tokens, cursor, self)
        self.spreads.chosen.connect(self.show_spread)
        self._faces = QStackedWidget(self)
        self._faces.addWidget(self.strips)
        self._faces.addWidget(self.spreads)
        self.put_body(self._faces)
        self.add_saving(lambda kind: save(self.spreads if self._is_spread else self.strips, kind))
        cursor.moved.connect(self._on_cursor)

    @property
    def title_text(self) -> str:
        """What it says that it shows."""
        return self._choice.text()

    def show_norms(self) -> None:
        """Show the norms of the gradients of all layers."""
        self._is_spread = False
        self._turn(TITLE, NOTE)

    def show_spread(self, parameter: str = "") -> None:
        """Show the spread of one parameter's numbers; without a name that of as many as find room."""
        self._is_spread, self._parameter = True, parameter
        self._turn(f"{parameter} over time" if parameter else WEIGHTS, WEIGHTS_NOTE)

    def refresh(self, run: TrainingRun | None) -> None:
        """Draw what is known now."""
        self._run = run
        if self._is_spread:
            self._refresh_spreads(run)
            return
        names, matrix = run.curves.heat(FAMILY, self.strips.columns_px) if run is not None else ((), np.empty((0, 0)))
        self.show_empty(is_empty=not names)
        if run is not None and names:
            self.strips.show_matrix(names, matrix, float(run.iteration))

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._choice.tint(tokens)
        self.strips.set_tokens(tokens)
        self.spreads.set_tokens(tokens)

    def _turn(self, title: str, note: str) -> None:
        self._choice.show_choice(title)
        self.set_note(note)
        self.show_note("")
        self._faces.setCurrentWidget(self.spreads if self._is_spread else self.strips)
        self.refresh(self._run)

    def _refresh_spreads(self, run: TrainingRun | None) -> None:
        self._shown = shown_spreads(run, self._parameter, self.spreads.room)
        self.show_empty(is_empty=not self._shown)
        if run is not None and self._shown:
            newest = max(int(spread.iterations[-1]) for _name, spread in self._shown)
            self.spreads.show_spreads(self._shown, float(max(run.iteration, newest)))

    def _offer(self) -> None:
        self._menu.clear()
        self._menu.addAction(TITLE).triggered.connect(lambda _=False: self.show_norms())
        names = self._run.spreads.names if self._run is not None else ()
        entry = self._menu.addAction(WEIGHTS)
        entry.setEnabled(bool(names))
        entry.triggered.connect(lambda _=False: self.show_spread())
        if names:
            self._menu.addSeparator()
        for name in names:
            self._menu.addAction(name).triggered.connect(lambda _=False, name=name: self.show_spread(name))

    def _on_cursor(self, iteration: float | None) -> None:
        if iteration is None or self._run is None:
            self.show_note("")
        elif self._is_spread:
            self.show_note("  ·  ".join(_range_text(name, spread, iteration) for name, spread in self._shown))
        else:
            family = self._run.curves.family(FAMILY)
            self.show_note(
                "  ·  ".join(f"{name} {number_text(curve.number_at(iteration), 3)}" for name, curve in family)
            )


def shown_spreads(run: TrainingRun | None, parameter: str, room: int) -> tuple[tuple[str, Spread], ...]:
    """Return one parameter, or as many as find room: where not all do, biases are left out first."""
    if run is None:
        return ()
    names = (parameter,) if parameter in run.spreads.names else run.spreads.names
    if len(names) > room:
        names = tuple(name for name in names if not name.endswith("bias")) or names
    found = [(name, run.spreads.get(name)) for name in names[:room]]
    return tuple((name, spread) for name, spread in found if spread is not None)


def _range_text(name: str, spread: Spread, iteration: float) -> str:
    place = spread.place_of(iteration)
    return f"{name} {number_text(float(spread.low[place]), 3)} to {number_text(float(spread.high[place]), 3)}"
