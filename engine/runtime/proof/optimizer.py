"""Optimizer steps again: torch's own optimizers on the recorded parameters, gradients and settings.

The state of an optimizer (moments, counts) is not recorded; it is built up again from its first recorded step.
"""

import inspect
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from engine.protocol.proof import Check, Finding, Verdict
from engine.runtime.proof.closures import Closure, EvaluationError, evaluations
from engine.runtime.proof.compare import difference
from engine.runtime.proof.literals import NotRebuildableError, literal
from engine.runtime.proof.values import Values
from engine.runtime.recorder.watch.optimizers import GROUP
from engine.trace.facts import Step
from engine.trace.ids import TensorId, ValueId
from engine.trace.recording import Recording

_UNKNOWN_STATE = "what the optimizer knew before its first recorded step is not recorded"


@dataclass(slots=True)
class _Twin:
    """An optimizer that is run again beside the recorded one."""

    optimizer: Optimizer
    parameters: dict[TensorId, nn.Parameter]
    is_fresh: bool = True
    is_lost: bool = False


@dataclass(slots=True)
class _Update:
    """What one step took and gave, by parameter, and the settings of each group with the number of its parameters."""

    before: list[ValueId] = field(default_factory=list)
    gradients: list[ValueId | None] = field(default_factory=list)
    after: list[ValueId] = field(default_factory=list)
    groups: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


class OptimizerReplayer:
    """Runs the optimizer steps of one recording again; every one must be given to it, in order."""

    def __init__(self, recording: Recording, values: Values) -> None:
        self._recording = recording
        self._values = values
        self._twins: dict[str, list[_Twin]] = {}

    def check(self, step: Step) -> Finding:
        """Run one step again and say what came of it."""
        try:
            text = self._replayed(step)
        except NotRebuildableError as error:
            return Finding(Check.UPDATE, Verdict.NOT_CHECKED, step.index, str(error))
        return Finding(Check.UPDATE, Verdict.FAILED if text else Verdict.PROVEN, step.index, text)

    def _replayed(self, step: Step) -> str:
        if not self._recording.info.threads:
            raise NotRebuildableError("the recording is from before settings were kept exactly")
        kind = _optimizer_class(step.target)
        update = self._read(step)
        tensors = [self._recording.values[value].tensor for value in update.before]
        twin = self._twin(step.target, kind, update, tensors)
        if twin.is_lost:
            raise NotRebuildableError(_UNKNOWN_STATE)
        has_state = not twin.is_fresh or kind is not torch.optim.SGD or bool(update.groups[0][1].get("momentum"))
        try:
            self._run(twin, step, update, tensors)
            text = self._compared(twin, update, tensors)
        except EvaluationError as error:
            text, twin.is_lost = str(error), True
            if twin.optimizer.param_groups[0].get("line_search_fn"):
                raise NotRebuildableError(f"{text}, unless its line search got another loss") from error
        except NotRebuildableError:
            twin.is_lost = True
            raise
        except Exception as error:
            twin.is_lost = True
            raise NotRebuildableError(f"the optimizer cannot be run again: {error}"[:300]) from error
        if text and twin.is_fresh and has_state:
            twin.is_lost = True
            raise NotRebuildableError(_UNKNOWN_STATE)
        twin.is_fresh = False
        return text

    def _read(self, step: Step) -> _Update:
        update = _Update()
        for before, gradient, after in zip(step.inputs[::2], step.inputs[1::2], step.outputs, strict=True):
            if before is None or after is None:
                raise NotRebuildableError("a parameter is not in the recording")
            update.before.append(before)
            update.gradients.append(gradient)
            update.after.append(after)
        first: dict[str, Any] = {}
        update.groups.append((len(update.before), first))
        for argument in step.arguments:
            found = literal(argument.exact or argument.text)
            if not argument.name.startswith(GROUP):
                first[argument.name] = found
                continue
            size = found.pop("parameters")
            update.groups[0] = (update.groups[0][0] - size, first)
            update.groups.append((size, found))
        return update

    def _twin(self, target: str, kind: type[Optimizer], update: _Update, tensors: list[TensorId]) -> _Twin:
        for twin in self._twins.setdefault(target, []):
            if not twin.parameters.keys().isdisjoint(tensors):
                return twin
        parameters = dict(zip(tensors, map(self._parameter, update.before), strict=True))
        made, start = [], 0
        members = list(parameters.values())
        for size, settings in update.groups:
            made.append({"params": members[start : start + size], **settings})
            start += size
        known = inspect.signature(kind.__init__).parameters
        plain = {name: value for name, value in update.groups[0][1].items() if name in known}
        try:
            twin = _Twin(kind([group for group in made if group["params"]], **plain), parameters)
        except Exception as error:
            raise NotRebuildableError(f"the optimizer cannot be made again: {error}"[:300]) from error
        self._twins[target].append(twin)
        return twin

    def _run(self, twin: _Twin, step: Step, update: _Update, tensors: list[TensorId]) -> None:
        for tensor, before in zip(tensors, update.before, strict=True):
            if tensor not in twin.parameters:  # it had no gradient until now
                if len(update.groups) > 1:
                    raise NotRebuildableError("a parameter came into one of several groups later")
                twin.parameters[tensor] = self._parameter(before)
                twin.optimizer.param_groups[0]["params"].append(twin.parameters[tensor])
        if len(update.groups) == len(twin.optimizer.param_groups):
            for group, (_, settings) in zip(twin.optimizer.param_groups, update.groups, strict=True):
                group.update(settings)
        for parameter in twin.parameters.values():
            parameter.grad = None
        with torch.no_grad():
            for tensor, before, gradient in zip(tensors, update.before, update.gradients, strict=True):
                parameter = twin.parameters[tensor]
                parameter.copy_(self._values.tensor(before))
                parameter.grad = None if gradient is None else self._values.tensor(gradient)
        if not isinstance(twin.optimizer, torch.optim.LBFGS):
            twin.optimizer.step()
            return
        asked = evaluations(self._recording, step, list(twin.parameters))
        closure = Closure(asked, list(twin.parameters.values()), self._values)
        twin.optimizer.step(closure)  # type: ignore[no-untyped-call] # torch leaves it so
        closure.end()

    def _compared(self, twin: _Twin, update: _Update, tensors: list[TensorId]) -> str:
        for tensor, after in zip(tensors, update.after, strict=True):
            found = difference(twin.parameters[tensor].data, self._values.tensor(after, as_it_lay=False))
            if found is not None and not found.is_rounding:
                names = self._recording.names(after)
                return f"{names[0] if names else 'a parameter'} is another: {found.text}"
        return ""

    def _parameter(self, value: ValueId) -> nn.Parameter:
        tensor: Tensor = self._values.tensor(value)
        return nn.Parameter(tensor, requires_grad=tensor.is_floating_point() or tensor.is_complex())


def _optimizer_class(target: str) -> type[Optimizer]:
    """Return the optimizer of torch that a step was one of.

    Raises:
        NotRebuildableError: If it is none of torch's own.
    """
    path = target.removesuffix(".step")
    found = getattr(torch.optim, path.rpartition(".")[2], None)
    if not (isinstance(found, type) and issubclass(found, Optimizer)):
        raise NotRebuildableError("it is an optimizer of the program's own, which is never run here")
    if f"{found.__module__}.{found.__qualname__}" != path:
        raise NotRebuildableError("it is an optimizer of the program's own, which is never run here")
    return found
