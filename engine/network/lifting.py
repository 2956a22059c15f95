"""What is known of an expression before it runs, and what of it comes from tensors."""

import ast
from typing import Protocol

from engine.network.catalogue import Form, functions
from engine.network.errors import CannotDrawError
from engine.network.expressions import LETTERS
from engine.network.imports import dotted
from engine.network.known_calls import has_variable
from engine.network.members import Sequence
from engine.network.records import attribute_of, is_record
from engine.network.values import Group, Port, Routine, Value

_LIST_CALLS = frozenset(
    name for one in functions().values() if one.form is Form.LIST_CALL for name in (one.written, *one.also)
)


class Reader(Protocol):
    """Knows the variables of a ``forward``."""

    variables: dict[str, Value]

    def lifted(self, tree: ast.expr) -> Value | None:
        """Return the value of a variable or a called layer within a free expression, None for anything else."""
        ...

    def known(self, tree: ast.expr) -> ast.expr | None:
        """Return the value of a name when it is known before it runs."""
        ...

    def member(self, tree: ast.expr) -> Routine | None:
        """Return the member of the module that a name stands for."""
        ...


class Lifter(ast.NodeTransformer):
    """Replaces variables and called layers by letters."""

    def __init__(self, body: Reader) -> None:
        self._body = body
        self.sources: dict[Value, str] = {}

    def lift(self, tree: ast.expr) -> ast.expr:
        """Return an expression of letters; ``sources`` says what they are."""
        made = self.visit(tree)
        assert isinstance(made, ast.expr)
        return made

    def visit(self, node: ast.AST) -> ast.AST:
        """Replace one part."""
        found = self._body.lifted(node) if isinstance(node, ast.expr) else None
        if found is None:
            self._check(node)
            visited: ast.AST = super().visit(node)
            return visited
        assert isinstance(node, ast.expr)
        if not isinstance(found, Port):
            raise CannotDrawError(node.lineno, "a tuple of tensors stands in an expression")
        if found not in self.sources and len(self.sources) == len(LETTERS):
            raise CannotDrawError(node.lineno, f"an expression takes {len(LETTERS)} tensors at the most")
        return ast.copy_location(ast.Name(self.sources.setdefault(found, LETTERS[len(self.sources)]), ast.Load()), node)

    def _check(self, node: ast.AST) -> None:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            if node.attr != "training":
                raise CannotDrawError(node.lineno, f"self.{node.attr} is no layer and no number")
        elif isinstance(node, ast.Name) and has_variable(node):
            raise CannotDrawError(node.lineno, f"the value of {node.id} is not known")


class Known(ast.NodeTransformer):
    """Replaces names by the numbers that they are known to be."""

    def __init__(self, body: Reader) -> None:
        self._body = body

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Replace ``self.size`` and ``self.config.size``."""
        found = self._body.known(node)
        if found is not None:
            return found
        self.generic_visit(node)
        return (attribute_of(node.value, node.attr) if is_record(node.value) else None) or node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Replace a variable."""
        return self._body.known(node) or node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Answer whether a layer is None."""
        match node:
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(value=None)]) if (
                self._body.member(left) is not None
            ):
                return ast.Constant(isinstance(op, ast.IsNot))  # a layer is not None
            case _:
                return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Count layers, and write lists of tensors out."""
        name = dotted(node.func)
        if name == "len" and len(node.args) == 1 and (count := self._count(node.args[0])) is not None:
            return ast.Constant(count)
        if name in _LIST_CALLS and node.args and isinstance(node.args[0], ast.Name):
            node.args[0] = self._spread(node.args[0])
        return self.generic_visit(node)

    def _count(self, tree: ast.expr) -> int | None:
        held = self._body.member(tree)
        if held is not None:
            return len(held.member.members) if isinstance(held.member, Sequence) else None
        group = self._body.variables.get(tree.id) if isinstance(tree, ast.Name) else None
        return len(group.values) if isinstance(group, Group) else None

    def _spread(self, name: ast.Name) -> ast.expr:
        """Return a list of tensors one by one, each under a name of its own."""
        group = self._body.variables.get(name.id)
        if not isinstance(group, Group):
            return name
        names = [f"{name.id}__{place}" for place in range(len(group.values))]
        self._body.variables.update(zip(names, group.values, strict=True))
        return ast.List([ast.Name(one, ast.Load()) for one in names], ast.Load())


class Writer(Protocol):
    """Draws expressions."""

    variables: dict[str, Value]

    def rounds(self, target: ast.expr, over: ast.expr) -> list[dict[str, Value]]:
        """Return what a loop gives its names, round by round."""
        ...

    def value(self, tree: ast.expr, hint: str) -> Value:
        """Return where the value of an expression comes from, adding the nodes that make it."""
        ...


class Expander(ast.NodeTransformer):
    """Writes comprehensions over layers and tensors out, each value under a name of its own."""

    def __init__(self, body: Writer) -> None:
        self._body = body

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        """Replace a comprehension by the name of a tuple."""
        match node.generators:
            case [ast.comprehension(target=target, iter=over, ifs=[])]:
                body, found = self._body, []
                for names in body.rounds(target, over):
                    body.variables.update(names)
                    found.append(body.value(node.elt, ""))
                name = f"list__{node.lineno}_{node.col_offset}"
                body.variables[name] = Group(tuple(found))
                return ast.copy_location(ast.Name(name, ast.Load()), node)
            case _:
                return node
