"""What the names of loops and functions are given, and what statements are called."""

import ast
from collections.abc import Mapping

from engine.network.constants import UnknownError, constant
from engine.network.errors import CannotDrawError
from engine.network.imports import dotted
from engine.network.members import Literal, Module, Sequence
from engine.network.values import Fixed, Group, Routine, Value


def taken(target: ast.expr, value: Value) -> dict[str, Value]:
    """Return what each name of a target is given.

    Raises:
        CannotDrawError: If that is not known.
    """
    match target, value:
        case ast.Name(id=name), _:
            return {name: value}
        case ast.Tuple(elts=names), Group(values=values) if len(names) == len(values):
            return {
                key: one for name, part in zip(names, values, strict=True) for key, one in taken(name, part).items()
            }
        case ast.Tuple(elts=names), Fixed(tree=ast.Tuple(elts=parts)) if len(names) == len(parts):
            pairs = zip(names, parts, strict=True)
            return {key: one for name, part in pairs for key, one in taken(name, Fixed(part)).items()}
        case _:
            raise CannotDrawError(target.lineno, "what goes into these names is not known")


def slice_of(parts: list[ast.expr | None], line: int) -> slice:
    """Return a part of a list whose ends are known.

    Raises:
        CannotDrawError: If they are not.
    """
    try:
        return slice(*(None if part is None else constant(part) for part in parts))
    except UnknownError:
        raise CannotDrawError(line, "which layers are meant is known when it runs") from None


def inner_of(outer: Routine | None, name: str) -> Routine | None:
    """Return a member of a member."""
    if outer is None:
        return None
    match outer.member:
        case Sequence(members=members):
            found = dict(members).get(name)
        case Module(members=inner):
            found = inner.get(name)
        case _:
            found = None
    return None if found is None or isinstance(found, Literal) else Routine(found, (*outer.path, name))


def with_defaults(method: ast.FunctionDef, values: Mapping[str, Value], *, is_method: bool = True) -> dict[str, Value]:
    """Return what the arguments of a function are, from what it is given and its defaults.

    Raises:
        CannotDrawError: If they do not fit.
    """
    arguments = method.args
    if arguments.vararg is not None or arguments.kwarg is not None:
        raise CannotDrawError(method.lineno, f"{method.name} must name each of its arguments")
    names = [one.arg for one in [*arguments.posonlyargs, *arguments.args][1 if is_method else 0 :]]
    found: dict[str, Value] = {
        name: Fixed(default)
        for name, default in zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=False)
    }
    only = zip((one.arg for one in arguments.kwonlyargs), arguments.kw_defaults, strict=True)
    found.update({name: Fixed(default) for name, default in only if default is not None})
    names += [one.arg for one in arguments.kwonlyargs]
    found.update(values)
    missing = next((name for name in names if name not in found), "")
    if missing or not found.keys() <= set(names):
        raise CannotDrawError(method.lineno, f"its argument {missing or 'list'} does not fit the call")
    return found


def is_static(definition: ast.FunctionDef) -> bool:
    """Return whether a method takes no ``self``."""
    return any(dotted(one) == "staticmethod" for one in definition.decorator_list)


def hint_of(target: ast.expr, *, in_tuple: bool = False) -> str:
    """Return the name that the result of an assignment gets, empty for none."""
    match target:
        case ast.Name(id=name):
            return name
        case ast.Tuple(elts=[ast.Name(id=name), *_]) if in_tuple:
            return name
        case _:
            return ""


def reason_of(statement: ast.stmt) -> str:
    """Return why a statement cannot be drawn."""
    match statement:
        case ast.For() | ast.While():
            return "how often a loop runs is known when it runs"
        case ast.Return():
            return "forward returns nothing"
        case ast.Expr():
            return "what it computes is not kept"
        case ast.AugAssign():
            return "it writes into a tensor or an attribute"
        case _:
            return f"{type(statement).__name__.lower()} is no call of a layer or function"
