"""The free expressions of a network: which are allowed, and their inputs as the letters ``a``, ``b``, ``c`` ..."""

import ast
import string
from collections.abc import Callable, Mapping

from engine.network.errors import NetworkError

LETTERS = string.ascii_lowercase
MODULES = frozenset({"torch", "F", "nn", "math"})
KNOWN_CALLS = frozenset({"len", "int", "float", "bool", "max", "min", "abs", "sum", "range", "tuple", "list", "slice"})
_ALLOWED = (
    ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare,
    ast.IfExp, ast.Call, ast.keyword, ast.Attribute, ast.Subscript, ast.Slice, ast.Tuple, ast.List, ast.Constant,
    ast.Name,
)  # fmt: skip
# Shapes are worked out as one types, so an expression may not read or write files, nor run other code.
_BARRED = frozenset(
    {
                 "load",         "save",         "hub",         "jit",         "ops",         "utils",
        "classes",         "compile",         "package",         "export",         "distributed",
        "multiprocessing",         "library",         "serialization",         "numpy",         "tofile",
        "storage",         "untyped_storage",         "apply_",         "map_",         "map2_",
        "register_hook",         "backward",         "share_memory",         "from_file",         "data_ptr",
        "set_default_device",         "set_default_dtype",         "set_printoptions",         "manual_seed",
    }
)  # fmt: skip


def parse_expression(text: str) -> ast.expr:
    """Return the tree of an expression.

    Raises:
        NetworkError: If ``text`` is none, or not allowed in a network.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NetworkError(f"“{_short(text)}” is no Python expression.") from error
    reason = refusal(tree)
    if reason:
        raise NetworkError(f"“{_short(text)}” cannot be used: {reason}.")
    return tree


def refusal(tree: ast.expr) -> str:
    """Return why an expression may not stand in a network, without a full stop; empty when it may."""
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            return f"{_article(type(node).__name__)} is no expression of tensors"
        if isinstance(node, ast.Attribute):
            if node.attr in _BARRED or node.attr.startswith("_"):
                return f"“.{node.attr}” is not allowed in a network"
            if node.attr.endswith("_"):
                return f"“.{node.attr}” changes a tensor in place"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in KNOWN_CALLS:
            return f"“{node.func.id}” is no known function"
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and len(node.value) > 200:
            return "its text is too long"
    return ""


def is_variable(name: str) -> bool:
    """Return whether a name in an expression is one of its inputs."""
    return name not in MODULES and name not in KNOWN_CALLS and name != "self"


def relabel(tree: ast.expr, name_of: Callable[[str], str]) -> ast.expr:
    """Return a copy of ``tree`` with every variable renamed; ``name_of`` is asked in the order of the text."""
    copied = ast.parse(ast.unparse(tree), mode="eval").body
    renamed = _Renamer(name_of).visit(copied)
    assert isinstance(renamed, ast.expr)
    return renamed


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Return the expression ``text`` with its letters replaced."""
    return ast.unparse(relabel(parse_expression(text), lambda name: names.get(name, name)))


def variables(tree: ast.expr) -> list[str]:
    """Return the variables of an expression in the order of the text, each once."""
    found: dict[str, None] = {}

    def keep(name: str) -> str:
        found.setdefault(name)
        return name

    relabel(tree, keep)
    return list(found)


class _Renamer(ast.NodeTransformer):
    def __init__(self, name_of: Callable[[str], str]) -> None:
        self._name_of = name_of

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(self._name_of(node.id), node.ctx), node) if is_variable(node.id) else node


def _article(name: str) -> str:
    return ("an " if name[0] in "AEIOU" else "a ") + name


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
