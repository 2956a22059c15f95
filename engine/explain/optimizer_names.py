"""Tells the optimizers of a program apart, by the parameters that they update, and names them."""

from engine.trace.facts import Phase
from engine.trace.ids import StepIndex, TensorId
from engine.trace.recording import Recording
from engine.trace.source import source_text

_CALL = ".step("


class OptimizerNames:
    """The optimizers of one recording, numbered from 0 in the order of their first steps.

    Steps that update a parameter in common are steps of the same optimizer: some parameters may go without a gradient
    now and then.
    """

    def __init__(self) -> None:
        self._numbers: dict[TensorId, int] = {}
        self._names: list[str] = []

    def __len__(self) -> int:
        return len(self._names)

    def number_of(self, recording: Recording, index: StepIndex) -> int | None:
        """Return the optimizer of a step, None for a step of no optimizer."""
        step = recording.steps[index] if 0 <= index < len(recording.steps) else None
        if step is None or step.phase is not Phase.OPTIMIZER:
            return None
        tensors = [recording.values[value].tensor for value in step.outputs if value is not None]
        known = next((self._numbers[tensor] for tensor in tensors if tensor in self._numbers), None)
        number = len(self._names) if known is None else known
        if known is None:
            self._names.append(self._name(source_text(recording.program_lines, step.span), step.name))
        for tensor in tensors:
            self._numbers.setdefault(tensor, number)
        return number

    def name(self, number: int) -> str:
        """Return what the program calls an optimizer, or its class and a number where that does not tell it apart."""
        return self._names[number]

    def _name(self, written: str, step_name: str) -> str:
        called, call, _rest = written.partition(_CALL)
        name = called if call and called.isidentifier() else ""
        if name and name not in self._names:
            return name
        kind = step_name.partition(".")[0]
        return f"{kind} {len(self._names) + 1}"
