"""What a call hands to a constructor or a function: values that are known, and layers that were made before."""

import ast
from collections.abc import Mapping
from typing import Protocol

from engine.network.bindings import Names, bound
from engine.network.imports import dotted
from engine.network.members import Literal, Member


class Giver(Protocol):
    """Knows what the arguments of a call are."""

    @property
    def classes(self) -> Mapping[str, ast.ClassDef]:
        """The modules of the file."""
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


def handed(
    giver: Giver | None, method: ast.FunctionDef, call: ast.Call | None, line: int, *, is_method: bool = True
) -> tuple[Names, dict[str, Member]]:
    """Return the arguments of a function: values by their names, and layers by theirs.

    Raises:
        CannotDrawError: If one is missing or not known.
    """
    layers: dict[int, tuple[ast.expr, Member]] = {}

    def taken(value: ast.expr) -> ast.expr:
        assert giver is not None
        made = _layer(giver, value)
        if made is None:
            return giver.literal(value)
        place = ast.Constant(...)
        layers[id(place)] = place, made  # it is kept, so that no other one gets its id
        return place

    values = bound(method, call, None if giver is None else taken, line, is_method=is_method)
    parts = {name: layers[id(tree)][1] for name, tree in values.items() if id(tree) in layers}
    return {name: tree for name, tree in values.items() if name not in parts}, parts


def _layer(giver: Giver, value: ast.expr) -> Member | None:
    found = giver.part(value)
    if found is None and isinstance(value, ast.Call):
        name = dotted(value.func)
        if name.startswith("nn.") or name in giver.classes:
            found = giver.member(value)
    return None if isinstance(found, Literal) else found
