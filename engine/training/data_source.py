"""The part of a training script that makes or reads the data, for every kind of data."""

import ast
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import PurePath

from engine.training.errors import PlanError
from engine.training.file_source import csv_source, folder_source, npz_source
from engine.training.plan import Data, FileData, GeneratedData, PaintedData, Shape
from engine.training.shape_source import SHAPES


class Task(Enum):
    """What is to be told from the inputs."""

    CLASSES = auto()
    """One class a sample: targets are class numbers [N]."""
    TOKENS = auto()
    """One class for each place of a sequence: targets [N, places]."""
    NUMBERS = auto()
    """Numbers: targets [N, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """The text that makes ``all_inputs`` and ``all_targets`` (or, for ``is_dataset``, ``dataset``), and what they are.

    Attributes:
        imports: Lines that the text needs.
        functions: Definitions.
        calling: Lines that make the tensors.
        classes: How many there are where the plan alone says it.
    """

    imports: tuple[str, ...]
    functions: str
    calling: str
    task: Task
    classes: int | None = None
    is_dataset: bool = False


def data_source(data: Data, *, wants_classes: bool) -> DataSource:
    """Return how a script gets its data; ``wants_classes`` says what a file's target column means to the loss.

    Raises:
        PlanError: If something is missing or of no known kind.
    """
    match data:
        case GeneratedData():
            return _generated(data)
        case PaintedData():
            return _painted(data)
        case FileData():
            return _from_file(data, wants_classes=wants_classes)


def _generated(data: GeneratedData) -> DataSource:
    if data.count < 2:
        raise PlanError(f"Data of {data.count} samples cannot be learned from.")
    if data.noise < 0:
        raise PlanError("Noise cannot be negative.")
    made = SHAPES[data.shape]
    arguments = f"count={data.count}"
    arguments += f", noise={data.noise!r}" if made.has_noise else ""
    arguments += f", seed={data.seed}" if made.has_seed else ""
    return DataSource(
        imports=made.imports,
        functions=made.text,
        calling=f"all_inputs, all_targets = {made.function}({arguments})",
        task=_task(data.shape),
        classes=made.classes,
    )


def _task(shape: Shape) -> Task:
    if shape in {Shape.CURVE, Shape.SURFACE}:
        return Task.NUMBERS
    return Task.TOKENS if shape in {Shape.COPY, Shape.SORT} else Task.CLASSES


def _painted(data: PaintedData) -> DataSource:
    classes = {point[2] for point in data.points}
    if len(data.points) < 2:
        raise PlanError("Paint at least two points first.")
    if min(classes) < 0:
        raise PlanError("A class of a painted point cannot be negative.")
    missing = next((number for number in range(max(classes)) if number not in classes), None)
    if missing is not None:
        raise PlanError(f"Class {missing} has no points: paint some, or leave out the classes behind it.")
    rows = "\n".join(f"        [{x:.4g}, {y:.4g}, {number}]," for x, y, number in data.points)
    calling = (
        f"points = torch.tensor(\n    [\n{rows}\n    ]\n)\nall_inputs, all_targets = points[:, :2], points[:, 2].long()"
    )
    return DataSource(imports=(), functions="", calling=calling, task=Task.CLASSES, classes=max(classes) + 1)


def _from_file(data: FileData, *, wants_classes: bool) -> DataSource:
    if not data.path:
        raise PlanError("Choose a file first.")
    path, target = _literal(data.path), _literal(data.target)
    match PurePath(data.path).suffix.lower():
        case ".csv" | ".tsv" | ".txt":
            imports, functions = csv_source(has_classes=wants_classes)
            calling = f"all_inputs, all_targets = read_table({path}, target={target})"
        case ".npz":
            imports, functions = npz_source(has_classes=wants_classes)
            calling = f"all_inputs, all_targets = read_arrays({path}, target={target})"
        case "":
            imports, functions = folder_source()
            calling = f"dataset = PictureFolder({path})"
            return DataSource(imports=imports, functions=functions, calling=calling, task=Task.CLASSES, is_dataset=True)
        case other:
            raise PlanError(f"A {other} file is of no known kind: data comes as .csv, .npz or a folder of pictures.")
    task = Task.CLASSES if wants_classes else Task.NUMBERS
    return DataSource(imports=imports, functions=functions, calling=calling, task=task)


def _literal(text: str) -> str:
    written = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if text.isprintable() else repr(text)
    assert ast.literal_eval(written) == text
    return written
