"""Tensors of a module's own: parameters, frozen ones and buffers, and the expressions that they start from."""

import ast
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from engine.network.errors import CannotDrawError, NetworkError
from engine.network.expressions import is_variable, refusal
from engine.network.imports import dotted
from engine.network.members import Literal, Own
from engine.network.network import Node

_STARTERS = frozenset(
    f"nn.init.{name}_"
    for name in (
        "uniform", "normal", "trunc_normal", "constant", "ones", "zeros", "eye", "dirac", "xavier_uniform",
        "xavier_normal", "kaiming_uniform", "kaiming_normal", "orthogonal", "sparse",
    )
)  # fmt: skip
"""They fill a tensor and return it: what a parameter starts from may be handed through them."""


class OwnKind(StrEnum):
    """What torch makes of a tensor of a module; the ``type`` of its node."""

    LEARNED = ""
    FROZEN = "frozen"
    BUFFER = "buffer"


def making_line(node: Node) -> str:
    """Return the line of ``__init__`` that makes the tensor of a node."""
    match OwnKind(node.type):
        case OwnKind.LEARNED:
            return f"self.{node.name} = nn.Parameter({node.text})"
        case OwnKind.FROZEN:
            return f"self.{node.name} = nn.Parameter({node.text}, requires_grad=False)"
        case OwnKind.BUFFER:
            return f'self.register_buffer("{node.name}", {node.text})'


def tidy_start(text: str) -> str:
    """Return what a tensor starts from, as Python writes it.

    Raises:
        NetworkError: If it is no expression, or cannot be known when the network is made.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NetworkError(f"“{text[:60]}” is no Python expression.") from error
    reason = refusal_of_start(tree)
    if reason:
        raise NetworkError(f"“{text[:60]}” cannot be used: {reason}.")
    return ast.unparse(tree)


def refusal_of_start(tree: ast.expr) -> str:
    """Return why a tensor of a module cannot start from this, without a full stop; empty when it can."""
    while isinstance(tree, ast.Call) and dotted(tree.func) in _STARTERS and tree.args:
        further = [*tree.args[1:], *(keyword.value for keyword in tree.keywords)]
        reason = next((reason for one in further if (reason := _refusal(one))), "")
        if reason:
            return reason
        tree = tree.args[0]
    return _refusal(tree)


def own_of(call: ast.Call, literal: Callable[[ast.expr], ast.expr]) -> Own:
    """Return what a call of ``nn.Parameter``, ``register_parameter`` or ``register_buffer`` makes.

    Raises:
        CannotDrawError: If its numbers are not known before it runs.
    """
    is_plain = dotted(call.func) == "nn.Parameter"
    kind = OwnKind.BUFFER if dotted(call.func).endswith("register_buffer") else OwnKind.LEARNED
    given = call.args if is_plain else call.args[1:]
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    start = given[0] if given else named.get("data") or named.get("tensor") or named.get("param")
    if start is None:
        raise CannotDrawError(call.lineno, "what this tensor starts from is not known")
    if isinstance(start, ast.Call) and dotted(start.func) == "nn.Parameter":
        return own_of(start, literal)
    needs = given[1] if is_plain and len(given) > 1 else named.get("requires_grad")
    if needs is not None and not _is_true(literal(needs)):
        kind = OwnKind.FROZEN
    return Own(_started(start, literal), kind, call.lineno)


def filled(own: Own, call: ast.Call, literal: Callable[[ast.expr], ast.expr]) -> Own:
    """Return a tensor after a function of ``nn.init`` gave it other numbers.

    Raises:
        CannotDrawError: If that function is not known, or its numbers are not.
    """
    name = dotted(call.func)
    if name not in _STARTERS:
        raise CannotDrawError(call.lineno, f"{name} is no known way to fill a tensor")
    further = [literal(one) for one in call.args[1:]]
    keywords = [ast.keyword(one.arg, literal(one.value)) for one in call.keywords if one.arg != "tensor"]
    return replace(own, tree=ast.Call(call.func, [own.tree, *further], keywords))


def _started(start: ast.expr, literal: Callable[[ast.expr], ast.expr]) -> ast.expr:
    """Return the expression with its names replaced; a filling call within is kept as it is."""
    if isinstance(start, ast.Call) and dotted(start.func) in _STARTERS and start.args:
        inner = Own(_started(start.args[0], literal), "", start.lineno)
        return filled(inner, start, literal).tree
    return literal(start)


def _is_true(tree: ast.expr) -> bool:
    return not (isinstance(tree, ast.Constant) and tree.value is False)


def _refusal(tree: ast.expr) -> str:
    reason = refusal(tree)
    unknown = next((one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and is_variable(one.id)), "")
    if reason or not unknown:
        return reason
    return f"{unknown} is not known when the network is made"


def registered(call: ast.Call, literal: Callable[[ast.expr], ast.expr]) -> tuple[str, Literal | Own]:
    """Return what a call of ``register_buffer`` or ``register_parameter`` keeps, and its name.

    Raises:
        CannotDrawError: If one is not known.
    """
    match call.args:
        case [ast.Constant(value=str(name)), ast.Constant(value=None) as nothing, *_]:
            return name, Literal(nothing)
        case [ast.Constant(value=str(name)), *_]:
            return name, own_of(call, literal)
        case _:
            raise CannotDrawError(call.lineno, "the name of this tensor is not known")
