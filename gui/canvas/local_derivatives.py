"""What a backward node multiplies the gradient by, in a few characters."""

import numpy as np

from engine.explain.backward import explain_backward
from engine.explain.explanation import SentOn, Term
from engine.trace.facts import Phase
from engine.trace.ids import StepIndex
from engine.trace.numbers import number_text
from engine.trace.recording import Recording
from engine.trace.tensors import element_count

_MOST_NUMBERS = 3
_LARGEST = 4096
"""Of larger tensors the derivative is not worked out just to be read on a box."""


def local_text(recording: Recording, index: StepIndex) -> str:
    """Return e.g. ``× 1 0 1`` or ``× 2 | × x``; nothing where there is no local factor to show."""
    step = recording.steps[index]
    values = [recording.values[value] for value in (*step.inputs, *step.outputs) if value is not None]
    if step.phase is not Phase.BACKWARD or any(element_count(value.shape) > _LARGEST for value in values):
        return ""
    parts = [_factor(sent) for sent in explain_backward(recording, step).inputs]
    return " | ".join(part for part in parts if part)


def _factor(sent: SentOn) -> str:
    local = next((term for term in sent.terms if term.label.startswith("local")), None)
    if local is None:
        return ""
    sign = "@" if "@" in sent.symbols else "×"
    return f"{sign} {_numbers(local) or local.label.removeprefix('local').strip()}".rstrip()


def _numbers(term: Term) -> str:
    if term.array is None or not term.array.size:
        return ""
    flat = term.array.reshape(-1)
    if np.all(flat == flat[0]):
        return number_text(float(flat[0]), 3)
    return " ".join(number_text(float(number), 3) for number in flat) if flat.size <= _MOST_NUMBERS else ""
