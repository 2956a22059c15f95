"""Replaces names in expressions of ``__init__`` by the values that they are known to have."""

import ast
import copy

from engine.network.errors import CannotDrawError
from engine.network.imports import dotted
from engine.network.members import Layer, Literal, Module, Sequence, constants_of
from engine.network.records import attribute_of, class_record, is_record, record_of
from engine.network.surroundings import Surroundings


class Replacer(ast.NodeTransformer):
    """Replaces names of numbers, counts of layers and attributes that hold numbers."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace a name."""
        found = self._around.values.get(node.id, node)
        made = self._record(found) if isinstance(found, ast.Call) and not is_record(found) else None
        return found if made is None else made

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Count layers, and make objects that hold settings."""
        name = dotted(node.func)
        if name == "len" and len(node.args) == 1:
            held = self._around.part(node.args[0])
            if isinstance(held, Sequence):
                return ast.Constant(len(held.members))
        made = self._record(node)
        if made is not None:
            return made
        visited = self.generic_visit(node)
        if name == "getattr":
            match node.args:
                case [given, ast.Constant(value=str(attr)), *otherwise] if is_record(given):
                    return attribute_of(given, attr) or (otherwise[0] if otherwise else node)
        return visited

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Answer whether a layer, a class or an object of settings is None."""
        match node:
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(value=None)]):
                is_part = self._around.part(left) is not None
                held = self.visit(left)
                name = dotted(held)
                if is_part or is_record(held) or name.startswith("nn.") or name in self._around.classes:
                    return ast.Constant(isinstance(op, ast.IsNot))
                return ast.copy_location(ast.Compare(held, node.ops, node.comparators), node)
            case _:
                return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Replace ``self.size`` and ``config.size``."""
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                made = self._around.members.get(name)
                return made.tree if isinstance(made, Literal) else node
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if (kind := self._class(name)) is not None:
                constant = constants_of(kind).get(attr)
                return node if constant is None else constant.tree
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name not in self._around.values:
                held = class_record(name, self._around.records)
                found = None if held is None else attribute_of(held, attr)
                return node if found is None else self.visit(copy.deepcopy(found))
        number = self._held(node)
        if number is not None:
            return number
        spelled = ast.unparse(node)
        self.generic_visit(node)
        if not is_record(node.value):
            return node
        found = attribute_of(node.value, node.attr)
        if found is None:
            raise CannotDrawError(node.lineno, f"the value of {spelled} is not known before it runs")
        return found

    def _held(self, node: ast.Attribute) -> ast.expr | None:
        """Return a number that another module, or a layer, holds: ``self.patches.count``, ``self.fc.in_features``."""
        match self._around.part(node.value):
            case Module(members=members):
                made = members.get(node.attr)
                return made.tree if isinstance(made, Literal) else None
            case Layer(settings=settings):
                text = next((one.text for one in settings if one.name == node.attr), "")
                return ast.parse(text, mode="eval").body if text else None
            case _:
                return None

    def _class(self, name: str) -> ast.ClassDef | None:
        """Return the module of the file that a name stands for."""
        held = self._around.values.get(name)
        return self._around.classes.get(dotted(held) if held is not None else name)

    def _record(self, call: ast.Call) -> ast.Call | None:
        made = record_of(call, self._around.records)
        if made is None:
            return None
        made = copy.deepcopy(made)
        self.generic_visit(made)
        return made
