"""What is known at the place in ``__init__`` that is being read."""

import ast
from collections.abc import Mapping, Sequence
from typing import Protocol

from engine.network.bindings import Names
from engine.network.members import Member
from engine.network.records import RecordType


class Surroundings(Protocol):
    """Names of values and of layers, and the classes of the file; it reads expressions by them."""

    values: Names
    members: dict[str, Member]

    @property
    def classes(self) -> Mapping[str, ast.ClassDef]:
        """The modules of the file."""
        ...

    @property
    def records(self) -> Mapping[str, RecordType]:
        """The classes of the file that hold settings."""
        ...

    def part(self, tree: ast.expr) -> Member | None:
        """Return the layer or list that a name stands for."""
        ...

    def member(self, value: ast.expr) -> Member:
        """Read what one expression makes."""
        ...

    def literal(self, value: ast.expr) -> ast.expr:
        """Return an expression with every known name replaced."""
        ...

    def within(self, comprehension: ast.ListComp | ast.GeneratorExp) -> "Sequence[Surroundings]":
        """Return what is known in each round of a comprehension."""
        ...
