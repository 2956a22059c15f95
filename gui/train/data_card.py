"""What is trained on: which data, a small picture of it, and how it is cut into batches."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from engine.training.errors import PlanError
from engine.training.file_look import look_into
from engine.training.plan import Data, FileData, GeneratedData, PaintedData, Shape, TrainingPlan
from engine.training.shape_source import SHAPES
from gui.model.training import Training
from gui.model.training_run import TrainingRun
from gui.model.training_sentences import OF_PROGRAM, data_text
from gui.theme.tokens import Tokens
from gui.train.data_facts import DataFacts
from gui.train.data_preview import DataPreview
from gui.train.hypers import BATCH_SIZE, NOISE, POINTS, TRAIN_SHARE
from gui.train.points import Samples, is_drawable
from gui.train.sample_rows import rows_of
from gui.train.section import Section
from gui.train.slider_row import SliderRow
from gui.widgets.buttons import Chip

_GROUPS = (
    (Shape.CIRCLES, Shape.MOONS, Shape.XOR, Shape.TWO_SPIRALS, Shape.THREE_SPIRALS, Shape.GAUSSIANS),
    (Shape.CURVE, Shape.SURFACE),
    (Shape.DIGITS,),
    (Shape.NAMES, Shape.COPY, Shape.SORT, Shape.PARITY),
)
_BATCH_OF_PICTURES = 4
"""Dimensions: samples, channels, rows, columns."""
READING = "The data is being read…"
PAINT = "Paint points here: left button blue, right button orange, Shift green."
TYPED = "The run looked at is a program that was typed: it has data of its own."


class DataCard(Section):
    """Shows and edits the data of the plan.

    Signals:
        file_wanted: A file shall be chosen.
        folder_wanted: A folder of pictures shall be chosen.
        refused: Why something typed cannot be taken.
        changed: What else was changed, so that it fits the data.
        other_wanted: What would run next shall be shown in place of a program's own data.
    """

    file_wanted = Signal()
    folder_wanted = Signal()
    refused = Signal(str)
    changed = Signal(str)
    other_wanted = Signal()

    def __init__(self, training: Training, tokens: Tokens, parent: QWidget) -> None:
        super().__init__("Data", "", parent)
        self._training = training
        self._plan = plan = training.plan
        self._shown: tuple[Data, bool] | None = None
        self._pictured: tuple[TrainingRun | None, Samples | None] = (None, None)
        self._is_typed = False
        self._menu = QMenu(self)
        self.choice = Chip("Data", self._menu, self)
        self.choice.setProperty("look", "bare")
        self.choice.setToolTip("Which data is trained on")
        self.head.insertWidget(1, self.choice)
        self._targets = QMenu(self)
        self.target = Chip("What is told", self._targets, self)
        self.target.setProperty("look", "bare")
        self.target.setToolTip("Which column or array of the file the network shall tell")
        self.preview = DataPreview(tokens, self)
        self.noise, self.points, self.share, self.batch = (
            SliderRow(look, scale, self) for look, scale in (NOISE, POINTS, TRAIN_SHARE, BATCH_SIZE)
        )
        self.preview.painted.connect(self._on_painted)
        self.facts = DataFacts(self)
        self.column.addWidget(self.preview)
        self.column.addWidget(self.facts)
        self.other = self._link("Set up another run", self.other_wanted.emit)
        self.other.setToolTip("Choose data, network and optimizer of the run that Play begins")
        self.clear = self._link("Clear the points", self._clear)
        self.column.addWidget(self.target, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
        self._settings = self._rows()
        self.column.addWidget(self._settings)
        self.noise.edited.connect(lambda numbers: self._edit_generated(noise=numbers[0]))
        self.points.edited.connect(lambda numbers: self._edit_generated(count=int(numbers[0])))
        self.share.edited.connect(lambda numbers: self._edit(train_share=numbers[0]))
        self.batch.edited.connect(lambda numbers: self._edit(batch_size=int(numbers[0])))
        self._fill_menu()
        self.set_tokens(tokens)
        plan.changed.connect(self._on_plan)
        self._on_plan(plan.plan)

    def _link(self, text: str, clicked: Callable[[], None]) -> QPushButton:
        link = QPushButton(text, self)
        link.setProperty("look", "link")
        link.clicked.connect(lambda _=False: clicked())
        self.column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        return link

    def _rows(self) -> QWidget:
        settings = QWidget(self)
        rows = QVBoxLayout(settings)
        rows.setContentsMargins(0, 6, 0, 0)
        rows.setSpacing(0)
        for row in (self.noise, self.points, self.share, self.batch):
            row.refused.connect(self.refused)
            rows.addWidget(row)
        return settings

    def show_run(self, run: TrainingRun | None) -> None:
        """Show the data of the plan, or the samples that a typed program told."""
        is_typed = run is not None and run.is_typed
        if is_typed is not self._is_typed:
            self._is_typed = is_typed
            self._on_plan(self._plan.plan)
        self.facts.setVisible(not is_typed)
        if run is not None and is_typed:
            self.preview.show_samples(run.picture("data/train"), TYPED, self._first_pictures(run))
        else:
            self._show_look()

    def _show_look(self) -> None:
        """Show what was found in the data of the plan; painted points show by themselves."""
        data, look = self._training.data, self._training.data.look
        train, pictures, rows = look.picture("data/train"), look.picture("data/pictures"), rows_of(look)
        planned = self._plan.plan.data
        if isinstance(planned, PaintedData):
            self.facts.show_data(data, has_picture=len(planned.points) > 1)
            self._show_painted()
            return
        self.facts.show_data(data, has_picture=any(one is not None for one in (train, pictures, rows)))
        if train is not None and not is_drawable(train):
            train = None  # rows of a table, or sequences, which are no pictures though they may have square numbers
        trouble = look.answer.trouble
        rest = look.picture("data/validation")
        self.preview.show_samples(train, trouble or READING, pictures, rest, rows, is_trouble=bool(trouble))

    def _first_pictures(self, run: TrainingRun | None) -> Samples | None:
        """Return the first pictures that a run was seen to learn from: they stay while others come."""
        if run is not self._pictured[0]:
            self._pictured = run, None
        inputs = run.picture("batch/inputs") if run is not None else None
        if self._pictured[1] is None and inputs is not None and inputs.ndim == _BATCH_OF_PICTURES:
            self._pictured = run, inputs
        return self._pictured[1]

    def _show_painted(self) -> None:
        data = self._plan.plan.data
        if isinstance(data, PaintedData):
            points = np.asarray(data.points, dtype=np.float32).reshape(-1, 3)
            self.preview.show_samples(points if len(points) else None, PAINT)

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.choice.tint(tokens)
        self.target.tint(tokens)
        self.preview.set_tokens(tokens)

    def _fill_menu(self) -> None:
        for group in _GROUPS:
            for shape in group:
                entry = self._menu.addAction(shape.value)
                entry.triggered.connect(lambda _=False, shape=shape: self._choose(shape))
            self._menu.addSeparator()
        self._menu.addAction("painted points").triggered.connect(self._begin_painting)
        self._menu.addAction("CSV or NPZ file…").triggered.connect(self.file_wanted)
        self._menu.addAction("Folder of pictures…").triggered.connect(self.folder_wanted)

    def _choose(self, shape: Shape) -> None:
        told = self._training.choose_shape(shape)
        if told:
            self.changed.emit(told)

    def _offer_targets(self, data: FileData) -> None:
        """Let one of the columns or arrays of a file be told."""
        try:
            look = look_into(Path(data.path), data.target)
        except PlanError:
            self.target.hide()
            return
        self._targets.clear()
        for name in look.targets:
            entry = self._targets.addAction(name)
            entry.triggered.connect(lambda _=False, name=name: self._choose_target(Path(data.path), name))
        self.target.show_choice(f"target: {look.target}")
        self.target.setVisible(bool(look.targets))

    def _choose_target(self, path: Path, name: str) -> None:
        try:
            told = self._training.choose_file(path, name)
        except PlanError as error:
            self.refused.emit(str(error))
            return
        if told:
            self.changed.emit(told)

    def _begin_painting(self) -> None:
        if not isinstance(self._plan.plan.data, PaintedData):
            self._plan.use_data(PaintedData())

    def _clear(self) -> None:
        self._plan.use_data(PaintedData())

    def _on_painted(self, x: float, y: float, kind: int) -> None:
        data = self._plan.plan.data
        if isinstance(data, PaintedData):
            self._plan.use_data(PaintedData(points=(*data.points, (x, y, kind))))

    def _edit_generated(self, **changes: float) -> None:
        data = self._plan.plan.data
        if isinstance(data, GeneratedData):
            self._plan.use_data(replace(data, **changes))  # type: ignore[arg-type]  # each name takes its own kind of number

    def _edit(self, **changes: float) -> None:
        self._plan.edit(lambda plan: replace(plan, **changes))  # type: ignore[arg-type]  # as above

    def _on_plan(self, plan: TrainingPlan) -> None:
        data = plan.data
        name, _, rest = data_text(data).partition(" · ")
        self.choice.show_choice(name)
        self.note.show_text(OF_PROGRAM if self._is_typed else rest)
        match data:
            case GeneratedData(noise=noise, count=count):
                self.noise.show_numbers((noise,))
                self.points.show_numbers((float(count),))
            case FileData() | PaintedData():
                pass
        if (data, self._is_typed) != self._shown:
            self._shown = (data, self._is_typed)
            self.target.hide()
            if isinstance(data, FileData):
                self._offer_targets(data)
        self.points.setVisible(isinstance(data, GeneratedData))
        self.noise.setVisible(isinstance(data, GeneratedData) and SHAPES[data.shape].has_noise)
        is_painted = isinstance(data, PaintedData)
        self.clear.setVisible(is_painted and not self._is_typed)
        self.preview.let_paint(is_painting=is_painted and not self._is_typed)
        self.choice.setVisible(not self._is_typed)
        self._settings.setVisible(not self._is_typed)
        self.other.setVisible(self._is_typed)
        if self._is_typed:
            self.target.hide()
        if not self._is_typed:
            self._show_painted()
        self.share.show_numbers((plan.train_share,))
        self.batch.show_numbers((float(plan.batch_size),))
