"""Keeps what one step of an optimizer begins with and comes to."""

from collections.abc import Mapping
from typing import Any

import torch
from msgspec import structs
from torch import Tensor
from torch.optim import Optimizer

from engine.runtime.compat import quiet
from engine.runtime.training.hypers import numbers_in
from engine.runtime.training.subject import Subject
from engine.training.update_record import NumberType, OptimizerUpdate, ParameterUpdate

_TYPES = {getattr(torch, one.value): one for one in NumberType}


class UpdateKeeper:
    """Copies numbers of parameters before and after a step, as long as they find room."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._begun: list[tuple[ParameterUpdate, Tensor]] = []
        self._left_out = 0

    def before(self, optimizer: Optimizer, subject: Subject, unclipped: Mapping[int, Tensor]) -> None:
        """Keep what a step begins with; ``unclipped`` are gradients before clipping, by the id of their parameters."""
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
                    state = optimizer.state.get(parameter, {})
                    begun = _begun(parameter, names.get(id(parameter), ""), state, settings)
                    if begun is not None and id(parameter) in unclipped:
                        begun = structs.replace(begun, unclipped=_raw(unclipped[id(parameter)], begun.numbers))
                    taken = 0 if begun is None else _size_of(begun)
                    if begun is None or taken > room:
                        self._left_out += 1
                        continue
                    room -= taken
                    self._begun.append((begun, parameter))

    def after(self, optimizer: Optimizer) -> OptimizerUpdate:
        """Return the whole step."""
        with quiet():
            done = tuple(
                structs.replace(begun, after=_raw(parameter, begun.numbers)) for begun, parameter in self._begun
            )
        self._begun = []
        return OptimizerUpdate(kind=type(optimizer).__name__, parameters=done, left_out=self._left_out)


def _begun(
    parameter: Tensor, name: str, state: dict[str, Any], settings: dict[str, tuple[float, ...]]
) -> ParameterUpdate | None:
    gradient = parameter.grad
    numbers = _TYPES.get(parameter.dtype)
    if numbers is None or gradient is None or gradient.layout is not torch.strided:
        return None
    steps = state.get("step", 0)
    return ParameterUpdate(
        name=name,
        shape=tuple(parameter.shape),
        before=_raw(parameter, numbers),
        gradient=_raw(gradient, numbers),
        after=b"",
        state={
            key: _raw(value, numbers)
            for key, value in state.items()
            if key != "step" and isinstance(value, Tensor) and value.shape == parameter.shape
        },
        steps=int(steps.item() if isinstance(steps, Tensor) else steps),
        numbers=numbers,
        settings=settings,
    )


def _size_of(begun: ParameterUpdate) -> int:
    return 3 * len(begun.before) + len(begun.unclipped) + sum(map(len, begun.state.values()))


def _raw(tensor: Tensor, numbers: NumberType) -> bytes:
    is_wide = numbers is NumberType.FLOAT64
    array = tensor.detach().to("cpu", torch.float64 if is_wide else torch.float32).contiguous().numpy()
    return array.astype("<f8" if is_wide else "<f4", copy=False).tobytes()
