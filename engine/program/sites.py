"""The spots of a program that tell the recorder where it is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from engine.program.conditions import Condition
from engine.program.places import Place
from engine.program.taint import Sources


@dataclass(slots=True, eq=False)
class FunctionSite:
    """A function of the person's own.

    Attributes:
        name: What a person calls it, e.g. ``Net.forward``.
        file: The file that it is in, as its code says.
        place: Its head.
        code_place: Name and first line of its code.
        pauses: Whether it is a generator or a coroutine.
        has_frame: Whether its calls are told apart by their frames: it pauses, or goes on after an exception.
        calls: Gives the number of each call.
        running: Numbers of the calls of one that pauses, by the address of their frames.
        paused: Rounds that one that pauses has begun without anything to record, by the address of its frame.
    """

    name: str
    file: str
    place: Place
    code_place: tuple[str, int]
    pauses: bool
    has_frame: bool
    calls: Iterator[int] = field(default_factory=count)
    running: dict[int, int] = field(default_factory=dict)
    paused: "dict[int, tuple[LoopSite, int]]" = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class LoopSite:
    """A loop.

    Attributes:
        name: Its head as text, e.g. ``for batch in loader``.
        function: The function that it is in, None at top level.
        outer: The loop around it in that function.
        place: Its head.
        lines: First and last line of all of it.
    """

    name: str
    file: str
    place: Place
    function: FunctionSite | None
    outer: "LoopSite | None"
    lines: tuple[int, int]


@dataclass(slots=True, eq=False)
class HandlerSite:
    """Where the program goes on after an exception: in this function, and still in these of its loops."""

    function: FunctionSite | None
    loops: tuple[LoopSite, ...]


@dataclass(slots=True, eq=False)
class ConditionSite:
    """A condition on plain numbers that may have come out of tensors, by the calls in ``sources``.

    ``told`` says which of its operands tell their number before it is decided.
    """

    condition: Condition
    file: str
    sources: Sources
    told: tuple[bool, ...]


Site: TypeAlias = FunctionSite | LoopSite | HandlerSite | ConditionSite
