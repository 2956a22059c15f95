"""What the names in a ``forward`` stand for: variables, layers, tensors of its own, numbers that are known."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from engine.network.catalogue import layers
from engine.network.errors import CannotDrawError
from engine.network.imports import dotted
from engine.network.members import Function, Layer, Literal, Member, Module, Own, Sequence, method_of
from engine.network.reading import Drawing, Path
from engine.network.rounds import inner_of
from engine.network.values import Fixed, Group, Port, Routine, Value


@dataclass
class Lookup:
    """The variables of one ``forward``, and the members of its module."""

    drawing: Drawing
    members: Mapping[str, Member]
    path: Path
    variables: dict[str, Value]
    module: Module | None = None

    def member(self, tree: ast.expr) -> Routine | None:
        """Return what ``self.a``, ``self.a.b`` or ``self.a[0]`` names."""
        match tree:
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if name in self.members:
                made = self.members[name]
                return None if isinstance(made, Literal) else Routine(made, (*self.path, name))
            case ast.Attribute(value=base, attr=name):
                return inner_of(self.member(base), name)
            case ast.Subscript(value=base, slice=ast.Constant(value=int() | str() as index)):
                return inner_of(self.member(base), str(index))
            case ast.Subscript(
                value=base, slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as index))
            ):
                outer = self.member(base)
                count = len(outer.member.members) if outer is not None and isinstance(outer.member, Sequence) else 0
                return inner_of(outer, str(count - index))
        return None

    def called(self, tree: ast.Call) -> Routine | None:
        """Return what a call calls, None when it is no layer and no function of the file.

        Raises:
            CannotDrawError: If it calls something of the module that its constructor does not make.
        """
        name = dotted(tree.func)
        if isinstance(tree.func, ast.Name):
            held = self.variables.get(tree.func.id)
            if held is None and tree.func.id in self.drawing.helpers:
                return Routine(Function(self.drawing.helpers[tree.func.id]), self.path)
            return held if isinstance(held, Routine) else None
        found = self.member(tree.func)
        if found is None and name.startswith("self.") and name.count(".") == 1 and self.module is not None:
            method = method_of(self.module.definition, name.removeprefix("self."))
            if method is not None:
                return Routine(Function(method, self.module), self.path)
        if found is None and name.startswith("self.") and name.count(".") == 1:
            raise CannotDrawError(tree.lineno, f"{name} is no layer that __init__ makes")
        return found

    def held(self, tree: ast.expr) -> Value | None:
        """Return what a variable holds, or a tensor of the module's own."""
        return self.variables.get(tree.id) if isinstance(tree, ast.Name) else self.own(tree)

    def own(self, tree: ast.expr) -> Port | None:
        """Return where ``self.a`` comes from when it is a tensor of the module's own."""
        held = self.member(tree)
        return None if held is None or not isinstance(held.member, Own) else self.drawing.own_tensor(held.path)

    def may_be_group(self, base: ast.expr) -> bool:
        """Return whether an expression may be a tuple of tensors."""
        if isinstance(base, ast.Name):
            return isinstance(self.variables.get(base.id), Group)
        called = self.called(base) if isinstance(base, ast.Call) else None
        return called is not None and isinstance(called.member, Layer) and len(
            layers()[called.member.type].outputs
        ) > 1  # fmt: skip

    def known(self, tree: ast.expr) -> ast.expr | None:
        """Return the value of ``self.a`` or of a variable when it is a number known before it runs."""
        match tree:
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                member = self.members.get(name)
                return member.tree if isinstance(member, Literal) else None
            case ast.Name(id=name):
                value = self.variables.get(name)
                return value.tree if isinstance(value, Fixed) else None
        return None
