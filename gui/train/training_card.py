"""How the network is trained: hyper-parameters that change while it runs, loss, schedule, seed."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from engine.training.plan import TrainingPlan
from gui.model.training import Training
from gui.model.training_choices import first_schedules, hypers_of, loss_names
from gui.model.training_plan import CLIP
from gui.model.training_run import TrainingRun
from gui.model.training_sentences import OF_PROGRAM, choice_text
from gui.theme.tokens import Tokens
from gui.train.arguments import ArgumentsPopup
from gui.train.hypers import HYPERS
from gui.train.metrics_menu import MetricsChip
from gui.train.section import Section
from gui.train.slider_row import FIELD_PX, NumberField, SliderRow, named_row
from gui.widgets.buttons import Chip

_OFF = (0.0,)
_MOST_EPOCHS = 10**9
LIVE_NOTE = "change while it runs"


class TrainingCard(Section):
    """Edits the plan; what can be changed while a run goes on is changed in it at once.

    Signals:
        refused: Why something typed cannot be taken.
    """

    refused = Signal(str)

    def __init__(self, training: Training, tokens: Tokens, parent: QWidget) -> None:
        super().__init__("Training", LIVE_NOTE, parent)
        self._training = training
        self._typed: TrainingRun | None = None
        self._choices: list[QWidget] = []
        self.rows: dict[str, SliderRow] = {}
        for hyper in HYPERS:
            row = SliderRow(hyper.look, hyper.scale, self)
            row.edited.connect(self._setter(hyper.name))
            row.refused.connect(self.refused)
            self.rows[hyper.name] = row
            self.column.addWidget(row)
        self.loss = self._chip("Loss")
        self.schedule = self._chip("Schedule")
        self.metrics = MetricsChip(training.plan, self)
        self.seed = self._field("seed", self._on_seed)
        self.epochs = self._field("epochs", self._on_epochs)
        for name, control, tip in (
            ("loss", self.loss, "What the network is trained to make small."),
            ("schedule", self.schedule, "How the learning rate changes from epoch to epoch."),
            ("metrics", self.metrics, "What is counted beside the loss, over each epoch and on the validation data."),
            ("epochs", self.epochs, "So often the network sees all data, if nobody stops it before."),
            ("seed", self.seed, "The same seed gives the same data, weights and order: the same curve."),
        ):
            choice = named_row(name, control, tip, self)
            self._choices.append(choice)
            self.column.addWidget(choice)
        self._fill()
        self.set_tokens(tokens)
        training.plan.changed.connect(self._on_plan)
        self._on_plan(training.plan.plan)

    def show_run(self, run: TrainingRun | None) -> None:
        """Follow what a run itself does to its hyper-parameters, where a row is shown for them.

        Of a program that was typed only what it has itself is shown, for as long as it goes on it can be changed.
        """
        typed = run if run is not None and run.is_typed else None
        if typed is not self._typed:
            self._typed = typed
            self._on_plan(self._training.plan.plan)
        if typed is not None:
            self._show_typed(typed)
        if run is None or run.hyper is None or not (run.is_alive or run.is_typed):
            return
        for name, numbers in zip(run.hyper.names, run.hyper.numbers, strict=False):
            row = self.rows.get(name)
            if row is not None and not row.slider.isSliderDown():
                row.show_numbers(numbers or _OFF)

    def _show_typed(self, run: TrainingRun) -> None:
        names = () if run.hyper is None else run.hyper.names
        optimizer = "" if run.hyper is None else f" · {run.hyper.optimizer}"
        self.note.show_text(LIVE_NOTE if run.is_alive else f"{OF_PROGRAM}{optimizer}")
        for name, row in self.rows.items():
            row.setVisible(name in names)
            row.setEnabled(run.is_alive)

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        for chip in (self.loss, self.schedule, self.metrics):
            chip.tint(tokens)

    def _chip(self, name: str) -> Chip:
        chip = Chip(name, QMenu(self), self)
        chip.setProperty("look", "bare")
        return chip

    def _field(self, name: str, finished: Callable[[], None]) -> NumberField:
        field = NumberField(self)
        field.setFixedWidth(FIELD_PX)
        field.setAlignment(Qt.AlignmentFlag.AlignLeft)
        field.setAccessibleName(name)
        field.editingFinished.connect(finished)
        return field

    def _fill(self) -> None:
        plan = self._training.plan
        for title, names in loss_names():
            self.loss.menu().addSection(title)
            for name in names:
                self.loss.menu().addAction(name).triggered.connect(lambda _=False, name=name: plan.choose_loss(name))
        for choice in first_schedules():
            entry = self.schedule.menu().addAction(choice_text(choice))
            entry.triggered.connect(lambda _=False, choice=choice: plan.choose_schedule(choice))
        for chip, ask in ((self.loss, self._ask_loss), (self.schedule, self._ask_schedule)):
            chip.menu().addSeparator()
            chip.menu().addAction("Arguments…").triggered.connect(ask)

    def _ask_loss(self) -> None:
        plan = self._training.plan
        ArgumentsPopup(
            plan.plan.loss, lambda choice: plan.edit(lambda old: replace(old, loss=choice)), self
        ).open_below(self.loss)

    def _ask_schedule(self) -> None:
        plan = self._training.plan
        if plan.plan.schedule is None:
            self.refused.emit("Choose a schedule first: without one the learning rate stays as it is.")
            return
        ArgumentsPopup(plan.plan.schedule, plan.choose_schedule, self).open_below(self.schedule)

    def _setter(self, name: str) -> Callable[[tuple[float, ...]], None]:
        def put(numbers: tuple[float, ...]) -> None:
            is_off = name == CLIP and numbers == _OFF
            self._training.control.set_hyper(name, () if is_off else numbers)

        return put

    def _on_seed(self) -> None:
        text = self.seed.text().strip()
        if not (text.isdecimal() and int(text) < 2**63):
            self.seed.take_back()
            self.refused.emit("The seed must be a whole number from 0 on.")
            return
        seed = int(text)
        self._training.plan.edit(lambda plan: replace(plan, seed=seed))

    def _on_epochs(self) -> None:
        text = self.epochs.text().strip()
        if not (text.isdecimal() and 0 < int(text) < _MOST_EPOCHS):
            self.epochs.take_back()
            self.refused.emit("The number of epochs must be a whole number from 1 on.")
            return
        epochs = int(text)
        self._training.plan.edit(lambda plan: replace(plan, epochs=epochs))

    def _on_plan(self, plan: TrainingPlan) -> None:
        for choice in self._choices:
            choice.setVisible(self._typed is None)
        if self._typed is not None:
            return
        self.note.show_text(LIVE_NOTE)
        defaults = hypers_of(plan.optimizer.name)
        for name, row in self.rows.items():
            row.setEnabled(True)
            row.setVisible(name == CLIP or name in defaults)
            row.show_numbers(self._training.plan.hyper(name, defaults.get(name, _OFF)) or _OFF)
        self.loss.show_choice(plan.loss.name)
        self.schedule.show_choice(choice_text(plan.schedule))
        self.seed.show_number(str(plan.seed))
        self.epochs.show_number(str(plan.epochs))
