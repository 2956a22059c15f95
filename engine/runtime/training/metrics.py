"""Metrics that a program keeps in variables of known names, as most training scripts do.

A number that a module-level variable of one of these names holds is told each time that it is assigned anew; a program
needs to know nothing of Chainrule for that. So are all numbers of a dict by its keys, as a ``MetricCollection`` of
torchmetrics gives one. Whatever else is to become a curve goes through ``engine.log``.
"""

from collections.abc import Iterator, Mapping, Set
from typing import TypeAlias

import numpy as np
from torch import Tensor

from engine.runtime.compat import quiet
from engine.runtime.training.outbox import Outbox
from engine.training.facts import Picture

METRIC_NAMES = {
    "validation_loss": "validation loss",
    "val_loss": "validation loss",
    "test_loss": "validation loss",
    "validation_accuracy": "accuracy",
    "val_accuracy": "accuracy",
    "val_acc": "accuracy",
    "test_accuracy": "accuracy",
    "test_acc": "accuracy",
    "accuracy": "accuracy",
    "train_accuracy": "training accuracy",
    "train_acc": "training accuracy",
}
"""Curves by the names of variables."""
SCORE_NAMES = {
    "train_scores": "",
    "train_metrics": "",
    "validation_scores": "validation ",
    "validation_metrics": "validation ",
    "val_scores": "validation ",
    "val_metrics": "validation ",
    "test_scores": "validation ",
    "test_metrics": "validation ",
}
"""What the names of curves begin with, by the names of variables that are dicts of numbers."""
_NAMES = frozenset({*METRIC_NAMES, *SCORE_NAMES})
_MOST_PARTS = 64
_LOOK_ANEW = 16
"""Every so many-th time it is looked which names there are although there are as many as before."""
Score: TypeAlias = float | Tensor


class MetricWatch:
    """Notices new numbers in a program's variables."""

    def __init__(self, outbox: Outbox, namespace: Mapping[str, object]) -> None:
        self._outbox = outbox
        self._namespace = namespace
        self._seen: dict[str, object] = {}
        self._size = -1
        self._calls = 0
        self._present: Set[str] = frozenset()
        self._numbers: tuple[tuple[str, str], ...] = ()
        self._dicts: tuple[tuple[str, str], ...] = ()

    def forget(self) -> None:
        """Take what the variables hold now as told already."""
        self._seen.update({name: self._namespace.get(name) for name in (*METRIC_NAMES, *SCORE_NAMES)})

    def tell(self, iteration: int) -> None:
        """Tell what was assigned since the last time; ``iteration`` is how many are done."""
        self._calls += 1
        if len(self._namespace) != self._size or self._calls % _LOOK_ANEW == 0:
            self._find()
        get, seen = self._namespace.get, self._seen
        for variable in self._present:
            if get(variable) is not seen.get(variable):
                self._tell_fresh(max(0, iteration - 1))
                return

    def _tell_fresh(self, last: int) -> None:
        for name, score in self._fresh():
            if isinstance(score, Tensor):
                array = np.ascontiguousarray(score.numpy(), dtype="<f4")
                self._outbox.show(Picture(last, f"scores/{name}", array.shape, array.tobytes()))
            else:
                self._outbox.points.append((name, last, score))

    def _fresh(self) -> list[tuple[str, Score]]:
        """Return the curves whose variables were assigned since the last call, with their numbers.

        A tensor stands for a matrix [rows, columns], which is no curve but a picture.
        """
        get, seen = self._namespace.get, self._seen
        found: list[tuple[str, Score]] = []
        for variable, curve in self._numbers:
            value = get(variable)
            if value is not None and value is not seen.get(variable):
                seen[variable] = value
                number = _number(value)
                if number is not None:
                    found.append((curve, number))
        for variable, start in self._dicts:
            value = get(variable)
            if value is not None and value is not seen.get(variable):
                seen[variable] = value
                if isinstance(value, dict):
                    found.extend(_scores(start, value))
        return found

    def _find(self) -> None:
        """Look which of the names there are."""
        self._size = len(self._namespace)
        present = self._namespace.keys() & _NAMES
        if present != self._present:
            self._present = present
            self._numbers = tuple((name, curve) for name, curve in METRIC_NAMES.items() if name in present)
            self._dicts = tuple((name, start) for name, start in SCORE_NAMES.items() if name in present)


def _scores(start: str, scores: Mapping[object, object]) -> Iterator[tuple[str, Score]]:
    """Yield the numbers of a dict; those of a tensor by class get curves of their own."""
    for key, value in scores.items():
        if not isinstance(key, str):
            continue
        number = _number(value)
        if number is not None:
            yield start + key, number
        elif isinstance(value, Tensor) and not value.is_complex() and 0 < value.numel() <= _MOST_PARTS**2:
            with quiet():
                numbers = value.detach().float().cpu()
                if numbers.ndim == 1:
                    parts = enumerate(numbers.tolist()[:_MOST_PARTS])
                    yield from ((f"{start}{key} {place}", part) for place, part in parts)
                elif numbers.ndim == 2:
                    yield start + key, numbers


def _number(value: object) -> float | None:
    if isinstance(value, Tensor):
        if value.numel() != 1 or value.is_complex():
            return None
        with quiet():
            return float(value.item())
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
