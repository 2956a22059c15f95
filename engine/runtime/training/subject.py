"""What is trained: the optimizer's parameters, their names, and the module that they belong to."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from engine.runtime.worker.interrupts import is_own_file

_TORCH = str(Path(torch.__file__).parent)
_PLAIN = (int, float, str, bytes, bool, Tensor, Optimizer, type(sys))
_MOST_OBJECTS = 2_000


@dataclass(frozen=True, slots=True)
class Subject:
    """The parameters of an optimizer with their names, and the module that has most of them, if any does."""

    parameters: tuple[Tensor, ...]
    names: tuple[str, ...]
    model: nn.Module | None


def find_subject(optimizer: Optimizer, frame: FrameType | None, namespace: Mapping[str, object]) -> Subject:
    """Look for names in the program's variables, those of the functions that it is in included.

    A parameter is called as its module calls it (``0.weight``), else by its variable, else ``parameter 3``.
    """
    parameters = tuple(parameter for group in optimizer.param_groups for parameter in group["params"])
    variables = [dict(frame_.f_locals) for frame_ in program_frames(frame)] + [dict(namespace)]
    wanted = {id(parameter) for parameter in parameters}
    model = _best_module(_modules(variables), wanted)
    names: dict[int, str] = {}
    for scope in reversed(variables):
        names.update({id(value): name for name, value in scope.items() if id(value) in wanted})
    if model is not None:
        names.update({id(parameter): name for name, parameter in model.named_parameters()})
    told = tuple(names.get(id(parameter), f"parameter {number}") for number, parameter in enumerate(parameters))
    return Subject(parameters, told, model)


def program_frames(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield the frames of the person's code, the innermost first."""
    while frame is not None:
        name = frame.f_code.co_filename
        if not is_own_file(name) and not name.startswith((_TORCH, "<")):
            yield frame
        frame = frame.f_back


def _modules(variables: list[dict[str, Any]]) -> list[nn.Module]:
    found: list[nn.Module] = []
    objects = [value for scope in variables for value in scope.values()][:_MOST_OBJECTS]
    for value in objects:
        if isinstance(value, nn.Module):
            found.append(value)
        elif not isinstance(value, (*_PLAIN, type)) and isinstance(getattr(value, "__dict__", None), dict):
            found.extend(inner for inner in vars(value).values() if isinstance(inner, nn.Module))
    return found


def _best_module(modules: list[nn.Module], wanted: set[int]) -> nn.Module | None:
    """Return the module with most of the wanted parameters, of several the one with most submodules."""
    best, most = None, (0, 0)
    for module in modules:
        mine = sum(id(parameter) in wanted for parameter in module.parameters())
        rank = (mine, sum(1 for _ in module.modules()))
        if mine and rank > most:
            best, most = module, rank
    return best
