"""Keeps what one step of an optimizer begins with and comes to."""

from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from engine.runtime.compat import quiet
from engine.runtime.training.hypers import numbers_in
from engine.runtime.training.subject import Subject
from engine.training.update_record import OptimizerUpdate, ParameterUpdate


class UpdateKeeper:
    """Copies numbers of float32 parameters before and after a step, as long as they find room."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._begun: list[tuple[ParameterUpdate, Tensor]] = []
        self._left_out = 0

    def before(self, optimizer: Optimizer, subject: Subject) -> None:
        """Keep what a step begins with."""
        self._begun, self._left_out = [], 0
        names = {id(parameter): name for parameter, name in zip(subject.parameters, subject.names, strict=True)}
        room = self._most_bytes
        with quiet():
            for group in optimizer.param_groups:
                settings = {key: numbers_in(value) for key, value in group.items() if key != "params"}
                settings = {key: numbers for key, numbers in settings.items() if numbers}
                for parameter in group["params"]:
                    if parameter.grad is None:
                        continue
                    begun = _begun(
                        parameter, names.get(id(parameter), ""), optimizer.state.get(parameter, {}), settings
                    )
                    taken = 0 if begun is None else 3 * len(begun.before) + sum(map(len, begun.state.values()))
                    if begun is None or taken > room:
                        self._left_out += 1
                        continue
                    room -= taken
                    self._begun.append((begun, parameter))

    def after(self, optimizer: Optimizer) -> OptimizerUpdate:
        """Return the whole step."""
        with quiet():
            done = tuple(_done(begun, parameter) for begun, parameter in self._begun)
        self._begun = []
        return OptimizerUpdate(kind=type(optimizer).__name__, parameters=done, left_out=self._left_out)


def _begun(
    parameter: Tensor, name: str, state: dict[str, Any], settings: dict[str, tuple[float, ...]]
) -> ParameterUpdate | None:
    gradient = parameter.grad
    if parameter.dtype is not torch.float32 or gradient is None or gradient.layout is not torch.strided:
        return None
    steps = state.get("step", 0)
    return ParameterUpdate(
        name=name,
        shape=tuple(parameter.shape),
        before=_raw(parameter),
        gradient=_raw(gradient),
        after=b"",
        state={
            key: _raw(value)
            for key, value in state.items()
            if key != "step" and isinstance(value, Tensor) and value.shape == parameter.shape
        },
        steps=int(steps.item() if isinstance(steps, Tensor) else steps),
        settings=settings,
    )


def _done(begun: ParameterUpdate, parameter: Tensor) -> ParameterUpdate:
    return ParameterUpdate(
        name=begun.name,
        shape=begun.shape,
        before=begun.before,
        gradient=begun.gradient,
        after=_raw(parameter),
        state=begun.state,
        steps=begun.steps,
        settings=begun.settings,
    )


def _raw(tensor: Tensor) -> bytes:
    return tensor.detach().to("cpu", torch.float32).contiguous().numpy().astype("<f4", copy=False).tobytes()
