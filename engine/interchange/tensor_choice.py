"""Which recorded tensors go into a file, and what each is called there."""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from engine.interchange.texts import clean
from engine.trace.facts import Role, Value
from engine.trace.gradients import Arrived, gradient_state
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording

ACCUMULATED = ".grad"
"""Ending of the key of a tensor's ``.grad``."""
FLOWED = ".grad_flowed"
"""Ending of the key of what arrived at a tensor's ``grad_fn``; torch keeps no ``.grad`` for such a tensor."""

_BEFORE_EVERYTHING = StepIndex(-1)
_NOBODY = (_BEFORE_EVERYTHING, None)
_RESERVED = "__metadata__"


@dataclass(frozen=True, slots=True)
class Named:
    """Every named value, and its gradient, as they are right after ``step`` (None: when the program has ended)."""

    step: StepIndex | None = None


@dataclass(frozen=True, slots=True)
class Parameters:
    """Every parameter, and its ``.grad``, as they are right after ``step`` (None: when the program has ended)."""

    step: StepIndex | None = None


@dataclass(frozen=True, slots=True)
class One:
    """One value, whenever it was."""

    value: ValueId


@dataclass(frozen=True, slots=True)
class Everything:
    """Every value of the run, gradients included, under its number and first name, e.g. ``12 x``."""


Choice: TypeAlias = Named | Parameters | One | Everything


def chosen_values(recording: Recording, choice: Choice) -> dict[str, ValueId]:
    """Return key and value of every tensor that ``choice`` asks for, in the order in which the program made them.

    A name means what it meant at the step: where several tensors had it in turn, the latest. A value is there once,
    under the first of its names that still means it. ``x.grad`` is the gradient of ``x`` that torch holds,
    ``y.grad_flowed`` what flowed into a tensor that holds none.
    """
    match choice:
        case Named(step):
            return _keyed(recording, _end(recording, step), lambda _value: True)
        case Parameters(step):
            return _keyed(recording, _end(recording, step), lambda value: value.role is Role.PARAMETER)
        case One(value):
            return {_key_of(_name_of_one(recording, value), ()): value}
        case Everything():
            names = ((value.id, next(iter(recording.names(value.id)), "")) for value in recording.values)
            return {f"{value} {clean(name)}".strip(): value for value, name in names}
        case _:
            assert_never(choice)


def step_of(recording: Recording, choice: Choice) -> StepIndex:
    """Return the step right after which the chosen values are as they are; -1 is before the first."""
    match choice:
        case Named(step) | Parameters(step):
            return StepIndex(len(recording) - 1) if step is None else step
        case One(value):
            made_by = recording.values[value].producer
            return _BEFORE_EVERYTHING if made_by is None else made_by
        case Everything():
            return StepIndex(len(recording) - 1)
        case _:
            assert_never(choice)


def _end(recording: Recording, step: StepIndex | None) -> StepIndex:
    # What the program did after its last step, such as zero_grad, counts as the step that would have come next.
    return StepIndex(len(recording)) if step is None else step


def _keyed(recording: Recording, step: StepIndex, is_wanted: Callable[[Value], bool]) -> dict[str, ValueId]:
    chosen: dict[str, ValueId] = {}
    for name, value in _names_at(recording, step):
        if not is_wanted(value):
            continue
        key = _key_of(name, chosen)
        chosen[key] = value.id
        gradient = _gradient(recording, value, step)
        if gradient is not None:
            ending, found = gradient
            chosen[_key_of(key + ending, chosen)] = found
    return chosen


def _names_at(recording: Recording, step: StepIndex) -> Iterator[tuple[str, Value]]:
    """Yield every value that has a name at ``step``, with the first name that means it."""
    holders: dict[str, tuple[StepIndex, ValueId]] = {}
    for value, birth in _births(recording):
        for name in _own_names(recording, value):
            holder = holders.get(name)
            born = _BEFORE_EVERYTHING if holder is None and value.producer is None else birth
            if born <= step and (holder is None or (born, value.id) > holder):
                holders[name] = (born, value.id)
    for value_id in sorted({holder for _born, holder in holders.values()}):
        value = recording.values[value_id]
        yield next(name for name in _own_names(recording, value) if holders.get(name, _NOBODY)[1] == value_id), value


def _births(recording: Recording) -> Iterator[tuple[Value, StepIndex]]:
    """Yield every value with the step that made it; one that no step made came with the latest step told of so far."""
    latest = _BEFORE_EVERYTHING
    for value in recording.values:
        if value.producer is not None:
            latest = max(latest, value.producer)
        yield value, latest if value.producer is None else value.producer


def _own_names(recording: Recording, value: Value) -> Iterable[str]:
    # A name such as ``x.grad`` says what a gradient was when it was looked at; at the step, ``x`` itself tells.
    return (name for name in recording.names(value.id) if not name.endswith(ACCUMULATED))


def _gradient(recording: Recording, value: Value, step: StepIndex) -> tuple[str, ValueId] | None:
    held = recording.grad_at(value.tensor, step)
    if held is not None:
        return ACCUMULATED, held
    if value.is_leaf:
        return None
    state = gradient_state(recording, value, step)
    return (FLOWED, state.value) if isinstance(state, Arrived) else None


def _name_of_one(recording: Recording, value: ValueId) -> str:
    names = recording.names(value)
    if names:
        return names[0]
    for change in recording.all_grad_changes():
        owner = next((name for version in recording.versions(change.tensor) for name in recording.names(version)), "")
        if change.value == value and owner:
            return owner + ACCUMULATED
    return f"value_{value}"


def _key_of(name: str, taken: Container[str]) -> str:
    """Return ``name`` as a key that no other tensor has: printable, and not the one that the file keeps for itself."""
    key = clean(name).strip() or "unnamed"
    if key == _RESERVED:
        key = _RESERVED.strip("_")
    count, numbered = 1, key
    while numbered in taken:
        count += 1
        numbered = f"{key} #{count}"
    return numbered
