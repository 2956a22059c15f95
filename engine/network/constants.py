"""Values that are known before a program runs: numbers, words, tuples, and what simple functions make of them."""

import ast
import math
from collections.abc import Callable
from typing import Any

from engine.network.errors import CannotDrawError

MOST_ITEMS = 500
"""That a loop may go over."""
_LARGEST = 10**12
_MOST_ROUNDS = 5_000
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "range": range, "len": len, "zip": zip, "enumerate": enumerate, "int": int, "float": float, "bool": bool,
    "max": max, "min": min, "abs": abs, "sum": sum, "tuple": tuple, "list": list, "reversed": reversed, "round": round,
}  # fmt: skip
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
}
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}


class UnknownError(Exception):
    """A value is not known before it runs."""


class Patience:
    """Counts the rounds and calls that are followed, so that a text that asks for very many is given up."""

    def __init__(self) -> None:
        self._left = _MOST_ROUNDS

    def spend(self, count: int, line: int) -> None:
        """Follow so many more.

        Raises:
            CannotDrawError: If they are too many.
        """
        self._left -= count
        if self._left < 0:
            raise CannotDrawError(line, f"it goes through more than {_MOST_ROUNDS:,} rounds and calls")


def constant(tree: ast.expr) -> Any:  # noqa: ANN401 - whatever Python's literals are
    """Return the value of an expression in which every name is replaced by what it is.

    Raises:
        UnknownError: If it is made of anything but literals, arithmetic and a few functions, or is very large.
    """
    try:
        return _checked(_value(tree))
    except (ArithmeticError, TypeError, ValueError, IndexError, KeyError) as error:
        raise UnknownError from error


def tree_of(value: object) -> ast.expr:
    """Return a constant as an expression.

    Raises:
        UnknownError: If it is no literal.
    """
    if isinstance(value, (range, zip, enumerate)) or type(value).__name__.endswith("iterator"):
        raise UnknownError
    return ast.parse(repr(value), mode="eval").body


def items_of(tree: ast.expr) -> list[ast.expr]:
    """Return what a loop over a constant goes through, each as an expression.

    Raises:
        UnknownError: If it is not known, or there are very many.
    """
    value = constant(tree)
    try:
        items = list(value)[: MOST_ITEMS + 1]
    except TypeError as error:
        raise UnknownError from error
    if len(items) > MOST_ITEMS:
        raise UnknownError
    return [tree_of(item) for item in items]


def _value(tree: ast.expr) -> Any:  # noqa: ANN401 - see constant
    match tree:
        case ast.Constant(value=value):
            return value
        case ast.Tuple() | ast.List() | ast.Dict():
            return _display(tree)
        case ast.UnaryOp(op=op, operand=operand):
            return _unary(op, _value(operand))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _value(left), _value(right))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _value(body if _value(test) else orelse)
        case _:
            return _further(tree)


def _further(tree: ast.expr) -> Any:  # noqa: ANN401 - see constant
    match tree:
        case ast.BoolOp(op=op, values=values):
            return _chained(op, values)
        case ast.Compare():
            return _comparison(tree)
        case ast.JoinedStr(values=parts):
            return "".join(map(_written, parts))
        case ast.Subscript(value=base, slice=place):
            return _value(base)[_place(place)]
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _called(name, [_value(one) for one in args])
        case ast.Call(func=ast.Attribute(value=ast.Name(id="math"), attr=name), args=args, keywords=[]):
            return _called_of_math(name, [_value(one) for one in args])
        case _:
            raise UnknownError


def _written(part: ast.expr) -> str:
    """Return what a part of an f-string becomes."""
    match part:
        case ast.Constant(value=str(text)):
            return text
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return str(_value(value))
        case _:
            raise UnknownError


def _display(tree: ast.Tuple | ast.List | ast.Dict) -> Any:  # noqa: ANN401 - see constant
    if isinstance(tree, ast.Dict):
        pairs = zip(tree.keys, tree.values, strict=True)
        return {_value(key): _value(value) for key, value in pairs if key is not None}
    items = [_value(item) for item in tree.elts]
    return tuple(items) if isinstance(tree, ast.Tuple) else items


def _place(tree: ast.expr) -> Any:  # noqa: ANN401 - see constant
    if not isinstance(tree, ast.Slice):
        return _value(tree)
    return slice(*(None if one is None else _value(one) for one in (tree.lower, tree.upper, tree.step)))


def _called(name: str, values: list[Any]) -> Any:  # noqa: ANN401 - see constant
    if name == "range" and len(range(*values)) > MOST_ITEMS:
        raise UnknownError
    return _FUNCTIONS[name](*values)


def _called_of_math(name: str, values: list[Any]) -> Any:  # noqa: ANN401 - see constant
    if name not in {"sqrt", "log", "log2", "ceil", "floor", "prod", "exp"}:
        raise UnknownError
    return getattr(math, name)(*values)


def _unary(op: ast.unaryop, value: Any) -> Any:  # noqa: ANN401 - see constant
    match op:
        case ast.USub():
            return -value
        case ast.UAdd():
            return +value
        case ast.Not():
            return not value
        case _:
            raise UnknownError


def _binary(op: ast.operator, left: Any, right: Any) -> Any:  # noqa: ANN401 - see constant
    if isinstance(op, ast.Pow):
        if abs(right) > 64 or abs(left) > 1024:
            raise UnknownError
        return left**right
    if type(op) not in _BINARY:
        raise UnknownError
    for repeated, count in ((left, right), (right, left)):
        if isinstance(repeated, (str, tuple, list)) and isinstance(count, int) and _size(repeated) * count > MOST_ITEMS:
            raise UnknownError
    return _BINARY[type(op)](left, right)


def _size(value: object) -> int:
    """Return how many things a value is made of; what was made here is never deep."""
    return (
        1 + sum(map(_size, value)) if isinstance(value, (tuple, list)) else len(value) if isinstance(value, str) else 1
    )


def _chained(op: ast.boolop, values: list[ast.expr]) -> Any:  # noqa: ANN401 - see constant
    found: Any = None
    for one in values:
        found = _value(one)
        if bool(found) is isinstance(op, ast.Or):
            break
    return found


def _comparison(tree: ast.Compare) -> bool:
    left = _value(tree.left)
    for op, other in zip(tree.ops, tree.comparators, strict=True):
        right = _value(other)
        if not _COMPARED[type(op)](left, right):
            return False
        left = right
    return True


def _checked(value: Any) -> Any:  # noqa: ANN401 - see constant
    if isinstance(value, (int, float)) and abs(value) > _LARGEST:
        raise UnknownError
    if isinstance(value, (str, tuple, list)) and len(value) > MOST_ITEMS:
        raise UnknownError
    return value
