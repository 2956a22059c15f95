"""Writes the catalogue of losses, optimizers, schedules and metrics from the installed torch and torchmetrics.

``python -m engine.runtime.training.catalogue``. Names, defaults and kinds of arguments come from the signatures; what
torch says nowhere, what a loss compares with and when a schedule steps, stands in tables here.
"""

import inspect
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import torch
import torchmetrics
from torch import nn
from torch.optim import Optimizer, lr_scheduler

from engine.runtime.training.metric_types import metric_types
from engine.runtime.training.signatures import parameters_of, summary_of
from engine.training.catalogue import (
    CHOICES_FILE,
    ChoiceFile,
    LossType,
    OptimizerType,
    Rhythm,
    ScheduleType,
    Targets,
)

_TARGETS = {
    "CrossEntropyLoss": Targets.CLASSES,
    "NLLLoss": Targets.CLASSES,
    "MultiMarginLoss": Targets.CLASSES,
    "BCELoss": Targets.SHARES,
    "BCEWithLogitsLoss": Targets.SHARES,
    "MultiLabelSoftMarginLoss": Targets.SHARES,
    "SoftMarginLoss": Targets.SIGNS,
    "HingeEmbeddingLoss": Targets.SIGNS,
}
"""All others compare with numbers."""
_LEFT_OUT = {"NLLLoss2d", "MultiLabelMarginLoss", "SparseAdam", "LRScheduler", "SequentialLR", "ChainedScheduler"}
_LEFT_OUT |= {"LinearCrossEntropyLoss"}
"""Deprecated, for targets or gradients of a kind of their own, made of other schedules, or with weights."""
_RHYTHM = {"OneCycleLR": Rhythm.BATCH, "CyclicLR": Rhythm.BATCH, "ReduceLROnPlateau": Rhythm.PLATEAU}


def choice_file() -> bytes:
    """Return the catalogue file."""
    made = ChoiceFile(
        torch=torch.__version__.partition("+")[0],
        losses=tuple(loss_types()),
        optimizers=tuple(
            OptimizerType(
                name=name,
                parameters=parameters_of(kind),
                summary=summary_of(kind),
                needs_closure=inspect.signature(kind.step).parameters["closure"].default is inspect.Parameter.empty,
            )
            for name, kind in _subclasses(vars(torch.optim).items(), Optimizer)
        ),
        schedules=tuple(
            ScheduleType(
                name=name,
                parameters=parameters_of(kind),
                summary=summary_of(kind),
                rhythm=_RHYTHM.get(name, Rhythm.EPOCH),
            )
            for name, kind in _subclasses(vars(lr_scheduler).items(), lr_scheduler.LRScheduler)
            if not any("Callable" in str(one.annotation) for one in _needed(kind))
        ),
        torchmetrics=torchmetrics.__version__,
        metrics=tuple(metric_types()),
    )
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def loss_types() -> Iterator[LossType]:
    """Yield the losses that take outputs and targets and nothing else."""
    for name, kind in _subclasses(vars(nn).items(), nn.Module):
        if name.endswith("Loss") and _compares(kind):
            targets = _TARGETS.get(name, Targets.NUMBERS)
            yield LossType(name=name, parameters=parameters_of(kind), summary=summary_of(kind), targets=targets)


def _compares(kind: Any) -> bool:  # noqa: ANN401 - a class of modules
    """Return whether a loss takes outputs and targets, and nothing else."""
    names = list(inspect.signature(kind.forward).parameters)[1:]
    return len(names) == 2 and names[0].endswith("input") and names[1] == "target"


def _subclasses(members: Iterable[tuple[str, object]], base: type) -> Iterator[tuple[str, Any]]:
    for name, kind in members:
        is_own = isinstance(kind, type) and issubclass(kind, base) and kind is not base and not name.startswith("_")
        if is_own and name not in _LEFT_OUT:
            yield name, kind


def _needed(kind: type) -> list[inspect.Parameter]:
    found = inspect.signature(kind).parameters.values()
    return [one for one in found if one.default is inspect.Parameter.empty]


if __name__ == "__main__":
    CHOICES_FILE.write_bytes(choice_file())
