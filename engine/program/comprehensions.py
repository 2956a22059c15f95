"""Comprehensions as loops: what each round works out, and whether that may be anything that a person wants to see."""

import ast
from typing import TypeAlias

Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

_WORDS = """
    abs bool chr dict enumerate float frozenset getattr hasattr int isinstance len list max min ord print range repr
    reversed round set sorted str tuple type zip
"""
_PLAIN = frozenset(_WORDS.split())
"""Builtins that numbers and texts are made ready with: rounds that call nothing else are not worth a mark."""


def element(node: Comprehension) -> tuple[ast.expr, ...]:
    """Return the expressions of each round, in the order in which they are worked out."""
    return (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)


def may_call(body: tuple[ast.expr, ...]) -> bool:
    """Whether something there may call torch: another call than of a plain builtin, or an operation on two operands."""
    return any(_may_call(part) for expression in body for part in ast.walk(expression))


def _may_call(part: ast.AST) -> bool:
    match part:
        case ast.Call(func=ast.Name(id=name)):
            return name not in _PLAIN
        case ast.Call() | ast.BinOp():
            return True
        case _:
            return False
