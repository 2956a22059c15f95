"""Gradients that grow or shrink too much on their way back, and which operation makes them."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from engine.explain.fan_in import contributions, op_title
from engine.explain.health import Magnitude, magnitude_of
from engine.explain.numerals import prose_number
from engine.explain.problem import Problem, Severity
from engine.explain.proof import line_of
from engine.trace.facts import Phase, Step, Value
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording

LARGEST_ENTRY = 1e4
SMALLEST_MEAN = 1e-7
"""Root mean square of the entries of a weight's gradient: below it, steps at ordinary learning rates move nothing."""
LEAST_CONTRAST = 1e3
"""So many times smaller than another weight's: a loss that is small everywhere is no vanishing gradient."""
_LONGEST_WAY = 1000


@dataclass(frozen=True, slots=True)
class _Gradient:
    """What arrived at a weight, and how large it is."""

    weight: Value
    step: StepIndex
    size: Magnitude


@dataclass(frozen=True, slots=True)
class _Passage:
    """A backward step on the way to a gradient; ``factor`` is the norm that it sent on over the one that came in."""

    step: Step
    factor: float


def exploding_gradients(recording: Recording) -> Iterator[Problem]:
    """The gradient of a weight has become very large."""
    worst = max(_gradients(recording), key=lambda one: one.size.largest, default=None)
    if worst is None or worst.size.largest <= LARGEST_ENTRY:
        return
    name, largest = recording.shown_name(worst.weight.id), prose_number(worst.size.largest)
    sentence = f"The gradient explodes: that of {name} has entries up to {largest}."
    yield _problem(recording, worst, sentence, grows=True)


def vanishing_gradients(recording: Recording) -> Iterator[Problem]:
    """Hardly anything of the gradient gets back to a weight, though others get theirs."""
    found = [gradient for gradient in _gradients(recording) if gradient.size.mean > 0]
    if len(found) < 2:
        return
    least, most = min(found, key=lambda one: one.size.mean), max(found, key=lambda one: one.size.mean)
    if least.size.mean >= SMALLEST_MEAN or most.size.mean < LEAST_CONTRAST * least.size.mean:
        return
    here, there = (f"{prose_number(one.size.norm)} at {recording.shown_name(one.weight.id)}" for one in (least, most))
    yield _problem(recording, least, f"The gradient vanishes: its norm is {here}, but {there}.", grows=False)


def _problem(recording: Recording, gradient: _Gradient, sentence: str, *, grows: bool) -> Problem:
    culprit, detail = _culprit(recording, gradient, grows=grows)
    return Problem(
        severity=Severity.WARNING,
        sentence=sentence,
        detail=detail,
        step=culprit,
        span=recording.steps[culprit].span or gradient.weight.span,
        value=gradient.weight.id,
    )


def _gradients(recording: Recording) -> Iterator[_Gradient]:
    """The first gradients of all matrices and kernels; those of biases are tiny before a normalization by right."""
    for value in recording.values:
        if not value.is_leaf or not value.requires_grad or value.version or len(value.shape) < 2:
            continue
        change = next((change for change in recording.grad_changes(value.tensor) if change.value is not None), None)
        if change is None or not 0 <= change.step < len(recording):
            continue
        assert change.value is not None
        size = magnitude_of(recording, change.value)
        if size is not None:
            yield _Gradient(value, change.step, size)


def _culprit(recording: Recording, gradient: _Gradient, *, grows: bool) -> tuple[StepIndex, str]:
    """Return the step to look at, and a sentence about the operation that changes the norm most on the way."""
    by_name: defaultdict[str, list[_Passage]] = defaultdict(list)
    for passage in _way_to(recording, gradient.step):
        by_name[passage.step.name].append(passage)
    sign = 1.0 if grows else -1.0
    effects = {name: sign * sum(math.log(one.factor) for one in passages) for name, passages in by_name.items()}
    name = max(effects, key=lambda name: effects[name], default="")
    if not name or effects[name] <= 0:
        return gradient.step, ""
    passages = by_name[name]
    steepest = max(passages, key=lambda one: sign * one.factor)
    factor = prose_number(math.exp(sign * effects[name] / len(passages)))
    times = "" if len(passages) == 1 else f" on average, {len(passages)} times"
    place = f"{op_title(name)} (step {steepest.step.index + 1}{line_of(steepest.step)})"
    return steepest.step.index, f"On the way there {place} multiplies its norm by {factor}{times}."


def _way_to(recording: Recording, arrived: StepIndex) -> Iterator[_Passage]:
    """Walk back from where a gradient was accumulated, along the largest that came in, to where backward began."""
    at, slot = arrived, 0
    for _ in range(_LONGEST_WAY):
        step = recording.steps[at]
        if step.phase is not Phase.BACKWARD or step.grad_node is None:
            return
        parts = [(_norm(recording, part.value), part.step) for part in contributions(recording, step, slot)]
        if not parts:
            return
        sent, at = max(parts)
        came = [_norm(recording, value) for value in recording.steps[at].inputs]
        if not came or not max(came) or not sent:
            return
        slot = came.index(max(came))
        yield _Passage(recording.steps[at], sent / came[slot])


def _norm(recording: Recording, value: ValueId | None) -> float:
    """Return the norm over the finite elements, 0 where it is not known."""
    size = None if value is None else magnitude_of(recording, value)
    return 0.0 if size is None else size.norm
