"""Calls and operators that are known functions of a network."""

import ast
from dataclasses import dataclass
from functools import lru_cache

from engine.network.catalogue import Form, FunctionType, functions
from engine.network.expressions import is_variable
from engine.network.imports import dotted
from engine.network.network import Setting

_OPERATORS: tuple[tuple[type[ast.operator], str], ...] = (
    (ast.Add, "add"),
    (ast.Sub, "sub"),
    (ast.Mult, "mul"),
    (ast.Div, "div"),
    (ast.MatMult, "matmul"),
)


@dataclass(frozen=True, slots=True)
class KnownCall:
    """One call of a known function: what goes into it, and its settings."""

    function: FunctionType
    operands: tuple[ast.expr, ...]
    settings: tuple[Setting, ...]


def recognise(tree: ast.expr) -> KnownCall | None:
    """Return what a call or operator means, None when it is no known function of tensors and fixed settings."""
    match tree:
        case ast.BinOp(left=left, op=op, right=right):
            name = next((name for kind, name in _OPERATORS if isinstance(op, kind)), "")
            return _checked(KnownCall(functions()[name], (left, right), ())) if name else None
        case ast.Call(func=ast.Attribute(value=base, attr=attr) as func):
            name = dotted(func)
            if name.partition(".")[0] in {"torch", "F"}:
                function = _by_writing().get(name)
                return None if function is None else _call(function, tree.args, tree.keywords)
            function = _by_writing().get(f".{attr}")
            return None if function is None else _call(function, [base, *tree.args], tree.keywords)
        case _:
            return None


def has_variable(tree: ast.expr) -> bool:
    """Return whether an expression depends on what goes into ``forward``."""
    return any(
        (isinstance(node, ast.Name) and is_variable(node.id))
        or (isinstance(node, ast.Attribute) and dotted(node).startswith("self.") and node.attr != "training")
        for node in ast.walk(tree)
    )


def _call(function: FunctionType, arguments: list[ast.expr], keywords: list[ast.keyword]) -> KnownCall | None:
    if function.form is Form.LIST_CALL:
        if not arguments or not isinstance(arguments[0], ast.Tuple | ast.List):
            return None
        operands, rest = arguments[0].elts, arguments[1:]
    else:
        count = len(function.inputs)
        operands, rest = arguments[:count], arguments[count:]
        if len(operands) < count:
            return None
    if function.form is Form.SPREAD_METHOD:
        rest = _joined(rest)
    if len(rest) > len(function.parameters) or not operands:
        return None
    given = {parameter.name: value for parameter, value in zip(function.parameters, rest, strict=False)}
    given.update({keyword.arg or "**": keyword.value for keyword in keywords})
    names = {parameter.name for parameter in function.parameters}
    needed = {parameter.name for parameter in function.parameters if parameter.default is None}
    if not given.keys() <= names or not needed <= given.keys() or any(has_variable(one) for one in given.values()):
        return None
    settings = tuple(Setting(key, ast.unparse(value)) for key, value in given.items())
    return _checked(KnownCall(function, tuple(operands), settings))


def _joined(sizes: list[ast.expr]) -> list[ast.expr]:
    if len(sizes) == 1 and isinstance(sizes[0], ast.Tuple | ast.List):
        sizes = sizes[0].elts
    return [ast.Tuple(sizes, ast.Load())] if sizes else []


def _checked(call: KnownCall) -> KnownCall | None:
    plain = not any(isinstance(one, ast.Starred) for one in call.operands)
    return call if plain and all(has_variable(one) for one in call.operands) else None


@lru_cache(maxsize=1)
def _by_writing() -> dict[str, FunctionType]:
    found = {}
    for function in functions().values():
        is_method = function.form in {Form.METHOD, Form.SPREAD_METHOD}
        if function.form is not Form.OPERATOR:
            found[("." if is_method else "") + function.written] = function
        found.update(dict.fromkeys(function.also, function))
    return found
