"""Which metrics torchmetrics has that judge a network's outputs by one number, one a class, or one a pair of classes.

Each is made and tried on a few random outputs: what cannot take them, or gives something else (a curve), is left out.
"""

import re
import warnings
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torchmetrics import Metric, classification, regression

from engine.runtime.training.signatures import parameters_of, summary_of
from engine.training.catalogue import MetricTask, MetricType

_CLASSES = 3
_SAMPLES = 40
_LEFT_OUT = frozenset({"StatScores", "KLDivergence", "JensenShannonDivergence"})
"""Counts that are no measure, and what compares distributions, not numbers."""
_NEEDED = {"beta": 2.0, "p": 2.0, "threshold": 0.5}
"""What is tried for an argument that has to be given."""


def metric_types() -> Iterator[MetricType]:
    """Yield those for classes, then those for numbers."""
    generator = torch.Generator().manual_seed(0)
    shares = torch.rand(_SAMPLES, _CLASSES, generator=generator).softmax(1)
    numbers = torch.rand(_SAMPLES, 1, generator=generator)
    classes, signs = torch.arange(_SAMPLES) % _CLASSES, torch.arange(_SAMPLES)[:, None] % 2
    for name, kind in _metrics(classification):
        short = name.removeprefix("Multiclass")
        result = None if short == name or short in _LEFT_OUT else _tried(kind, shares, classes, num_classes=_CLASSES)
        if result is None:
            continue
        binary = getattr(classification, f"Binary{short}", None)
        takes_signs = binary is not None and _tried(binary, numbers, signs) is not None
        yield MetricType(
            name=short,
            parameters=parameters_of(kind),
            summary=_plain(summary_of(kind)),
            task=MetricTask.CLASSES,
            binary=tuple(one.name for one in parameters_of(binary)) if binary is not None and takes_signs else None,
            is_matrix=result.ndim == 2,
        )
    for name, kind in _metrics(regression):
        if name not in _LEFT_OUT and _tried(kind, numbers, numbers.flip(0)) is not None:
            yield MetricType(
                name=name, parameters=parameters_of(kind), summary=_plain(summary_of(kind)), task=MetricTask.NUMBERS
            )


def _metrics(module: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a module, classes of it
    for name, kind in sorted(vars(module).items()):
        if isinstance(kind, type) and issubclass(kind, Metric):
            yield name, kind


def _tried(kind: Any, told: Tensor, right: Tensor, **given: Any) -> Tensor | None:  # noqa: ANN401 - a class, arguments
    """Return what a metric gives of outputs and targets; None where that is nothing to be drawn."""
    needed = {one.name: _NEEDED[one.name] for one in parameters_of(kind) if one.default is None and one.name in _NEEDED}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            metric = kind(**needed, **given)
            metric.update(told, right)
            result = metric.compute()
    except (TypeError, ValueError, RuntimeError, IndexError):
        return None
    return result if isinstance(result, Tensor) and result.ndim <= 2 else None


def _plain(summary: str) -> str:
    """Return a summary without what is only markup, and without words for the one form of two."""
    return re.sub(r"(?<=\w)_(?=\W|$)", "", summary).replace("multiclass tasks", "classes")
