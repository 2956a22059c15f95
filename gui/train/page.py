"""The Train workspace as one page: what is trained at the left, the network and its answers above, charts below."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from engine.network.templates import templates
from gui.model.training import Training
from gui.model.training_control import SAMPLE_EVERY
from gui.model.training_elements import ElementPlace
from gui.model.training_run import TrainingRun
from gui.model.training_sentences import status
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens
from gui.train.advice_card import AdviceCard
from gui.train.boundary_card import BoundaryCard
from gui.train.cursor import Cursor
from gui.train.data_card import DataCard
from gui.train.heat_chart import HeatChart
from gui.train.loss_chart import LossChart
from gui.train.network_card import NetworkCard
from gui.train.network_scene import Unit
from gui.train.ratio_chart import RatioChart
from gui.train.runs_card import RunsCard
from gui.train.status_line import StatusLine
from gui.train.training_card import TrainingCard
from gui.widgets.buttons import rule

LEFT_PX = 300
_LEAST_LEFT_PX = 292
_UPPER_PX = 634
_TOP_SHARE = 0.61
_TURN_MS = 30
"""Each turn brings one part up to date, or several that take no time: no two charts are painted at once."""
_SHORT_S = 0.0005
_SHARE = 0.12
"""So much of one core may the live views take; what trains needs the rest, also where there are few cores."""
_MOST_PAINTED_S = 0.05
_LONGEST_MS = 250
"""A turn is followed by the next one after this at the latest: a slow machine shows everything still every second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    """The three below."""

    loss: LossChart
    heat: HeatChart
    ratio: RatioChart


class TrainPage(QWidget):
    """Places the cards and lets them follow the runs, at most some thirty times a second.

    Signals:
        file_wanted: A file with data shall be chosen.
        folder_wanted: A folder of pictures shall be chosen.
        batch_wanted: A batch shall be looked at.
        refused: A sentence: why something cannot be taken.
        told: A sentence: what was done.
        save_wanted: A chart and the kind of file it shall be saved as.
        template_wanted: A network to start from.
        program_wanted: A program to be opened in Explore.
        iteration_wanted: A kept iteration shall be opened: its number.
        forgotten: A run was taken out of the list.
    """

    file_wanted = Signal()
    folder_wanted = Signal()
    batch_wanted = Signal()
    refused = Signal(str)
    told = Signal(str)
    save_wanted = Signal(object, str)
    template_wanted = Signal(object)
    program_wanted = Signal(str)
    iteration_wanted = Signal(object)
    forgotten = Signal(object)

    def __init__(
        self, training: Training, theme: Theme, write: Callable[[], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("trainPage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._training = training
        self._theme = theme
        tokens = theme.tokens
        self.crosshair = Cursor()
        self.data = DataCard(training, tokens, self)
        self.settings = TrainingCard(training, tokens, self)
        self.runs = RunsCard(training.book, tokens, self)
        self.advice = AdviceCard(self)
        self.network = NetworkCard(training.plan, tokens, write, self)
        self.boundary = BoundaryCard(tokens, self)
        self.charts = Charts(
            loss=LossChart(tokens, self.crosshair, self.save_wanted.emit, self),
            heat=HeatChart(tokens, self.crosshair, self.save_wanted.emit, self),
            ratio=RatioChart(tokens, self.crosshair, self.save_wanted.emit, self),
        )
        self.status = StatusLine(self)
        self._place()
        self._later = QTimer(self, interval=_TURN_MS, singleShot=True)
        self._later.timeout.connect(self._take_turn)
        self._parts = (
            self._refresh_words, self._refresh_loss, self._refresh_network,
            self._refresh_heat, self._refresh_boundary, self._refresh_ratio,
        )  # fmt: skip
        self._waiting: list[Callable[[], None]] = []
        self._ended_s = time.thread_time()
        self._connect()
        self.network.offer_templates(templates())
        self.refresh()

    def refresh(self) -> None:
        """Show everything as it is now."""
        self._later.stop()
        self._waiting.clear()
        for part in self._parts:
            part()

    def refresh_soon(self, _payload: object = None) -> None:
        """Bring everything up to date, one part a turn."""
        if not self.isVisible():
            return
        self._waiting += [part for part in self._parts if part not in self._waiting]
        if not self._later.isActive():
            self._later.start()

    def _take_turn(self) -> None:
        """Bring the next part up to date; the more all turns, painting included, have taken, the longer until the next.

        What this thread computed since the last turn counts as that turn's painting.
        """
        began_s = time.thread_time()
        painted_s, self._ended_s = began_s - self._ended_s, began_s
        while self._waiting and time.thread_time() - began_s < _SHORT_S:
            self._waiting.pop(0)()
        self._ended_s = time.thread_time()
        took_s = self._ended_s - began_s + min(painted_s, _MOST_PAINTED_S)
        self._later.setInterval(min(max(_TURN_MS, round(1000 * took_s / _SHARE)), _LONGEST_MS))
        if self._waiting:
            self._later.start()

    def _refresh_words(self) -> None:
        run = self._training.book.current
        self.data.show_run(run)
        self.settings.show_run(run)
        self.runs.refresh()
        self.advice.refresh(run)
        self.status.show_texts(status(run, SAMPLE_EVERY), run)

    def _refresh_loss(self) -> None:
        self.charts.loss.refresh(self._training.book.current, self._training.book.beside)

    def _refresh_network(self) -> None:
        self.network.refresh(self._training.book.current)

    def _refresh_heat(self) -> None:
        self.charts.heat.refresh(self._training.book.current)

    def _refresh_boundary(self) -> None:
        self.boundary.refresh(self._training.book.current, self._training.data.look)

    def _refresh_ratio(self) -> None:
        self.charts.ratio.refresh(self._training.book.current)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up."""
        super().showEvent(event)
        self._training.data.want()
        self.refresh()

    def event(self, event: QEvent) -> bool:
        """Leave Space to a button that has the keyboard."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            focused = QApplication.focusWidget()
            if event.key() == Qt.Key.Key_Space and isinstance(focused, QAbstractButton):
                event.accept()
        return super().event(event)

    def _connect(self) -> None:
        training = self._training
        training.book.advanced.connect(self.refresh_soon)
        training.book.changed.connect(self.refresh_soon)
        training.plan.changed.connect(self.refresh_soon)
        training.data.changed.connect(self.refresh_soon)
        training.control.changed.connect(self.refresh_soon)
        self._theme.changed.connect(self._on_theme)
        self.data.file_wanted.connect(self.file_wanted)
        self.data.folder_wanted.connect(self.folder_wanted)
        self.data.facts.batch_wanted.connect(self.batch_wanted)
        self.data.refused.connect(self.refused)
        self.data.changed.connect(self.told)
        self.data.other_wanted.connect(lambda: training.book.choose(None))
        self.settings.refused.connect(self.refused)
        self.runs.forgotten.connect(self.forgotten)
        self.advice.pointed_at.connect(self.crosshair.move)
        self.advice.rate_wanted.connect(lambda rate: training.control.set_hyper("lr", (rate,)))
        self.network.picked.connect(self._on_picked)
        self.network.template_wanted.connect(self.template_wanted)
        self.network.program_wanted.connect(self.program_wanted)
        elements = self.network.elements
        elements.looked_at.connect(self._on_looked_at)
        elements.wanted.connect(training.control.set_element)
        elements.undo_wanted.connect(training.control.undo_element)
        elements.redo_wanted.connect(training.control.redo_element)
        self.boundary.released.connect(lambda: self._on_picked(None))
        self.status.iteration_wanted.connect(self.iteration_wanted)
        self.crosshair.picked.connect(self._on_iteration_picked)

    def _on_picked(self, unit: Unit | None) -> None:
        shown = unit if unit is not None and unit.layer else None
        self.network.choose(shown)
        self.boundary.show_unit(shown)

    def _on_looked_at(self, place: ElementPlace | None) -> None:
        control = self._training.control
        if control.live is self._training.book.current:
            control.look_at(place)

    def _on_iteration_picked(self, iteration: float) -> None:
        run = self._training.book.current
        nearest = nearest_kept(run, iteration)
        if nearest is not None:
            self.iteration_wanted.emit(nearest)
        elif run is not None and run.is_kept:
            self.refused.emit("This run is of an earlier session: its whole iterations went with it.")
        else:
            self.refused.emit("No iteration was kept whole yet: press K to keep the next one.")

    def _on_theme(self, tokens: Tokens) -> None:
        for card in (self.data, self.settings, self.runs, self.network, self.boundary):
            card.set_tokens(tokens)
        for chart in (self.charts.loss, self.charts.heat, self.charts.ratio):
            chart.set_tokens(tokens)
        self.refresh_soon()

    def _place(self) -> None:
        top = _split(Qt.Orientation.Horizontal, (self.network, 830), (self.boundary, 470))
        bottom = _split(
            Qt.Orientation.Horizontal, (self.charts.loss, 433), (self.charts.heat, 433), (self.charts.ratio, 433)
        )
        rows = _split(
            Qt.Orientation.Vertical, (top, round(1000 * _TOP_SHARE)), (bottom, round(1000 * (1 - _TOP_SHARE)))
        )
        columns = QSplitter(Qt.Orientation.Horizontal, self)
        columns.setHandleWidth(1)
        columns.setChildrenCollapsible(False)
        columns.addWidget(self._left())
        columns.addWidget(rows)
        columns.setStretchFactor(0, 0)
        columns.setStretchFactor(1, 1)
        columns.setSizes([LEFT_PX, 1300])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(columns, 1)
        layout.addWidget(self.status)

    def _left(self) -> QWidget:
        upper = QWidget(self)
        upper.setObjectName("leftColumn")
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.data)
        column.addWidget(rule(upper))
        column.addWidget(self.settings)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(upper)
        lower = QWidget(self)
        lower.setObjectName("leftColumn")
        rows = QVBoxLayout(lower)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.runs, 1)
        rows.addWidget(self.advice)
        left = _split(Qt.Orientation.Vertical, (area, _UPPER_PX), (lower, _UPPER_PX // 2))
        left.setStretchFactor(0, 0)
        left.setStretchFactor(1, 1)
        left.setObjectName("leftColumn")
        left.setMinimumWidth(_LEAST_LEFT_PX)
        left.setMaximumWidth(420)
        return left


def nearest_kept(run: TrainingRun | None, iteration: float) -> int | None:
    """Return the kept iteration that lies nearest to one."""
    kept = [sample.iteration for sample in run.samples] if run is not None else []
    return min(kept, key=lambda number: abs(number - iteration), default=None)


def _split(orientation: Qt.Orientation, *parts: tuple[QWidget, int]) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    for place, (part, share) in enumerate(parts):
        splitter.addWidget(part)
        splitter.setStretchFactor(place, share)
    splitter.setSizes([share for _part, share in parts])
    return splitter
