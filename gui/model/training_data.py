"""The data of the next training run as it was looked at: its samples, how they are split, and one batch."""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from engine.protocol.data import DataAnswer, DataRequest, TensorFacts
from engine.trace.tensors import shape_text, short_names
from engine.training.errors import PlanError
from engine.training.facts import array_of
from engine.training.plan import Data, FileData, GeneratedData, PaintedData, TrainingPlan
from engine.training.script import data_script_of
from engine.training.shape_source import SHAPES
from gui.model.observable import Event
from gui.model.training_fit import tells_classes
from gui.model.training_plan import PlanModel

Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DataQuestion:
    """What is asked about data, and of which data that is."""

    data: Data
    request: DataRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class DataLook:
    """What is known of data.

    Attributes:
        data: What it is the data of; None before anything is known.
        pictures: By the names that ``DataAnswer`` gives them.
        alphabet: The signs that the numbers of a sequence stand for; empty: they are numbers.
        labels: What the classes are called; empty: by their numbers.
    """

    data: Data | None = None
    answer: DataAnswer = field(default_factory=DataAnswer)
    pictures: dict[str, Numbers] = field(default_factory=dict)
    alphabet: str = ""
    labels: tuple[str, ...] = ()

    def picture(self, name: str) -> Numbers | None:
        """Return the picture of a name."""
        return self.pictures.get(name)

    def label(self, number: float) -> str:
        """Return what a class is called."""
        at = int(number) if np.isfinite(number) else -1
        return self.labels[at] if 0 <= at < len(self.labels) else f"{number:g}"


class DataModel:
    """Follows the plan, from the moment at which somebody wants to see its data.

    Attributes:
        asked: Data shall be looked at; the answer goes to ``take_answer``.
        changed: Something else is known.
        look: What is known of the plan's data, or while it is being read of what was there before.
        is_waiting: Whether it is being read.
    """

    def __init__(self, plan: PlanModel) -> None:
        self.asked: Event[DataQuestion] = Event()
        self.changed: Event[None] = Event()
        self.look = DataLook()
        self.is_waiting = False
        self._plan = plan
        self._newest: DataQuestion | None = None
        self._is_wanted = False
        plan.changed.connect(self._follow)

    def want(self) -> None:
        """Look at the data now, and whenever the plan has other data; a file may have changed since the last look."""
        self._is_wanted, self._newest = True, None
        self._follow(self._plan.plan)

    def _follow(self, plan: TrainingPlan) -> None:
        if not self._is_wanted:
            return
        try:
            question = DataQuestion(plan.data, _request(plan))
        except PlanError as error:
            self._newest, self.is_waiting = None, False
            self.look = DataLook(data=plan.data, answer=DataAnswer(trouble=str(error)))
            self.changed.emit(None)
            return
        if question != self._newest:
            self._newest, self.is_waiting = question, True
            if self.look.data is not None and not is_like(self.look.data, plan.data):
                self.look = DataLook()
            self.asked.emit(question)
            self.changed.emit(None)

    def take_answer(self, question: DataQuestion, answer: DataAnswer) -> None:
        """Take what was found; of an older question it is dropped."""
        if question is not self._newest:
            return
        self.is_waiting = False
        made = SHAPES[question.data.shape] if isinstance(question.data, GeneratedData) else None
        self.look = DataLook(
            data=question.data,
            answer=answer,
            pictures={picture.name: array_of(picture) for picture in answer.pictures},
            alphabet="" if made is None else made.alphabet,
            labels=answer.labels if made is None else made.labels,
        )
        self.changed.emit(None)


def _request(plan: TrainingPlan) -> DataRequest:
    data, program = plan.data, data_script_of(_without_workers(plan))
    has_classes = tells_classes(plan)
    if isinstance(data, FileData):
        return DataRequest(program=program, has_classes=has_classes, path=data.path, target=data.target)
    return DataRequest(program=program, has_classes=has_classes)


def _without_workers(plan: TrainingPlan) -> TrainingPlan:
    """A look reads one batch: processes that read ahead would only make it slower."""
    return replace(plan, workers=0)


def is_like(one: Data, other: Data) -> bool:
    """Return whether two are of the same kind: of other noise or size, a picture of one still speaks of the other."""
    if isinstance(one, GeneratedData) and isinstance(other, GeneratedData):
        return one.shape is other.shape
    if isinstance(one, FileData) and isinstance(other, FileData):
        return one.path == other.path
    return isinstance(one, PaintedData) and isinstance(other, PaintedData)


def split_text(answer: DataAnswer) -> str:
    """Return how the samples are split, and how many there are of each class; empty where that is not known."""
    if not answer.train:
        return ""
    parts = [f"{answer.train:,} train"]
    if answer.validation:
        parts.append(f"{answer.validation:,} validation")
    totals = [train + rest for train, rest in answer.counts]
    if totals:
        low, high = min(totals), max(totals)
        each = f"{low:,}" if low == high else f"{low:,}–{high:,}"
        parts.append(f"{len(totals)} classes of {each}")
    return " · ".join(parts)


def batch_text(answer: DataAnswer) -> str:
    """Return shapes and types of a batch; empty where none could be read."""
    if answer.inputs is None or answer.targets is None:
        return ""
    return f"{_tensor_text(answer.inputs)} → {_tensor_text(answer.targets)}"


def counts_text(look: DataLook) -> str:
    """Return how many samples of each class are trained on and kept for validation, a line each."""
    return "\n".join(
        f"{look.label(number)}: {train:,} train, {rest:,} validation"
        for number, (train, rest) in enumerate(look.answer.counts)
    )


def trouble_text(look: DataLook) -> str:
    """Return what is wrong with the data: why it cannot be read, or a class that nothing can be learned of."""
    empty = next((number for number, (train, _) in enumerate(look.answer.counts) if not train), None)
    if look.answer.trouble or empty is None:
        return look.answer.trouble
    return f"Class {look.label(empty)} has no samples to train on."


def _tensor_text(tensor: TensorFacts) -> str:
    return f"{shape_text(tensor.shape)} {short_names.get(tensor.type, tensor.type)}"
