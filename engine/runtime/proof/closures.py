"""Optimizers that call the program back while they step: each evaluation is given to them again as it was recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

from engine.runtime.proof.compare import difference
from engine.runtime.proof.literals import NotRebuildableError
from engine.runtime.proof.values import Values
from engine.trace.facts import BackwardCall, Phase, Step
from engine.trace.ids import StepIndex, TensorId, ValueId
from engine.trace.recording import Recording


class EvaluationError(Exception):
    """The optimizer asked for another evaluation than was recorded; the text says how it differs."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the program was asked and what it answered.

    Attributes:
        parameters: Their values, None where the program did not use one.
        gradients: Their gradients afterwards.
        loss: What was differentiated.
    """

    parameters: tuple[ValueId | None, ...]
    gradients: tuple[ValueId | None, ...]
    loss: ValueId


def evaluations(recording: Recording, step: Step, tensors: Sequence[TensorId]) -> list[Evaluation]:
    """Return what an optimizer step asked the program for, in order.

    Raises:
        NotRebuildableError: If that cannot be told, since one evaluation ran several backward passes or none.
    """
    begin = step.index
    while begin > 0 and recording.steps[begin - 1].started_ns >= step.started_ns:
        begin = StepIndex(begin - 1)
    calls = [call for call in recording.backward_calls if begin <= call.first_step < step.index]
    found: list[Evaluation] = []
    for call, following in zip(calls, [*(later.first_step for later in calls[1:]), step.index], strict=True):
        found.append(_evaluation(recording, call, begin, tensors))
        begin = _end(recording, call, following)
    asked = [one.parameters for one in found]
    is_one_each = all(any(value is not None for value in one) for one in asked)
    if not found or not is_one_each or any(one == other for one, other in pairwise(asked)):
        raise NotRebuildableError("the program that it calls back runs no backward pass, or several at once")
    return found


def _evaluation(recording: Recording, call: BackwardCall, begin: StepIndex, tensors: Sequence[TensorId]) -> Evaluation:
    if len(call.root_values) != 1:
        raise NotRebuildableError("the program that it calls back begins a backward pass at several tensors")
    used: dict[TensorId, ValueId] = {}
    for step in recording.steps[begin : call.first_step]:
        if step.phase is Phase.FORWARD:
            used.update((recording.values[value].tensor, value) for value in step.inputs if value is not None)
    last = _end(recording, call, StepIndex(len(recording.steps)))
    return Evaluation(
        tuple(used.get(tensor) for tensor in tensors),
        tuple(recording.grad_at(tensor, StepIndex(last - 1)) for tensor in tensors),
        call.root_values[0],
    )


def _end(recording: Recording, call: BackwardCall, until: StepIndex) -> StepIndex:
    """Return the index after the last step of a backward call."""
    end = call.first_step
    while end < until and recording.steps[end].backward_call == call.id:
        end = StepIndex(end + 1)
    return end


class Closure:
    """Answers an optimizer as the program did, as long as it asks the same."""

    def __init__(self, found: Sequence[Evaluation], parameters: Sequence[nn.Parameter], values: Values) -> None:
        self._waiting = iter(found)
        self._parameters = parameters
        self._values = values

    def __call__(self) -> Tensor:
        """Set the gradients of the next evaluation and return its loss.

        Raises:
            EvaluationError: If the optimizer asks for something else.
            NotRebuildableError: If numbers are missing.
        """
        one = next(self._waiting, None)
        if one is None:
            raise EvaluationError("it asks the program more often than is recorded")
        for parameter, asked, gradient in zip(self._parameters, one.parameters, one.gradients, strict=True):
            tried = None if asked is None else self._values.tensor(asked, as_it_lay=False)
            apart = None if tried is None else difference(parameter.data, tried)
            if apart is not None:
                raise EvaluationError(f"it tries another parameter: {apart.text}")
            parameter.grad = None if gradient is None else self._values.tensor(gradient)
        return self._values.tensor(one.loss)

    def end(self) -> None:
        """Check that the optimizer asked as often as is recorded.

        Raises:
            EvaluationError: If it did not.
        """
        if next(self._waiting, None) is not None:
            raise EvaluationError("it asks the program less often than is recorded")
