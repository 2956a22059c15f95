"""What lies in a file of data, as far as a plan has to know it: what can be told, the size of a sample, the classes.

It reads as little as it can, and executes nothing; what the training itself cannot use it says in its own words later.
"""

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from PIL import Image, UnidentifiedImageError

from engine.training.errors import PlanError

MOST_ROWS = 20_000
MOST_CLASSES = 50
"""Whole numbers with more different values than this are numbers to be told, and no classes."""
_PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLook:
    """What data from a file asks of a network.

    Attributes:
        targets: Names of what can be told: columns or arrays; none of a folder.
        target: The one that is told.
        inputs: Shape of one sample.
        is_signs: Whether it is made of whole numbers that name things.
        answers: Classes, or numbers a sample.
        has_classes: Whether classes are told.
        labels: What the classes are called, in the order of their numbers; none where that is not known.
        columns: What the numbers of a row are called; none where they have no names.
    """

    targets: tuple[str, ...] = ()
    target: str = ""
    inputs: tuple[int, ...] = ()
    is_signs: bool = False
    answers: int = 1
    has_classes: bool = False
    labels: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


def look_into(path: Path, target: str = "") -> FileLook:
    """Look into a CSV or NPZ file or a folder of pictures; an empty target is the last one.

    Raises:
        PlanError: If there is nothing that can be learned from; one sentence.
    """
    try:
        if path.is_dir():
            return _folder(path)
        return _arrays(path, target) if path.suffix.lower() == ".npz" else _table(path, target)
    except PlanError:
        raise
    except (OSError, EOFError, ValueError, BadZipFile, csv.Error, UnidentifiedImageError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged, or of another kind"
        raise PlanError(f"“{path.name}” cannot be read: {reason}.") from error


def _table(path: Path, target: str) -> FileLook:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        names = next(reader, [])
        rows = [row for row, _ in zip(reader, range(MOST_ROWS), strict=False) if row]
    if not rows:
        raise PlanError(f"“{path.name}” has no rows below a head line.")
    if len(names) < 2:
        raise PlanError(f"“{path.name}” has one column only; inputs and a target are needed.")
    target = target if target in names else names[-1]
    at = names.index(target)
    values = [row[at] for row in rows if len(row) > at]
    classes = _classes(values)
    return FileLook(
        targets=tuple(names),
        target=target,
        inputs=(len(names) - 1,),
        answers=classes or 1,
        has_classes=classes > 0,
        labels=tuple(sorted(set(values))) if classes else (),
        columns=tuple(name for name in names if name != target),
    )


def _classes(values: list[str]) -> int:
    """Return how many classes the values of a column are; 0: they are numbers to be told."""
    different = set(values)
    try:
        numbers = [float(value) for value in different]
    except ValueError:
        return len(different)
    is_whole = all(math.isfinite(number) and number.is_integer() for number in numbers)
    return len(different) if is_whole and len(different) <= MOST_CLASSES else 0


def _arrays(path: Path, target: str) -> FileLook:
    with np.load(path, allow_pickle=False) as file:
        names = tuple(file.files)
        if len(names) < 2:
            raise PlanError(f"“{path.name}” has to hold an array of inputs and one of targets.")
        target = target if target in names else names[-1]
        try:
            inputs, targets = file[next(name for name in names if name != target)], file[target]
        except ValueError as error:
            raise PlanError(f"“{path.name}” holds objects, which are not read.") from error
    is_float = targets.dtype.kind == "f"
    flat = targets.reshape(len(targets), -1) if targets.ndim else targets.reshape(1, 1)
    count = len(np.unique(targets)) if not is_float else 0
    has_classes = not is_float and count <= max(MOST_CLASSES, 2)
    return FileLook(
        targets=names,
        target=target,
        inputs=tuple(int(size) for size in inputs.shape[1:]) or (1,),
        is_signs=inputs.dtype.kind in "iub",
        answers=count if has_classes else int(flat.shape[1]),
        has_classes=has_classes,
        labels=tuple(str(one) for one in np.unique(targets)) if has_classes else (),
    )


def _folder(path: Path) -> FileLook:
    classes = sorted(one for one in path.iterdir() if one.is_dir())
    if len(classes) < 2:
        raise PlanError(f"“{path.name}” has to hold one folder for each of at least two classes.")
    first = next((one for one in sorted(classes[0].iterdir()) if one.suffix.lower() in _PICTURES), None)
    if first is None:
        raise PlanError(f"The class {classes[0].name} has no pictures.")
    with Image.open(first) as picture:
        width, height = picture.size
    names = tuple(sorted(one.name for one in classes))
    return FileLook(inputs=(3, height, width), answers=len(classes), has_classes=True, labels=names)
