"""Calls, rebuilt from the arguments of a step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from engine.runtime.proof.literals import NotRebuildableError, literal
from engine.trace.facts import Argument, Step
from engine.trace.ids import ValueId

TensorOf = Callable[[ValueId], Tensor]


@dataclass(slots=True)
class Call:
    """Arguments as they were passed."""

    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)


def rebuilt(step: Step, tensor_of: TensorOf) -> Call:
    """Return the arguments of a forward step.

    Raises:
        NotRebuildableError: If one of them is nothing that facts can say.
    """
    call = Call()
    group: list[tuple[tuple[int, ...], Any]] = []
    name, is_keyword = "", False
    for number, argument in enumerate(step.arguments):
        if not any(argument.place):  # the first of a list, or an argument of its own
            _take(call, name, group, is_keyword=is_keyword)
            group, name, is_keyword = [], argument.name, argument.is_keyword
        group.append((argument.place, _one(argument, number, tensor_of)))
    _take(call, name, group, is_keyword=is_keyword)
    return call


def _one(argument: Argument, number: int, tensor_of: TensorOf) -> Any:  # noqa: ANN401 - any argument
    if "[" in argument.name:
        raise NotRebuildableError(f"argument {argument.name.partition('[')[0]} is a dict of tensors")
    if argument.value is not None:
        return tensor_of(argument.value)
    try:
        return literal(argument.exact or argument.text)
    except NotRebuildableError as error:
        which = argument.name or str(number + 1)
        raise NotRebuildableError(f"argument {which} is {_said(argument.text)}") from error


def _said(text: str) -> str:
    return "too long to be kept" if text.endswith("…") else f"a Python object ({text})"


def _take(call: Call, name: str, group: list[tuple[tuple[int, ...], Any]], *, is_keyword: bool) -> None:
    if not group:
        return
    whole = group[0][1] if group[0][0] == () else _nested(group)
    if is_keyword:
        call.kwargs[name] = whole
    else:
        call.args.append(whole)


def _nested(group: list[tuple[tuple[int, ...], Any]]) -> Any:  # noqa: ANN401 - a tensor, or tuples of them
    """Return tuples in tuples: each part stands at the indices in front of it."""
    if len(group) == 1 and not group[0][0]:
        return group[0][1]
    parts: dict[int, list[tuple[tuple[int, ...], Any]]] = {}
    for place, part in group:
        if not place:
            raise NotRebuildableError("the places of its arguments contradict each other")
        parts.setdefault(place[0], []).append((place[1:], part))
    return tuple(_nested(members) for _, members in sorted(parts.items()))
