"""What a module is made of: layers, sequences, modules of the same file and numbers; and the classes of a program."""

import ast
import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine.network.imports import dotted
from engine.network.network import Setting

_MODULE_BASES = {"nn.Module", "nn.Sequential"}


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of the catalogue that is made on a line."""

    type: str
    settings: tuple[Setting, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """An ``nn.Sequential``, ``nn.ModuleList`` or ``nn.ModuleDict``: members by the names that torch gives them."""

    members: tuple[tuple[str, "Member"], ...]
    is_callable: bool = True
    is_keyed: bool = False


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is known without running anything."""

    tree: ast.expr


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the same file, with what its own ``__init__`` makes."""

    definition: ast.ClassDef
    members: Mapping[str, "Member"]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the file, or a method of the module that it is called on."""

    definition: ast.FunctionDef
    module: Module | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """A tensor of a module's own: what it starts from, and an ``OwnKind``."""

    tree: ast.expr
    kind: str
    line: int


Member: TypeAlias = Layer | Sequence | Literal | Module | Function | Own


def method_of(definition: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    """Return a method of a class, None when it has none of that name."""
    return next((one for one in definition.body if isinstance(one, ast.FunctionDef) and one.name == name), None)


def is_sequential(definition: ast.ClassDef) -> bool:
    """Return whether a class is made from ``nn.Sequential`` itself."""
    return any(dotted(base) == "nn.Sequential" for base in definition.bases)


def is_chain(definition: ast.ClassDef) -> bool:
    """Return whether calling a module of this class calls its layers one after the other."""
    return is_sequential(definition) and method_of(definition, "forward") is None


def constants_of(definition: ast.ClassDef) -> dict[str, Literal]:
    """Return the numbers and words that a class itself holds."""
    found: dict[str, Literal] = {}
    for statement in definition.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if isinstance(value, ast.Constant | ast.UnaryOp | ast.Tuple | ast.List):
                found.setdefault(name, Literal(value))
            case _:
                pass
    return found


def module_classes(tree: ast.Module) -> dict[str, ast.ClassDef]:
    """Return the modules that a program defines at its top, in their order, each with the methods that it inherits."""
    found: dict[str, ast.ClassDef] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = [dotted(base) for base in node.bases]
            parents = [found[base] for base in bases if base in found]
            if parents or any(base in _MODULE_BASES for base in bases):
                found[node.name] = _with_inherited(node, parents)
    return found


def helpers_of(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Return the functions that a program defines at its top."""
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _with_inherited(definition: ast.ClassDef, parents: list[ast.ClassDef]) -> ast.ClassDef:
    own = copy.copy(definition)
    own.body = list(definition.body)
    for parent in parents:
        names = {one.name for one in own.body if isinstance(one, ast.FunctionDef)}
        own.body += [one for one in parent.body if isinstance(one, ast.FunctionDef) and one.name not in names]
        own.body += [one for one in parent.body if isinstance(one, ast.Assign | ast.AnnAssign)]
    return own


def folded(tree: ast.expr) -> ast.expr:
    """Return an expression of numbers as its result, any other as it is."""
    changed = _Folder().visit(tree)
    assert isinstance(changed, ast.expr)
    return changed


class _Folder(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.BinOp(left=ast.Constant(value=int() as left), right=ast.Constant(value=int() as right)):
                number = _computed(node.op, left, right)
                return node if number is None else ast.parse(repr(number), mode="eval").body
            case _:
                return node


def _computed(op: ast.operator, left: int, right: int) -> int | None:
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.FloorDiv() if right:
            return left // right
        case ast.Pow() if 0 <= right <= 64 and abs(left) <= 1024:
            return int(left**right)
        case _:
            return None
