"""Writes the catalogue of losses, optimizers and schedules from the installed torch.

``python -m engine.runtime.training.catalogue``. Names, defaults and kinds of arguments come from the signatures; what
torch says nowhere, what a loss compares with and when a schedule steps, stands in tables here.
"""

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import torch
from torch import nn
from torch.optim import Optimizer, lr_scheduler

from engine.network.catalogue import Parameter, ParameterKind
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
_UNSHOWN = {
    "self", "params", "optimizer", "size_average", "reduce", "capturable", "differentiable", "last_epoch", "verbose",
    "weight", "pos_weight", "scale_fn", "momentum_buffer",
}  # fmt: skip
"""Arguments that are objects of the program, deprecated, or of no use to a plan."""
_WORDS = {
    "reduction": ("mean", "sum"),
    "line_search_fn": ("strong_wolfe",),
    "scale_mode": ("cycle", "iterations"),
    "threshold_mode": ("rel", "abs"),
    "anneal_strategy": ("cos", "linear"),
}
_MODES = {"min": ("min", "max"), "triangular": ("triangular", "triangular2", "exp_range")}
_RHYTHM = {"OneCycleLR": Rhythm.BATCH, "CyclicLR": Rhythm.BATCH, "ReduceLROnPlateau": Rhythm.PLATEAU}
_SUMMARY_LIMIT = 160


def choice_file() -> bytes:
    """Return the catalogue file."""
    made = ChoiceFile(
        torch=torch.__version__.partition("+")[0],
        losses=tuple(loss_types()),
        optimizers=tuple(
            OptimizerType(
                name=name,
                parameters=_parameters(kind),
                summary=_summary(kind),
                needs_closure=inspect.signature(kind.step).parameters["closure"].default is inspect.Parameter.empty,
            )
            for name, kind in _subclasses(vars(torch.optim).items(), Optimizer)
        ),
        schedules=tuple(
            ScheduleType(
                name=name,
                parameters=_parameters(kind),
                summary=_summary(kind),
                rhythm=_RHYTHM.get(name, Rhythm.EPOCH),
            )
            for name, kind in _subclasses(vars(lr_scheduler).items(), lr_scheduler.LRScheduler)
            if not any("Callable" in str(one.annotation) for one in _needed(kind))
        ),
    )
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def loss_types() -> Iterator[LossType]:
    """Yield the losses that take outputs and targets and nothing else."""
    for name, kind in _subclasses(vars(nn).items(), nn.Module):
        if name.endswith("Loss") and _compares(kind):
            targets = _TARGETS.get(name, Targets.NUMBERS)
            yield LossType(name=name, parameters=_parameters(kind), summary=_summary(kind), targets=targets)


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


def _parameters(kind: type) -> tuple[Parameter, ...]:
    return tuple(
        _parameter(one)
        for name, one in inspect.signature(kind).parameters.items()
        if name not in _UNSHOWN and one.kind not in {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    )


def _parameter(found: inspect.Parameter) -> Parameter:
    default = None if found.default is inspect.Parameter.empty else repr(found.default)
    words = _MODES.get(str(found.default), ()) if found.name == "mode" else _WORDS.get(found.name, ())
    return Parameter(found.name, ParameterKind.CHOICE if words else _kind(found), default, words)


def _kind(found: inspect.Parameter) -> ParameterKind:
    annotation, default = str(found.annotation), found.default
    if isinstance(default, bool) or (default is None and "bool" in annotation):
        return ParameterKind.BOOL
    if isinstance(default, tuple) or "tuple" in annotation:
        return ParameterKind.PAIR
    if "list" in annotation or "Iterable" in annotation:
        return ParameterKind.FLOAT if "float" in annotation else ParameterKind.SHAPE
    return ParameterKind.INT if "int" in annotation and not isinstance(default, float) else ParameterKind.FLOAT


def _summary(kind: type) -> str:
    text = re.sub(r":\w+:`~?([^`]*)`", r"\1", inspect.getdoc(kind) or "")
    first = " ".join(text.split("\n\n", 1)[0].split()).replace("`", "")
    return first if len(first) <= _SUMMARY_LIMIT else ""


if __name__ == "__main__":
    CHOICES_FILE.write_bytes(choice_file())
