"""Looks into data: runs the part of a training script that makes the loaders, and reads one batch of it."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from msgspec.structs import replace
from torch import Tensor
from torch.utils.data import Subset, TensorDataset

from engine.protocol.data import DataAnswer, DataRequest, TensorFacts
from engine.runtime.training.samples import samples_of, single_targets
from engine.training.errors import PlanError
from engine.training.facts import Picture
from engine.training.faults import fault_text
from engine.training.file_look import look_into

MOST_PICTURES = 40
MOST_SHOWN = 32
"""Samples of the batch."""
MOST_SHOWN_NUMBERS = 1_000_000
_SMALL_PX, _TILE_PX = 32, 72
"""Sides of the pictures that are looked at: many of them, and those of the batch."""
_PICTURE_DIMS = 3


def look_at(request: DataRequest) -> DataAnswer:
    """Return what lies in the data; what cannot be read is told, and the rest all the same.

    The program is made by ``engine.training.script`` of a plan: the plan's own words stand in it as literals only.
    """
    names: dict[str, Any] = {"__name__": "data"}
    answer = DataAnswer()
    try:
        if request.path:
            look = look_into(Path(request.path), request.target)
            answer = DataAnswer(labels=look.labels, columns=look.columns)
        exec(compile(request.program, "<data>", "exec"), names)  # noqa: S102 - see above
        train, validation = names["train_loader"], names.get("validation_loader")
        rest = None if validation is None else validation.dataset
        answer = replace(
            answer,
            train=len(train.dataset),
            validation=0 if rest is None else len(rest),
            counts=_counts(train.dataset, rest) if request.has_classes else (),
            pictures=tuple(_samples("data/train", train.dataset)) + tuple(_samples("data/validation", rest)),
        )
        return _with_batch(answer, next(iter(train)), train.dataset)
    except PlanError as error:
        return replace(answer, trouble=str(error))
    except Exception as error:  # noqa: BLE001 - whatever reading raises is what is told
        return replace(answer, trouble=fault_text(f"{type(error).__name__}: {error}"))


def _samples(name: str, dataset: object) -> Iterable[Picture]:
    found = samples_of(dataset)
    if found is not None:
        yield Picture(0, name, found.shape, found.tobytes())


def _counts(train: object, rest: object) -> tuple[tuple[int, int], ...]:
    """Return how many samples of each class there are, and for validation; none where samples have no single class."""
    counted = [Counter(_classes(dataset)) for dataset in (train, rest)]
    most = max((number for one in counted for number in one), default=-1)
    return tuple((counted[0][number], counted[1][number]) for number in range(most + 1))


def _classes(dataset: Any) -> list[int]:  # noqa: ANN401 - a dataset of any kind, or None
    chosen: Any = slice(None)
    if type(dataset) is Subset:
        chosen, dataset = list(dataset.indices), dataset.dataset
    if type(dataset) is TensorDataset:
        told = single_targets(dataset.tensors[1][chosen])
        return [] if told is None else [int(number) for number in told.tolist()]
    pairs = getattr(dataset, "samples", [])  # a folder of pictures: where each lies, and its class
    places = range(len(pairs))[chosen] if isinstance(chosen, slice) else chosen
    return [pairs[place][1] for place in places]


def _with_batch(answer: DataAnswer, batch: Any, dataset: Any) -> DataAnswer:  # noqa: ANN401 - what the loader gives
    inputs, targets = batch
    shown = _thinned(inputs, _TILE_PX) if inputs.ndim == _PICTURE_DIMS + 1 else inputs
    count = min(MOST_SHOWN, len(inputs), max(1, MOST_SHOWN_NUMBERS // max(1, shown[:1].numel())))
    pictures = [*answer.pictures, _picture("batch/inputs", shown[:count])]
    if targets.ndim <= 2:
        pictures.append(_picture("batch/targets", targets[:count]))
    if inputs.ndim == _PICTURE_DIMS + 1:
        few = [_thinned(dataset[place][0][None], _SMALL_PX) for place in range(min(MOST_PICTURES, len(dataset)))]
        pictures.append(_picture("data/pictures", torch.cat(few)))
    return replace(answer, inputs=_facts(inputs), targets=_facts(targets), pictures=tuple(pictures))


def _thinned(pictures: Tensor, most_px: int) -> Tensor:
    """Return pictures [pictures, channels, rows, columns] with every n-th pixel, so that no side is much longer."""
    step = max(1, max(pictures.shape[2:]) // most_px)
    return pictures[:, :, ::step, ::step]


def _facts(tensor: Tensor) -> TensorFacts:
    return TensorFacts(shape=tuple(tensor.shape), type=str(tensor.dtype).removeprefix("torch."))


def _picture(name: str, tensor: Tensor) -> Picture:
    array = np.ascontiguousarray(tensor.detach().float().numpy(), dtype="<f4")
    return Picture(0, name, array.shape, array.tobytes())
