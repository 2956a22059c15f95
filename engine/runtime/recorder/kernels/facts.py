"""Operators that ran, as facts: their operands are recorded values where these are known, else numbered in the step."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from torch import Tensor

from engine.runtime.compat_dispatch import argument_names
from engine.runtime.recorder.kernels.ran import PLACE, Memory, Ran, Seen, memory_of
from engine.runtime.recorder.texts import short_text
from engine.trace.execution import Kernel, KernelOperand
from engine.trace.ids import StepIndex, ValueId

Place: TypeAlias = tuple[ValueId | None, int]
"""The value of an operand, or None and its number in the step."""


class KnownValues:
    """The values that some tensors had, found by the tensor itself or by one that shows the same memory."""

    def __init__(self, pairs: Sequence[tuple[Tensor, ValueId | None]]) -> None:
        self.by_tensor = {id(tensor): value for tensor, value in pairs if value is not None}
        self._pairs = pairs
        self._by_memory: dict[Memory, ValueId] | None = None

    def of(self, operand: Seen) -> ValueId | None:
        """Return the value of an operand, None when it is none of these."""
        tensor = operand.tensor()
        found = None if tensor is None else self.by_tensor.get(id(tensor))
        return found if found is not None or operand.memory is None else self._memory.get(operand.memory)

    @property
    def _memory(self) -> Mapping[Memory, ValueId]:
        if self._by_memory is None:
            lying = ((memory_of(tensor), value) for tensor, value in self._pairs)
            self._by_memory = {memory: value for memory, value in lying if memory is not None and value is not None}
        return self._by_memory


class StepKernels:
    """Makes the kernels of one step.

    Args:
        step: The step.
        before: Values of what it took.
        after: Values of what it gave: the last operator that wrote one of these tensors gave it.
        origin_ns: When the recording began.
    """

    def __init__(self, step: StepIndex, before: KnownValues, after: KnownValues, origin_ns: int) -> None:
        self._step = step
        self._before = before
        self._after = after
        self._origin_ns = origin_ns
        self._places: dict[int, tuple[object, Place]] = {}
        self._locals = 0

    def kernels(self, ran: Sequence[Ran]) -> Iterator[Kernel]:
        """Yield the facts of operators that ran one after the other."""
        last_writers: dict[int, int] = {}
        for number, one in enumerate(ran):
            for output in one.outputs:
                tensor = output.tensor()
                if tensor is not None and id(tensor) in self._after.by_tensor:
                    last_writers[id(tensor)] = number
        for number, one in enumerate(ran):
            inputs = tuple([self._input(operand) for operand in one.inputs])
            outputs = tuple([self._output(operand, number, last_writers) for operand in one.outputs])
            yield Kernel(
                self._step,
                str(one.operator),
                inputs,
                outputs,
                plain_text(one),
                one.started_ns - self._origin_ns,
                one.ended_ns - one.started_ns,
            )

    def _input(self, operand: Seen) -> KernelOperand:
        found = self._places.get(id(operand.tensor))
        if found is not None:
            return KernelOperand(*found[1], operand.shape, operand.dtype)
        value = self._before.of(operand)
        return self._at(operand, self._new() if value is None else (value, -1))

    def _output(self, operand: Seen, number: int, last_writers: Mapping[int, int]) -> KernelOperand:
        tensor = operand.tensor()
        address = None if tensor is None else id(tensor)
        if address is not None and last_writers.get(address) == number:
            place: Place = (self._after.by_tensor[address], -1)
        else:
            place = self._new()
        return self._at(operand, place)

    def _at(self, operand: Seen, place: Place) -> KernelOperand:
        # The reference itself is kept too, so that no other one gets its address.
        self._places[id(operand.tensor)] = operand.tensor, place
        return KernelOperand(*place, operand.shape, operand.dtype)

    def _new(self) -> Place:
        self._locals += 1
        return None, self._locals - 1


def plain_text(ran: Ran) -> str:
    """Return the arguments that are no tensors as a person would write them, e.g. ``dim=[1], keepdim=True``."""
    names = argument_names(ran.operator)
    parts = [
        f"{names[position]}={short_text(argument)}" if position < len(names) else short_text(argument)
        for position, argument in enumerate(ran.args)
        if argument is not PLACE and argument is not None
    ]
    parts += [
        f"{name}={short_text(part)}" for name, part in ran.kwargs.items() if part is not PLACE and part is not None
    ]
    return ", ".join(parts)
