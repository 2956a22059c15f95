"""What a variable of ``forward`` may hold while its text is followed."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine.network.members import Member
from engine.network.network import NodeName


@dataclass(frozen=True, slots=True)
class Port:
    """One output of a node."""

    node: NodeName
    index: int


@dataclass(frozen=True, slots=True)
class Group:
    """A tuple of values."""

    values: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A number, a word or None that is known before anything runs."""

    tree: ast.expr


@dataclass(frozen=True, slots=True)
class Routine:
    """Something that can be called, and where it lies in the module."""

    member: Member
    path: tuple[str, ...]


Value: TypeAlias = Port | Group | Fixed | Routine


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call is given, where it stands, and the name that its result gets."""

    values: list[Value]
    named: Mapping[str, Value]
    line: int
    hint: str
