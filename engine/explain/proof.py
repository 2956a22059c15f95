"""Lines of a proof, and the walk back along gradients that all proofs share."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.explain.backward import explain_backward
from engine.explain.explanation import BackwardExplanation, SentOn
from engine.explain.fan_in import contributions
from engine.explain.rules.table import stem
from engine.trace.facts import Phase, Step
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One sentence of a proof and the step that it speaks of, to jump to."""

    text: str
    step: StepIndex | None


@dataclass(frozen=True, slots=True)
class Sender:
    """The backward step that sent a gradient, and what the chain rule says there."""

    step: Step
    sent: SentOn
    title: str


def line_of(step: Step) -> str:
    """Return `` line 3`` in parentheses-free form, or nothing when the place is not known."""
    return "" if step.span is None or step.span.file != 0 else f", line {step.span.line}"


def senders_of(recording: Recording, gradient: ValueId, arrived: StepIndex | None) -> tuple[Sender, ...]:
    """Return who sent a gradient: one backward step, or several whose gradients were added.

    ``arrived`` is the step at which it was received (an AccumulateGrad, or the node that it flowed into).
    """
    found: dict[StepIndex, ValueId] = {}
    if arrived is not None and recording.steps[arrived].phase is Phase.BACKWARD:
        step = recording.steps[arrived]
        slots = [slot for slot, value in enumerate(step.inputs) if value == gradient]
        if stem(step.name) == "AccumulateGrad":
            slots = [0]
        for slot in slots:
            for part in contributions(recording, step, slot):
                if part.value is not None:
                    found[part.step] = part.value
    producer = recording.values[gradient].producer
    if not found and producer is not None and recording.steps[producer].phase is Phase.BACKWARD:
        found[producer] = gradient
    return tuple(sender for index, value in found.items() if (sender := _sender(recording, index, value)) is not None)


def _sender(recording: Recording, index: StepIndex, value: ValueId) -> Sender | None:
    step = recording.steps[index]
    if step.grad_node is None or stem(step.name) == "AccumulateGrad":
        return None
    slot = next((slot for slot, output in enumerate(step.outputs) if output == value), None)
    if slot is None:
        return None
    explained: BackwardExplanation = explain_backward(recording, step, slot)
    return next((Sender(step, sent, explained.title) for sent in explained.inputs), None)
