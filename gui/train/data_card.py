"""What is trained on: which data, a small picture of it, and how it is cut into batches."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from engine.training.plan import FileData, GeneratedData, PaintedData, Shape, TrainingPlan
from gui.model.training_plan import PlanModel
from gui.model.training_sentences import data_text
from gui.theme.tokens import Tokens
from gui.train.data_preview import DataPreview
from gui.train.hypers import BATCH_SIZE, NOISE, POINTS, TRAIN_SHARE
from gui.train.points import Samples
from gui.train.section import Section
from gui.train.slider_row import SliderRow
from gui.widgets.buttons import Chip

_GROUPS = (
    (Shape.CIRCLES, Shape.MOONS, Shape.XOR, Shape.TWO_SPIRALS, Shape.THREE_SPIRALS, Shape.GAUSSIANS),
    (Shape.CURVE, Shape.SURFACE),
    (Shape.DIGITS,),
    (Shape.NAMES, Shape.COPY, Shape.SORT, Shape.PARITY),
)
NOT_DRAWN = "The data is drawn here as soon as training has begun."
NO_PICTURE = "These samples have more than two inputs: they are not drawn."


class DataCard(Section):
    """Shows and edits the data of the plan.

    Signals:
        file_wanted: A file or folder shall be chosen.
        refused: Why something typed cannot be taken.
    """

    file_wanted = Signal()
    refused = Signal(str)

    def __init__(self, plan: PlanModel, tokens: Tokens, parent: QWidget) -> None:
        super().__init__("Data", "", parent)
        self._plan = plan
        self._menu = QMenu(self)
        self.choice = Chip("Data", self._menu, self)
        self.choice.setProperty("look", "bare")
        self.choice.setToolTip("Which data is trained on")
        self.head.insertWidget(1, self.choice)
        self.preview = DataPreview(tokens, self)
        self.noise, self.points, self.share, self.batch = (
            SliderRow(look, scale, self) for look, scale in (NOISE, POINTS, TRAIN_SHARE, BATCH_SIZE)
        )
        self.column.addWidget(self.preview)
        self.column.addSpacing(6)
        for row in (self.noise, self.points, self.share, self.batch):
            row.refused.connect(self.refused)
            self.column.addWidget(row)
        self.noise.edited.connect(lambda numbers: self._edit_generated(noise=numbers[0]))
        self.points.edited.connect(lambda numbers: self._edit_generated(count=int(numbers[0])))
        self.share.edited.connect(lambda numbers: self._edit(train_share=numbers[0]))
        self.batch.edited.connect(lambda numbers: self._edit(batch_size=int(numbers[0])))
        self._fill_menu()
        self.set_tokens(tokens)
        plan.changed.connect(self._on_plan)
        self._on_plan(plan.plan)

    def show_samples(self, samples: Samples | None) -> None:
        """Draw the samples that were told, if any were."""
        self.preview.show_samples(samples, NOT_DRAWN if samples is None else NO_PICTURE)

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.choice.tint(tokens)
        self.preview.set_tokens(tokens)

    def _fill_menu(self) -> None:
        for group in _GROUPS:
            for shape in group:
                entry = self._menu.addAction(shape.value)
                entry.triggered.connect(lambda _=False, shape=shape: self._choose(shape))
            self._menu.addSeparator()
        self._menu.addAction("CSV, NPZ or a folder of pictures…").triggered.connect(self.file_wanted)

    def _choose(self, shape: Shape) -> None:
        data = self._plan.plan.data
        old = data if isinstance(data, GeneratedData) else GeneratedData(shape=shape)
        self._plan.use_data(replace(old, shape=shape))

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
        self.note.show_text(rest)
        match data:
            case GeneratedData(noise=noise, count=count):
                self.noise.show_numbers((noise,))
                self.points.show_numbers((float(count),))
            case FileData() | PaintedData():
                pass
        for row in (self.noise, self.points):
            row.setVisible(isinstance(data, GeneratedData))
        self.share.show_numbers((plan.train_share,))
        self.batch.show_numbers((float(plan.batch_size),))
