"""Why is a gradient zero, absent or NaN? A short proof that walks the recording back to the first cause."""

from dataclasses import dataclass
from typing import assert_never

import numpy as np

from engine.explain.missing import why_missing
from engine.explain.nonfinite import why_not_finite
from engine.explain.notation import Notation
from engine.explain.numerals import array_text, floats_of
from engine.explain.proof import ProofLine, line_of
from engine.explain.zero import why_zero
from engine.trace.facts import Role, Value
from engine.trace.gradients import Arrived, NoGradient, NotYet, gradient_state
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording

__all__ = ["ProofLine", "why_gradient"]


@dataclass(frozen=True, slots=True)
class _Found:
    """The gradient to explain and what it is called."""

    value: ValueId
    step: StepIndex | None
    name: str


def why_gradient(recording: Recording, value_id: ValueId, step: StepIndex) -> tuple[ProofLine, ...]:
    """Explain the gradient of a value as it stands right after ``step``; each line names the step it speaks of.

    For a value that is itself a gradient, that gradient is explained.
    """
    value = recording.values[value_id]
    name = Notation(recording).of(value_id)
    if value.role is Role.GRADIENT:
        return _explain(recording, _Found(value_id, value.producer, "This gradient"))
    state = gradient_state(recording, value, step)
    match state:
        case NotYet(at):
            if at >= len(recording):  # set by hand when nothing more was to be recorded
                return (ProofLine(f"The gradient of {name} is not there yet: it is set after the last step.", None),)
            node = recording.steps[at].name
            text = f"The gradient of {name} is not there yet: it arrives at step {at + 1} ({node})."
            return (ProofLine(text, at),)
        case NoGradient():
            return why_missing(recording, value, name, step)
        case Arrived(gradient, at, accumulated):
            label = f"{name}.grad" if accumulated else f"The gradient of {name}"
            return _explain(recording, _Found(gradient, at, label))
        case _:
            assert_never(state)


def _explain(recording: Recording, found: _Found) -> tuple[ProofLine, ...]:
    array = floats_of(recording, found.value)
    if array is None:
        return (ProofLine(f"The numbers of {_lower(found.name)} were not kept.", found.step),)
    if not np.all(np.isfinite(array)):
        return why_not_finite(recording, found.value, found.step, found.name)
    if np.any(array == 0):
        return why_zero(recording, found.value, found.step, found.name)
    return _path(recording, recording.values[found.value], found, array_text(array))


def _lower(name: str) -> str:
    return name[0].lower() + name[1:] if name.startswith(("The ", "This ")) else name


def _path(recording: Recording, _value: Value, found: _Found, text: str) -> tuple[ProofLine, ...]:
    lines = [ProofLine(f"{found.name} = {text}: no entry is zero, and all are finite.", found.step)]
    if found.step is not None:
        node = recording.steps[found.step]
        lines.append(ProofLine(f"It arrived at step {found.step + 1} ({node.name}{line_of(node)}).", found.step))
    return tuple(lines)
