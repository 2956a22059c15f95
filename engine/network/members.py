"""What a module's ``__init__`` makes: layers, sequences, modules of the same file and numbers; nothing is executed."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from engine.network.catalogue import layers
from engine.network.errors import CannotDrawError
from engine.network.expressions import refusal
from engine.network.imports import dotted
from engine.network.network import Setting

_MODULE_BASES = {"nn.Module"}


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of the catalogue that is made on a line."""

    type: str
    settings: tuple[Setting, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """An ``nn.Sequential`` or ``nn.ModuleList``: members by the names that torch gives them."""

    members: tuple[tuple[str, "Member"], ...]
    is_callable: bool = True


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is known without running anything."""

    tree: ast.expr


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the same file, with what its own ``__init__`` makes."""

    definition: ast.ClassDef
    members: Mapping[str, "Member"]


Member: TypeAlias = Layer | Sequence | Literal | Module


@dataclass
class Builder:
    """Reads constructors; ``classes`` are the modules of the file."""

    classes: Mapping[str, ast.ClassDef]
    _open: list[str] = field(default_factory=list)

    def module(self, definition: ast.ClassDef, call: ast.Call | None = None, scope: "Scope | None" = None) -> Module:
        """Read the ``__init__`` of a class as if it were called.

        Raises:
            CannotDrawError: If it does more than making layers.
        """
        line = definition.lineno if call is None else call.lineno
        if definition.name in self._open:
            raise CannotDrawError(line, f"{definition.name} contains itself")
        self._open.append(definition.name)
        try:
            inner = Scope(self, {}, {})
            method = method_of(definition, "__init__")
            if method is not None:
                inner.values.update(_bound(method, call, scope, line))
                inner.run(method.body)
            return Module(definition, inner.members)
        finally:
            self._open.pop()


@dataclass
class Scope:
    """The names that one ``__init__`` knows."""

    builder: Builder
    values: dict[str, ast.expr]
    members: dict[str, Member]

    def run(self, body: list[ast.stmt]) -> None:
        """Read statements one after the other."""
        for statement in body:
            match statement:
                case ast.Expr(value=ast.Constant()) | ast.Pass():
                    pass
                case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super"))))):
                    pass
                case ast.Assign(targets=[target], value=value):
                    self._assign(target, value)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    self._assign(target, value)
                case _:
                    raise CannotDrawError(statement.lineno, "__init__ may only make layers and numbers")

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        match target:
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                self.members[name] = self.member(value)
            case ast.Name(id=name):
                made = self.member(value)
                if not isinstance(made, Literal):
                    raise CannotDrawError(target.lineno, f"the layer {name} is not kept as an attribute of self")
                self.values[name] = made.tree
            case _:
                raise CannotDrawError(target.lineno, "it assigns to something else than an attribute of self")

    def member(self, value: ast.expr) -> Member:
        """Read what one expression of ``__init__`` makes."""
        name = dotted(value.func) if isinstance(value, ast.Call) else ""
        if isinstance(value, ast.Call) and name in {"nn.Sequential", "nn.ModuleList"}:
            return self._sequence(value, is_callable=name == "nn.Sequential")
        if isinstance(value, ast.Call) and name in self.builder.classes:
            return self.builder.module(self.builder.classes[name], value, self)
        if isinstance(value, ast.Call) and name.startswith("nn."):
            return self._layer(value, name.removeprefix("nn."))
        return Literal(self.literal(value))

    def literal(self, value: ast.expr) -> ast.expr:
        """Return an expression with every known name replaced and its arithmetic done.

        Raises:
            CannotDrawError: If a name in it is not known.
        """
        replaced = _Replacer(self).visit(ast.parse(ast.unparse(value), mode="eval").body)
        assert isinstance(replaced, ast.expr)
        reason = refusal(replaced)
        unknown = next((one.id for one in ast.walk(replaced) if isinstance(one, ast.Name) and not _is_module(one)), "")
        if unknown:
            reason = f"the value of {unknown} is not known before it runs"
        if reason:
            raise CannotDrawError(value.lineno, reason)
        return folded(replaced)

    def _sequence(self, call: ast.Call, *, is_callable: bool) -> Sequence:
        arguments = call.args
        if len(arguments) == 1 and isinstance(arguments[0], ast.List | ast.Tuple):
            arguments = arguments[0].elts
        elif len(arguments) == 1 and isinstance(arguments[0], ast.Call) and "OrderedDict" in dotted(arguments[0].func):
            return Sequence(tuple(self._named(arguments[0])), is_callable)
        if call.keywords or any(isinstance(one, ast.Starred) for one in arguments):
            raise CannotDrawError(call.lineno, "the layers of a sequence must be written one by one")
        found = tuple((str(index), self._layer_member(one)) for index, one in enumerate(arguments))
        return Sequence(found, is_callable)

    def _named(self, call: ast.Call) -> list[tuple[str, Member]]:
        pairs = call.args[0].elts if call.args and isinstance(call.args[0], ast.List | ast.Tuple) else []
        found = []
        for pair in pairs:
            match pair:
                case ast.Tuple(elts=[ast.Constant(value=str(name)), value]):
                    found.append((name, self._layer_member(value)))
                case _:
                    raise CannotDrawError(pair.lineno, "an OrderedDict of layers must be a list of names and layers")
        return found

    def _layer_member(self, value: ast.expr) -> Member:
        made = self.member(value)
        if isinstance(made, Literal):
            raise CannotDrawError(value.lineno, f"“{ast.unparse(value)[:60]}” is no layer")
        return made

    def _layer(self, call: ast.Call, name: str) -> Layer:
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
        settings = (Setting(key, ast.unparse(self.literal(value))) for key, value in given.items())
        return Layer(name, tuple(settings), call.lineno)


class _Replacer(ast.NodeTransformer):
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._scope.values.get(node.id, node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                made = self._scope.members.get(name)
                return made.tree if isinstance(made, Literal) else node
            case _:
                return self.generic_visit(node)


def method_of(definition: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    """Return a method of a class, None when it has none of that name."""
    return next((one for one in definition.body if isinstance(one, ast.FunctionDef) and one.name == name), None)


def module_classes(tree: ast.Module) -> dict[str, ast.ClassDef]:
    """Return the modules that a program defines at its top, in their order."""
    return {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.ClassDef) and any(dotted(base) in _MODULE_BASES for base in node.bases)
    }


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


def _is_module(name: ast.Name) -> bool:
    return name.id in {"torch", "F", "nn", "math", "int", "float", "bool", "max", "min", "abs", "len"}


def _bound(method: ast.FunctionDef, call: ast.Call | None, scope: Scope | None, line: int) -> dict[str, ast.expr]:
    """Return the arguments of a constructor, from its call or its defaults."""
    arguments = [*method.args.posonlyargs, *method.args.args][1:]
    names = [one.arg for one in arguments]
    found: dict[str, ast.expr] = {}
    defaults = method.args.defaults
    found.update(zip(names[len(names) - len(defaults) :], defaults, strict=False))
    only = method.args.kwonlyargs
    found.update(
        {one.arg: value for one, value in zip(only, method.args.kw_defaults, strict=True) if value is not None}
    )
    if call is not None and scope is not None:
        found.update({name: scope.literal(value) for name, value in zip(names, call.args, strict=False)})
        found.update({one.arg: scope.literal(one.value) for one in call.keywords if one.arg is not None})
    missing = [name for name in [*names, *(one.arg for one in only)] if name not in found]
    if missing:
        raise CannotDrawError(method.lineno if call is None else line, f"the value of {missing[0]} is not known")
    return found
