"""What calls of classes and functions give to their arguments, and loops to their names."""

import ast
from collections.abc import Callable
from typing import TypeAlias

from engine.network.catalogue import layers
from engine.network.errors import CannotDrawError
from engine.network.members import Layer
from engine.network.network import Setting

Names: TypeAlias = dict[str, ast.expr]
Literally: TypeAlias = Callable[[ast.expr], ast.expr]
"""Returns an expression with what its names are in place of them."""
_KNOWN = frozenset(
    {
        "torch", "F", "nn", "math", "int", "float", "bool", "max", "min", "abs", "len", "range", "zip", "enumerate",
        "sum", "tuple", "list", "reversed", "round",
    }
)  # fmt: skip


def bound(
    method: ast.FunctionDef, call: ast.Call | None, literal: Literally | None, line: int, *, is_method: bool = True
) -> Names:
    """Return the arguments of a function, from its call or its defaults."""
    arguments = [*method.args.posonlyargs, *method.args.args][1 if is_method else 0 :]
    names = [one.arg for one in arguments]
    found: Names = {} if method.args.kwarg is None else {method.args.kwarg.arg: ast.Dict([], [])}
    defaults = method.args.defaults
    found.update(zip(names[len(names) - len(defaults) :], defaults, strict=False))
    only = method.args.kwonlyargs
    found.update(
        {one.arg: value for one, value in zip(only, method.args.kw_defaults, strict=True) if value is not None}
    )
    if call is not None and literal is not None:
        call = with_keywords(call, literal)
        if any(isinstance(one, ast.Starred) for one in call.args):
            raise CannotDrawError(line, "the arguments of a call must be written one by one")
        found.update({name: literal(value) for name, value in zip(names, call.args, strict=False)})
        given = {one.arg: literal(one.value) for one in call.keywords if one.arg is not None}
        more = method.args.kwarg
        if more is not None:
            own = {*names, *(one.arg for one in only)}
            others = {name: tree for name, tree in given.items() if name not in own}
            found[more.arg] = ast.Dict([ast.Constant(name) for name in others], list(others.values()))
            given = {name: tree for name, tree in given.items() if name not in others}
        found.update(given)
    missing = [name for name in [*names, *(one.arg for one in only)] if name not in found]
    if missing:
        raise CannotDrawError(method.lineno if call is None else line, f"the value of {missing[0]} is not known")
    return found


def layer_of(call: ast.Call, name: str, literal: Literally) -> Layer:
    """Return the layer that a call of its class makes.

    Raises:
        CannotDrawError: If there is no such layer, or an argument is not its own.
    """
    call = with_keywords(call, literal)
    known = layers().get(name)
    if known is None:
        raise CannotDrawError(call.lineno, f"nn.{name} is not in the catalogue of layers")
    if len(call.args) > len(known.parameters):
        raise CannotDrawError(call.lineno, f"nn.{name} takes {len(known.parameters)} arguments at the most")
    given: dict[str, ast.expr] = {}
    for parameter, value in zip(known.parameters, call.args, strict=False):
        given[parameter.name] = value
    names = {parameter.name for parameter in known.parameters}
    for keyword in call.keywords:
        if keyword.arg not in names:
            raise CannotDrawError(call.lineno, f"nn.{name} has no setting {keyword.arg or '**'} here")
        given[keyword.arg] = keyword.value
    for parameter in known.parameters:
        if parameter.default is None and parameter.name not in given:
            raise CannotDrawError(call.lineno, f"nn.{name} needs its {parameter.name}")
    settings = (Setting(key, ast.unparse(literal(value))) for key, value in given.items())
    return Layer(name, tuple(settings), call.lineno)


def with_keywords(call: ast.Call, literal: Literally) -> ast.Call:
    """Return a call with the keywords that ``**settings`` stands for, where those are known."""
    if all(one.arg is not None for one in call.keywords):
        return call
    keywords: list[ast.keyword] = []
    for one in call.keywords:
        held = literal(one.value) if one.arg is None else None
        match held:
            case None:
                keywords.append(one)
            case ast.Dict(keys=keys, values=values):
                keywords += [ast.keyword(str(key.value), value) for key, value in zip(keys, values, strict=True)
                             if isinstance(key, ast.Constant)]  # fmt: skip
            case _:
                raise CannotDrawError(call.lineno, "which arguments these are is known when it runs")
    return ast.copy_location(ast.Call(call.func, call.args, keywords), call)


def unpacked(target: ast.expr, value: ast.expr) -> Names:
    """Return what each name of a target is given."""
    match target, value:
        case ast.Name(id=name), _:
            return {name: value}
        case ((ast.Tuple(elts=names) | ast.List(elts=names)), (ast.Tuple(elts=parts) | ast.List(elts=parts))) if len(
            names
        ) == len(parts):
            found: Names = {}
            for one, part in zip(names, parts, strict=True):
                found |= unpacked(one, part)
            return found
        case _:
            raise CannotDrawError(target.lineno, "what goes into these names is not known")


def is_known(name: str) -> bool:
    """Return whether a name means the same in every program."""
    return name in _KNOWN
