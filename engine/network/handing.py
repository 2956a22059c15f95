"""What a call hands to a constructor or a function: values that are known, and layers that were made before."""

import ast

from engine.network.bindings import Names, bound
from engine.network.imports import dotted
from engine.network.members import Literal, Member
from engine.network.surroundings import Surroundings


def handed(
    around: Surroundings | None, method: ast.FunctionDef, call: ast.Call | None, line: int, *, is_method: bool = True
) -> tuple[Names, dict[str, Member]]:
    """Return the arguments of a function: values by their names, and layers by theirs.

    Raises:
        CannotDrawError: If one is missing or not known.
    """
    layers: dict[int, tuple[ast.expr, Member]] = {}

    def taken(value: ast.expr) -> ast.expr:
        assert around is not None
        made = _layer(around, value)
        if made is None:
            return around.literal(value)
        place = ast.Constant(...)
        layers[id(place)] = place, made  # it is kept, so that no other one gets its id
        return place

    values = bound(method, call, None if around is None else taken, line, is_method=is_method)
    parts = {name: layers[id(tree)][1] for name, tree in values.items() if id(tree) in layers}
    return {name: tree for name, tree in values.items() if name not in parts}, parts


def _layer(around: Surroundings, value: ast.expr) -> Member | None:
    found = around.part(value)
    if found is None and isinstance(value, ast.Call):
        name = dotted(value.func)
        if name.startswith("nn.") or name in around.classes:
            found = around.member(value)
    return None if isinstance(found, Literal) else found
