"""Follows a ``forward`` by its text: which node each variable comes from."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from engine.network.catalogue import layers
from engine.network.errors import CannotDrawError
from engine.network.expressions import LETTERS, refusal
from engine.network.imports import dotted
from engine.network.known_calls import KnownCall, has_variable, recognise
from engine.network.members import Layer, Literal, Member, Module, Sequence, folded, method_of
from engine.network.network import Node, NodeKind
from engine.network.reading import Drawing, Path
from engine.network.values import Fixed, Group, Port, Routine, Value


def run_module(drawing: Drawing, module: Module, values: Mapping[str, Value], path: Path) -> Value:
    """Follow the ``forward`` of a module and return what it returns.

    Raises:
        CannotDrawError: If a line cannot be drawn.
    """
    definition = module.definition
    method = method_of(definition, "forward")
    if method is None:
        raise CannotDrawError(definition.lineno, f"{definition.name} has no forward")
    found = Body(drawing, module.members, path, _with_defaults(method, values)).run(method.body)
    if found is None:
        raise CannotDrawError(method.lineno, "forward returns nothing")
    return found


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call is given, where it stands, and the name that its result gets."""

    values: list[Value]
    named: Mapping[str, Value]
    line: int
    hint: str


def call_member(drawing: Drawing, called: Routine, given: Arguments) -> Value:
    """Call a layer, a sequence or a module."""
    match called.member:
        case Layer() as layer:
            return drawing.call_layer(layer, called.path, given.values, given.named, given.line, given.hint)
        case Sequence(members=members, is_callable=True):
            if len(given.values) != 1 or given.named:
                raise CannotDrawError(given.line, "a sequence takes one tensor")
            value = given.values[0]
            for name, inner in members:
                one = Arguments([value], {}, given.line, given.hint)
                value = call_member(drawing, Routine(inner, (*called.path, name)), one)
            return value
        case Module(definition=definition) as module:
            method = method_of(definition, "forward")
            names = [one.arg for one in method.args.args[1:]] if method is not None else []
            if len(given.values) > len(names):
                raise CannotDrawError(given.line, f"{definition.name} takes {len(names)} arguments")
            values = {**dict(zip(names, given.values, strict=False)), **given.named}
            return run_module(drawing, module, values, called.path)
        case _:
            raise CannotDrawError(given.line, f"{'.'.join(called.path)} cannot be called")


@dataclass
class Body:
    """The statements of one ``forward`` with its variables."""

    drawing: Drawing
    members: Mapping[str, Member]
    path: Path
    variables: dict[str, Value]

    def run(self, body: list[ast.stmt]) -> Value | None:
        """Follow statements; return what is returned, None when nothing is."""
        for statement in body:
            match statement:
                case ast.Expr(value=ast.Constant()) | ast.Pass():
                    pass
                case ast.Assign(targets=targets, value=value):
                    self._keep(targets, value)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    self._keep([target], value)
                case ast.AugAssign(target=ast.Name(id=name)):
                    self._augment(statement, name)
                case ast.Return(value=ast.expr() as value):
                    return self.value(value, "")
                case ast.If():
                    if (returned := self.run(self._branch(statement))) is not None:
                        return returned
                case _:
                    self._other(statement)
        return None

    def _other(self, statement: ast.stmt) -> None:
        match statement:
            case ast.For(target=ast.Name(id=name), iter=over, orelse=[]):
                self._repeat(statement, name, over)
            case _:
                raise CannotDrawError(statement.lineno, _reason(statement))

    def _keep(self, targets: list[ast.expr], value: ast.expr) -> None:
        is_routine = isinstance(value, ast.Call) and self._called(value) is not None
        hint = next((hint for target in targets if (hint := _hint(target, in_tuple=is_routine))), "")
        found = self.value(value, hint)
        for target in targets:
            self._assign(target, found)

    def _branch(self, statement: ast.If) -> list[ast.stmt]:
        match self._fixed(statement.test):
            case ast.Constant(value=chosen):
                return statement.body if chosen else statement.orelse
            case ast.Compare(left=ast.Constant(value=None), ops=[op], comparators=[ast.Constant(value=None)]):
                return statement.body if isinstance(op, ast.Is | ast.Eq) else statement.orelse
            case _:
                raise CannotDrawError(statement.lineno, "which way an if goes is known when it runs")

    def _augment(self, statement: ast.AugAssign, name: str) -> None:
        line = statement.lineno
        held = self.variables.get(name)
        also = next((other for other, value in self.variables.items() if value == held and other != name), "")
        if also:
            raise CannotDrawError(line, f"it changes {also} too, which is the same tensor as {name}")
        left = ast.Name(name, ast.Load(), lineno=line, col_offset=0)
        tree = ast.BinOp(left, statement.op, statement.value, lineno=line, col_offset=0)
        self.variables[name] = self.value(tree, name)

    def value(self, tree: ast.expr, hint: str) -> Value:
        """Return where the value of an expression comes from, adding the nodes that make it."""
        tree = self._fixed(tree)
        match tree:
            case ast.Name(id=name) if name in self.variables:
                return self.variables[name]
            case ast.Constant(value=None):
                return Fixed(tree)
            case ast.Tuple(elts=items):
                return Group(tuple(self.value(item, "") for item in items))
            case ast.Call() if (called := self._called(tree)) is not None:
                return self._call(called, tree, hint)
            case ast.Subscript(value=base, slice=ast.Constant(value=int() as index)) if self._may_be_group(base):
                group = self.value(base, "")
                if isinstance(group, Group) and -len(group.values) <= index < len(group.values):
                    return group.values[index]
        known = recognise(tree) if self._is_drawable(tree) else None
        return self._free(tree, hint) if known is None else self._function(known, tree.lineno, hint)

    def _is_drawable(self, tree: ast.expr) -> bool:
        """Return whether an expression is made of variables, layers and known functions alone.

        Otherwise it is drawn whole, as one free expression: ``x * 2 + y`` is one node.
        """
        open_trees = [tree]
        while open_trees:
            one = open_trees.pop()
            known = recognise(one)
            if known is not None:
                open_trees += known.operands
            elif not (
                isinstance(one, ast.Name) or (isinstance(one, ast.Call) and self._called(one) is not None)
            ) and not (isinstance(one, ast.Subscript) and self._may_be_group(one.value)):
                return False
        return True

    def _call(self, called: Routine, tree: ast.Call, hint: str) -> Value:
        if any(isinstance(one, ast.Starred) for one in tree.args) or any(one.arg is None for one in tree.keywords):
            raise CannotDrawError(tree.lineno, "the arguments of a call must be written one by one")
        values = [self.value(one, "") for one in tree.args]
        named = {one.arg: self._argument(one.value) for one in tree.keywords if one.arg is not None}
        return call_member(self.drawing, called, Arguments(values, named, tree.lineno, hint))

    def _argument(self, tree: ast.expr) -> Value:
        fixed = self._fixed(tree)
        return Fixed(fixed) if isinstance(fixed, ast.Constant) else self.value(tree, "")

    def _function(self, known: KnownCall, line: int, hint: str) -> Port:
        operands = [self.value(one, "") for one in known.operands]
        function = known.function
        node = Node(name=self.drawing.name(hint, function.name), kind=NodeKind.FUNCTION, type=function.name,
                    settings=known.settings, block=self._block(line))  # fmt: skip
        return self.drawing.add(node, operands, line)

    def _free(self, tree: ast.expr, hint: str) -> Value:
        """Add an expression that is no known function: its layers and variables become its inputs."""
        line = tree.lineno
        reason = refusal(tree)
        if reason:
            raise CannotDrawError(line, reason)
        lifter = _Lifter(self)
        made = lifter.visit(tree)
        text = ast.unparse(made)
        if lifter.sources:
            node = Node(name=self.drawing.name(hint, "value"), kind=NodeKind.EXPRESSION, text=text,
                        block=self._block(line))  # fmt: skip
            return self.drawing.add(node, list(lifter.sources), line)
        node = Node(name=self.drawing.name(hint, "constant"), kind=NodeKind.CONSTANT, text=text,
                    block=self._block(line))  # fmt: skip
        return self.drawing.add(node, [], line)

    def lifted(self, tree: ast.expr) -> Value | None:
        """Return the value of a variable or a called layer within a free expression, None for anything else."""
        if isinstance(tree, ast.Name) and tree.id in self.variables:
            return self.variables[tree.id]
        is_element = isinstance(tree, ast.Subscript) and isinstance(tree.slice, ast.Constant)
        if isinstance(tree, ast.Call) and self._called(tree) is not None:
            return self.value(tree, "")
        if is_element and isinstance(tree, ast.Subscript) and self._may_be_group(tree.value):
            whole = self.value(tree.value, "")
            element = ast.copy_location(ast.Subscript(tree.value, tree.slice, ast.Load()), tree)
            return self.value(element, "") if isinstance(whole, Group) and isinstance(tree.value, ast.Name) else None
        return None

    def _assign(self, target: ast.expr, found: Value) -> None:
        match target:
            case ast.Name(id=name):
                self.variables[name] = found
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                if any(isinstance(one, ast.Starred) for one in targets):
                    raise CannotDrawError(target.lineno, "a starred name takes an unknown number of tensors")
                for one, value in zip(targets, self._parts(found, targets), strict=True):
                    self._assign(one, value)
            case _:
                raise CannotDrawError(target.lineno, "it writes into a tensor or an attribute")

    def _parts(self, found: Value, targets: list[ast.expr]) -> list[Value]:
        if isinstance(found, Group):
            if len(found.values) != len(targets):
                raise CannotDrawError(targets[0].lineno, f"{len(found.values)} results go into {len(targets)} names")
            return list(found.values)
        line = targets[0].lineno
        parts: list[Value] = []
        for index, target in enumerate(targets):
            node = Node(name=self.drawing.name(_hint(target), "part"), kind=NodeKind.EXPRESSION, text=f"a[{index}]",
                        block=self._block(line))  # fmt: skip
            parts.append(self.drawing.add(node, [found], line))
        return parts

    def _repeat(self, statement: ast.For, name: str, over: ast.expr) -> None:
        found = self._member(over)
        if found is None or not isinstance(found.member, Sequence):
            raise CannotDrawError(statement.lineno, "a loop can be drawn over the layers of a ModuleList alone")
        for key, member in found.member.members:
            self.variables[name] = Routine(member, (*found.path, key))
            if self.run(statement.body) is not None:
                raise CannotDrawError(statement.lineno, "a loop returns")

    def _called(self, tree: ast.Call) -> Routine | None:
        name = dotted(tree.func)
        if isinstance(tree.func, ast.Name):
            found = self.variables.get(tree.func.id)
            return found if isinstance(found, Routine) else None
        found = self._member(tree.func)
        if found is None and name.startswith("self.") and name.count(".") == 1:
            raise CannotDrawError(tree.lineno, f"{name} is no layer that __init__ makes")
        return found

    def _member(self, tree: ast.expr) -> Routine | None:
        """Return what ``self.a``, ``self.a.b`` or ``self.a[0]`` names."""
        match tree:
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if name in self.members:
                return Routine(self.members[name], (*self.path, name))
            case ast.Attribute(value=base, attr=name):
                return _inner(self._member(base), name)
            case ast.Subscript(value=base, slice=ast.Constant(value=int() as index)):
                return _inner(self._member(base), str(index))
        return None

    def _may_be_group(self, base: ast.expr) -> bool:
        if isinstance(base, ast.Name):
            return isinstance(self.variables.get(base.id), Group)
        called = self._called(base) if isinstance(base, ast.Call) else None
        return called is not None and isinstance(called.member, Layer) and len(
            layers()[called.member.type].outputs
        ) > 1  # fmt: skip

    def _fixed(self, tree: ast.expr) -> ast.expr:
        """Return an expression with the numbers that are known before it runs."""
        fixed = _Known(self).visit(ast.parse(ast.unparse(tree), mode="eval").body)
        for node in ast.walk(fixed):
            ast.copy_location(node, tree)
        return folded(fixed)

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

    def _block(self, line: int) -> str:
        return self.drawing.marks.blocks.get(line, "_".join(self.path))


class _Lifter(ast.NodeTransformer):
    """Replaces variables and called layers by letters."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self.sources: dict[Value, str] = {}

    def visit(self, node: ast.AST) -> ast.AST:
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


class _Known(ast.NodeTransformer):
    def __init__(self, body: Body) -> None:
        self._body = body

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return self._body.known(node) or self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._body.known(node) or node


def _inner(outer: Routine | None, name: str) -> Routine | None:
    if outer is None:
        return None
    match outer.member:
        case Sequence(members=members):
            found = dict(members).get(name)
        case Module(members=inner):
            found = inner.get(name)
        case _:
            found = None
    return None if found is None or isinstance(found, Literal) else Routine(found, (*outer.path, name))


def _with_defaults(method: ast.FunctionDef, values: Mapping[str, Value]) -> dict[str, Value]:
    arguments = method.args
    if arguments.vararg is not None or arguments.kwarg is not None or arguments.kwonlyargs:
        raise CannotDrawError(method.lineno, "forward must name each of its arguments")
    names = [one.arg for one in [*arguments.posonlyargs, *arguments.args][1:]]
    found: dict[str, Value] = {
        name: Fixed(default)
        for name, default in zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=False)
    }
    found.update(values)
    missing = next((name for name in names if name not in found), "")
    if missing or not found.keys() <= set(names):
        raise CannotDrawError(method.lineno, f"its argument {missing or 'list'} does not fit the call")
    return found


def _hint(target: ast.expr, *, in_tuple: bool = False) -> str:
    match target:
        case ast.Name(id=name):
            return name
        case ast.Tuple(elts=[ast.Name(id=name), *_]) if in_tuple:
            return name
        case _:
            return ""


def _reason(statement: ast.stmt) -> str:
    match statement:
        case ast.For() | ast.While():
            return "how often a loop runs is known when it runs"
        case ast.Return():
            return "forward returns nothing"
        case ast.Expr():
            return "what it computes is not kept"
        case ast.AugAssign():
            return "it writes into a tensor or an attribute"
        case _:
            return f"{type(statement).__name__.lower()} is no call of a layer or function"
