"""Computes a batch again under the recorder, before the optimizer has applied it: the batch in which NaN first came.

That is possible where the optimizer steps inside of a function that learns from one batch (``train_batch`` of the
scripts that plans become). Weights are still those of the batch, random numbers are drawn from where they were,
buffers and gradients are put back afterwards, and the optimizer's step is never reached. Whether the gradients that
come out are those of the first time, bit for bit, is looked at and told.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType, FunctionType
from typing import Any

import torch
from torch import Tensor

from engine.runtime.compat import quiet
from engine.runtime.training.randomness import random_numbers
from engine.runtime.training.subject import Subject, program_frames

NAMES = frozenset({"train_batch", "train_step", "training_step", "train_one_batch"})


class ReachedStepError(BaseException):
    """Raised where the optimizer would step: nothing may be applied. Programs do not catch it by ``Exception``."""


@dataclass(frozen=True, slots=True)
class BatchCall:
    """A call that learns from one batch."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]


def batch_call(frame: FrameType | None) -> BatchCall | None:
    """Return the call of a function that learns from one batch which the program is in, None where there is none."""
    for found in program_frames(frame):
        code = found.f_code
        function = found.f_globals.get(code.co_name)
        if code.co_name in NAMES and isinstance(function, FunctionType) and function.__code__ is code:
            names = code.co_varnames[: code.co_argcount]
            variables = found.f_locals
            if all(name in variables for name in names) and not code.co_kwonlyargcount:
                return BatchCall(function, tuple(variables[name] for name in names))
    return None


def compute_again(call: BatchCall, subject: Subject, random_state: Tensor | None) -> str:
    """Make the call again and return one sentence on how like the first time it was."""
    gradients = [parameter.grad for parameter in subject.parameters]
    with quiet():
        numbers = [None if gradient is None else gradient.clone() for gradient in gradients]
    with _put_back(subject, gradients, numbers):
        if random_state is not None:
            torch.set_rng_state(random_state)
        try:
            call.function(*call.arguments)
        except ReachedStepError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever the program raises the second time
            return f"Computing it again failed: {type(error).__name__}."
        same = all(_same(parameter.grad, old) for parameter, old in zip(subject.parameters, numbers, strict=True))
    if same:
        return "It was computed again before the optimizer's step, with the same gradients bit for bit."
    return "It was computed again before the optimizer's step, and came out differently."


@contextmanager
def _put_back(subject: Subject, gradients: list[Tensor | None], numbers: list[Tensor | None]) -> Iterator[None]:
    model = subject.model
    with quiet():
        buffers = [] if model is None else [(buffer, buffer.clone()) for buffer in model.buffers()]
    modes = [] if model is None else [(module, module.training) for module in model.modules()]
    states = random_numbers()
    try:
        yield
    finally:
        states.restore()
        for module, is_training in modes:
            module.training = is_training
        with quiet():
            for buffer, old in buffers:
                buffer.copy_(old)
            for parameter, gradient, number in zip(subject.parameters, gradients, numbers, strict=True):
                if gradient is not None and number is not None:
                    gradient.copy_(number)
                parameter.grad = gradient


def _same(new: Tensor | None, old: Tensor | None) -> bool:
    if new is None or old is None:
        return new is old
    with quiet():
        return bool(torch.equal(torch.nan_to_num(new), torch.nan_to_num(old))) and bool(
            torch.equal(torch.isnan(new), torch.isnan(old))
        )
