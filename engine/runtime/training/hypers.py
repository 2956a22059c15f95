"""The numbers of an optimizer that can be changed while it runs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from weakref import WeakSet

import torch
from torch import Tensor
from torch.optim import Optimizer, RMSprop
from torch.optim.lr_scheduler import LRScheduler

from engine.runtime.compat import quiet
from engine.runtime.recorder.patches import PatchSet
from engine.training.facts import Hyper

CLIP = "clip norm"
_RATES = ("initial_lr", "max_lr", "min_lr")
"""Where schedules keep rates in a group, beside ``base_lrs`` of their own."""


_FIXED = frozenset({"params", "foreach", "fused", "capturable", "differentiable", "amsgrad", "centered", *_RATES})
_FIXED |= {"base_momentum", "max_momentum", "decoupled_weight_decay"}
"""What cannot change once an optimizer has stepped, or belongs to a schedule."""


@dataclass(slots=True)
class LiveClip:
    """The norm that a person clips gradients to while a program without clipping of its own runs; None: none."""

    norm: float | None = None


class HyperError(Exception):
    """A hyper-parameter cannot be changed like that; the text is one sentence."""


def hypers_of(optimizer: Optimizer, clip: float | None) -> Hyper:
    """Return the numbers of the first group."""
    found = {name: numbers_in(value) for name, value in optimizer.param_groups[0].items() if name not in _FIXED}
    known = {name: numbers for name, numbers in found.items() if numbers}
    known[CLIP] = () if clip is None else (clip,)
    return Hyper(type(optimizer).__name__, tuple(known), tuple(known.values()))


def rate_of(optimizer: Optimizer) -> float | None:
    """Return the learning rate of the first group, None where it has none."""
    rate = optimizer.param_groups[0].get("lr")
    if isinstance(rate, Tensor):
        with quiet():
            return float(rate.item())
    return float(rate) if isinstance(rate, (int, float)) else None


def set_hyper(optimizer: Optimizer, schedules: Iterable[LRScheduler], name: str, numbers: tuple[float, ...]) -> str:
    """Change a number of every group and say what was done; a schedule goes on from a new rate.

    Raises:
        HyperError: If there is no such number, or it cannot be that.
    """
    old = numbers_in(optimizer.param_groups[0].get(name))
    if not old or name in _FIXED:
        raise HyperError(f"{type(optimizer).__name__} has no number called {name} that can be changed.")
    if len(old) != len(numbers):
        raise HyperError(f"{name} takes {len(old)} number{'s' if len(old) > 1 else ''}, not {len(numbers)}.")
    _check(name, numbers)
    if isinstance(optimizer, RMSprop) and name == "momentum" and old == (0.0,) and optimizer.state:
        raise HyperError("RMSprop cannot take up momentum while it runs.")
    for group in optimizer.param_groups:
        _put(group, name, numbers)
    if name == "lr":
        _go_on_from(optimizer, schedules, old[0], numbers[0])
    return f"{name} {_text(old)} → {_text(numbers)}"


def clip_text(old: float | None, new: float | None) -> str:
    """Return what a change of clipping did."""
    return f"{CLIP} {'none' if old is None else f'{old:g}'} → {'none' if new is None else f'{new:g}'}"


def _check(name: str, numbers: tuple[float, ...]) -> None:
    if any(number != number for number in numbers):  # noqa: PLR0124 - NaN is the only such number
        raise HyperError(f"{name} cannot be NaN.")
    if any(number < 0 for number in numbers):
        raise HyperError(f"{name} cannot be negative.")
    if name in {"betas", "alpha"} and any(number >= 1 for number in numbers):
        raise HyperError(f"{name} has to be below 1.")


def _put(group: dict[str, Any], name: str, numbers: tuple[float, ...]) -> None:
    value = group[name]
    if isinstance(value, Tensor):
        with quiet(), torch.no_grad():
            value.fill_(numbers[0])
    elif isinstance(value, (tuple, list)):
        group[name] = type(value)(numbers)
    elif isinstance(value, bool):
        group[name] = bool(numbers[0])
    elif isinstance(value, int) and numbers[0].is_integer():
        group[name] = int(numbers[0])
    else:
        group[name] = numbers[0]


def numbers_in(value: object) -> tuple[float, ...]:
    """Return the numbers that a hyper-parameter is made of: 0 and 1 for no and yes, none for what is no number."""
    if isinstance(value, Tensor):
        if value.numel() != 1:
            return ()
        with quiet():
            return (float(value.item()),)
    if isinstance(value, (bool, int, float)):
        return (float(value),)
    if isinstance(value, (tuple, list)) and value and all(isinstance(one, (int, float)) for one in value):
        return tuple(float(one) for one in value)
    return ()


def _go_on_from(optimizer: Optimizer, schedules: Iterable[LRScheduler], old: float, new: float) -> None:
    """Scale what the schedules of an optimizer start from, so that they go on from the new rate."""
    if not old:
        return
    ratio = new / old
    for group in optimizer.param_groups:
        for name in _RATES:
            if isinstance(group.get(name), float):
                group[name] *= ratio
    for scheduler in schedules:
        rates = getattr(scheduler, "base_lrs", None)
        if isinstance(rates, list):
            scheduler.base_lrs = [rate * ratio for rate in rates]


class ScheduleWatch:
    """Knows the schedules that a program has made, as nothing leads from an optimizer to them."""

    def __init__(self) -> None:
        self._found: WeakSet[LRScheduler] = WeakSet()

    def plan(self, patches: PatchSet) -> None:
        """Plan what has to be replaced."""
        patches.add(LRScheduler, "__init__", self._watched)

    def of(self, optimizer: Optimizer) -> list[LRScheduler]:
        """Return the schedules of an optimizer."""
        return [scheduler for scheduler in self._found if getattr(scheduler, "optimizer", None) is optimizer]

    def _watched(self, original: Callable[..., None]) -> Callable[..., None]:
        @wraps(original)
        def make(scheduler: LRScheduler, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as torch has it
            self._found.add(scheduler)
            original(scheduler, *args, **kwargs)

        return make


def _text(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)
