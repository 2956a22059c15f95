"""One element of a parameter through a step of an optimizer: gradient, weight decay, momentum or moments, change.

The optimizer's own state is not in a recording. It is built up here from the gradients of all its earlier steps by the
rules of torch.optim (pytorch.org/docs/stable/optim.html), and believed only if the parameter that comes out is the one
that was recorded.
"""

import ast
from dataclasses import dataclass

import numpy as np

from engine.explain.explanation import Check, Verdict
from engine.explain.numerals import array_of, prose_number
from engine.explain.update_rules import RULES, Advance, Quantity, Settings, State, signed_text
from engine.trace.facts import Phase, Step
from engine.trace.ids import StepIndex, TensorId, ValueId
from engine.trace.recording import Recording

_MOST_STEPS = 2000
"""Longer histories are not followed: a person waits for this."""
_OF_CHANGE, _OF_VALUE = 2e-3, 1e-6
"""How far the rule may be from torch: settings are recorded to four digits, parameters to those of their dtype."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementUpdate:
    """What happened to one element, in order from the gradient to the new value."""

    place: tuple[int, ...]
    quantities: tuple[Quantity, ...]
    check: Check


def element_update(recording: Recording, step: Step, position: int, element: int) -> ElementUpdate | None:
    """Follow one element of the parameter at ``position`` among those that an optimizer step changed.

    ``element`` counts in reading order. Returns None when the numbers were not kept.

    Raises:
        IndexError: If there is no such parameter.
    """
    before, gradient, after = step.inputs[2 * position], step.inputs[2 * position + 1], step.outputs[position]
    numbers = [_at(recording, value, element) for value in (before, gradient, after)]
    if before is None or any(number is None for number in numbers):
        return None
    old, slope, new = (number for number in numbers if number is not None)
    fact = recording.values[before]
    place = tuple(int(index) for index in np.unravel_index(element, fact.shape)) if fact.shape else ()
    change = Quantity("change", "after − before", signed_text(new - old))
    bare = [Quantity("before", "w", prose_number(old)), Quantity("gradient", "g", prose_number(slope))]
    ends = [change, Quantity("after", "w", prose_number(new))]
    rule = RULES.get(_kind(step))
    reason = "the rule of this optimizer is not known here" if rule is None else ""
    state = _state_before(recording, step, fact.tensor, element, rule) if rule is not None else None
    if rule is not None and state is None:
        reason = "the optimizer's earlier steps are not all known"
    if rule is None or state is None:
        return ElementUpdate(place=place, quantities=(*bare, *ends), check=Check(Verdict.SYMBOLIC_ONLY, reason=reason))
    computed, inner = rule(state, settings_of(step), old, slope)
    gap = abs(computed - new)
    if not gap <= _OF_CHANGE * abs(new - old) + _OF_VALUE * max(abs(old), abs(new)):
        check = Check(Verdict.DIFFERS, gap, "the settings shown are those of the first group of parameters")
        return ElementUpdate(place=place, quantities=(*bare, *ends), check=check)
    return ElementUpdate(place=place, quantities=(*bare, *inner, *ends), check=Check(Verdict.MATCHES, gap))


def settings_of(step: Step) -> Settings:
    """Return the settings of an optimizer step as Python objects."""
    found: Settings = {}
    for argument in step.arguments:
        if argument.value is None:
            try:
                found[argument.name] = ast.literal_eval(argument.text)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                found[argument.name] = argument.text
    return found


def _kind(step: Step) -> str:
    name, settings = step.name.split(".", maxsplit=1)[0], settings_of(step)
    odd = settings.get("centered") or (name == "RMSprop" and settings.get("momentum"))
    return "" if odd else name


def _at(recording: Recording, value: ValueId | None, element: int) -> float | None:
    array = array_of(recording, value)
    if array is None or np.iscomplexobj(array) or element >= array.size:
        return None
    return float(array.reshape(-1)[element].item())


def _state_before(recording: Recording, step: Step, tensor: TensorId, element: int, rule: Advance) -> State | None:
    state = State()
    earlier = _earlier(recording, step, tensor)
    if len(earlier) > _MOST_STEPS:
        return None
    for index, position in earlier:
        past = recording.steps[index]
        old = _at(recording, past.inputs[2 * position], element)
        slope = _at(recording, past.inputs[2 * position + 1], element)
        if old is None or slope is None:
            return None
        rule(state, settings_of(past), old, slope)
    return state


def _earlier(recording: Recording, step: Step, tensor: TensorId) -> list[tuple[StepIndex, int]]:
    """Return the earlier steps of the same kind of optimizer that changed a tensor, and its position in each."""
    found: dict[StepIndex, int] = {}
    for version in recording.versions(tensor):
        for index in recording.consumers(version):
            past = recording.steps[index]
            if index < step.index and past.phase is Phase.OPTIMIZER and past.name == step.name:
                for position, value in enumerate(past.inputs[::2]):
                    if value == version:
                        found[index] = position
    return sorted(found.items())
