"""Follows a ``forward`` by its text: which node each variable comes from."""

import ast
import copy
from collections.abc import Mapping

from engine.network.constants import UnknownError, constant, items_of
from engine.network.errors import CannotDrawError
from engine.network.expressions import refusal
from engine.network.known_calls import KnownCall, recognise
from engine.network.lifting import Expander, Known, Lifter
from engine.network.lookup import Lookup
from engine.network.members import Function, Layer, Literal, Module, Sequence, folded, is_chain, method_of
from engine.network.network import Node, NodeKind
from engine.network.reading import Drawing, Path
from engine.network.rounds import hint_of, is_static, reason_of, slice_of, taken, with_defaults
from engine.network.values import Arguments, Fixed, Group, Port, Routine, Value

MOST_DEEP = 20


def run_module(drawing: Drawing, module: Module, values: Mapping[str, Value], path: Path) -> Value:
    """Follow the ``forward`` of a module and return what it returns.

    Raises:
        CannotDrawError: If a line cannot be drawn.
    """
    definition = module.definition
    method = method_of(definition, "forward")
    if method is None:
        raise CannotDrawError(definition.lineno, f"{definition.name} has no forward")
    return _run(drawing, Function(method, module), with_defaults(method, values), path)


def _run(drawing: Drawing, function: Function, values: dict[str, Value], path: Path) -> Value:
    """Follow a function and return what it returns."""
    method = function.definition
    if drawing.deep > MOST_DEEP:
        raise CannotDrawError(method.lineno, f"{method.name} calls itself")
    drawing.patience.spend(1, method.lineno)
    drawing.deep += 1
    members = {} if function.module is None else function.module.members
    found = Body(drawing, members, path, values, function.module).run(method.body)
    drawing.deep -= 1
    if found is None:
        raise CannotDrawError(method.lineno, f"{method.name} returns nothing")
    return found


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
        case Module(definition=definition, members=held) if is_chain(definition):
            chain = Sequence(tuple((name, one) for name, one in held.items() if not isinstance(one, Literal)))
            return call_member(drawing, Routine(chain, called.path), given)
        case Module(definition=definition) as module:
            method = method_of(definition, "forward")
            names = [one.arg for one in method.args.args[1:]] if method is not None else []
            if len(given.values) > len(names):
                raise CannotDrawError(given.line, f"{definition.name} takes {len(names)} arguments")
            values = {**dict(zip(names, given.values, strict=False)), **given.named}
            return run_module(drawing, module, values, called.path)
        case Function(definition=definition, module=owner) as function:
            is_method = owner is not None and not is_static(definition)
            names = [one.arg for one in definition.args.args[1 if is_method else 0 :]]
            values = {**dict(zip(names, given.values, strict=False)), **given.named}
            if len(given.values) > len(names):
                raise CannotDrawError(given.line, f"{definition.name} takes {len(names)} arguments")
            return _run(drawing, function, with_defaults(definition, values, is_method=is_method), called.path)
        case _:
            raise CannotDrawError(given.line, f"{'.'.join(called.path)} cannot be called")


class Body(Lookup):
    """The statements of one ``forward`` with its variables."""

    def run(self, body: list[ast.stmt]) -> Value | None:
        """Follow statements; return what is returned, None when nothing is."""
        for statement in body:
            match statement:
                case ast.Expr(value=ast.Constant()) | ast.Pass() | ast.Assert():
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
            case ast.For(orelse=[]):
                self._repeat(statement)
            case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
                pass  # what it says is no part of the network
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[one])) if (
                isinstance(self.variables.get(name), Group)
            ):
                self._lengthen(name, Group((self.value(one, ""),)))
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name), attr="insert"), args=[ast.Constant(value=0), one]
                )
            ) if isinstance(held := self.variables.get(name), Group):
                self.variables[name] = Group((self.value(one, ""), *held.values))
            case _:
                raise CannotDrawError(statement.lineno, reason_of(statement))

    def _keep(self, targets: list[ast.expr], value: ast.expr) -> None:
        is_routine = isinstance(value, ast.Call) and self.called(value) is not None
        hint = next((hint for target in targets if (hint := hint_of(target, in_tuple=is_routine))), "")
        found = self.value(value, hint)
        for target in targets:
            self._assign(target, found)

    def _branch(self, statement: ast.If) -> list[ast.stmt]:
        test = self._fixed(statement.test)
        try:
            return statement.body if constant(test) else statement.orelse
        except UnknownError:
            pass
        match test:
            case ast.Compare(left=ast.Constant(value=None), ops=[op], comparators=[ast.Constant(value=None)]):
                return statement.body if isinstance(op, ast.Is | ast.Eq) else statement.orelse
            case _:
                raise CannotDrawError(statement.lineno, "which way an if goes is known when it runs")

    def _augment(self, statement: ast.AugAssign, name: str) -> None:
        line = statement.lineno
        held = self.variables.get(name)
        if isinstance(held, Group) and isinstance(statement.op, ast.Add):
            self._lengthen(name, self.value(statement.value, ""))
            return
        also = next((other for other, value in self.variables.items() if value == held and other != name), "")
        if also:
            raise CannotDrawError(line, f"it changes {also} too, which is the same tensor as {name}")
        left = ast.Name(name, ast.Load(), lineno=line, col_offset=0)
        tree = ast.BinOp(left, statement.op, statement.value, lineno=line, col_offset=0)
        self.variables[name] = self.value(tree, name)

    def _lengthen(self, name: str, more: Value) -> None:
        held = self.variables[name]
        assert isinstance(held, Group)
        self.variables[name] = Group((*held.values, *(more.values if isinstance(more, Group) else (more,))))

    def value(self, tree: ast.expr, hint: str) -> Value:
        """Return where the value of an expression comes from, adding the nodes that make it."""
        if any(isinstance(one, ast.ListComp) for one in ast.walk(tree)):
            tree = Expander(self).visit(copy.deepcopy(tree))
        tree = self._fixed(tree)
        match tree:
            case ast.Name() | ast.Attribute() | ast.Subscript() if (held := self.held(tree)) is not None:
                return held
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return Group(tuple(self.value(item, "") for item in items))
            case ast.Call() if (called := self.called(tree)) is not None:
                return self._call(called, tree, hint)
            case ast.Call() | ast.Subscript() | ast.Constant() if (part := self._known_value(tree)) is not None:
                return part
            case ast.Subscript(value=base, slice=ast.Constant(value=int() as index)) if self.may_be_group(base):
                group = self.value(base, "")
                if isinstance(group, Group) and -len(group.values) <= index < len(group.values):
                    return group.values[index]
        known = recognise(tree) if self._is_drawable(tree) else None
        return self._free(tree, hint) if known is None else self._function(known, tree.lineno, hint)

    def _known_value(self, tree: ast.expr) -> Value | None:
        """Return None itself, a part of a list of tensors, or its last one, which is taken out; else None."""
        match tree:
            case ast.Constant(value=None):
                return Fixed(tree)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Slice() as part):
                held = self.variables.get(name)
                parts = self._fixed_slice(part)
                return Group(held.values[slice_of(parts, tree.lineno)]) if isinstance(held, Group) else None
            case ast.Call(func=ast.Name(id="list" | "tuple" | "reversed" as how), args=[inner], keywords=[]):
                held = self.value(inner, "") if self._is_list(inner) else None
                backwards = -1 if how == "reversed" else 1
                return Group(held.values[::backwards]) if isinstance(held, Group) else None
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="pop"), args=[], keywords=[]):
                held = self.variables.get(name)
                if isinstance(held, Group) and held.values:
                    self.variables[name] = Group(held.values[:-1])
                    return held.values[-1]
        return None

    def _is_list(self, tree: ast.expr) -> bool:
        """Return whether an expression is a list of tensors, or a part of one."""
        match tree:
            case ast.Name(id=name):
                return isinstance(self.variables.get(name), Group)
            case ast.Subscript(value=ast.Name() as base, slice=ast.Slice()):
                return self._is_list(base)
            case ast.Call(func=ast.Name(id="list" | "tuple" | "reversed"), args=[inner], keywords=[]):
                return self._is_list(inner)
            case ast.Call(func=ast.Attribute(value=ast.Name() as base, attr="pop"), args=[], keywords=[]):
                return self._is_list(base)
            case _:
                return False

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
            elif (
                not (isinstance(one, ast.Name) or (isinstance(one, ast.Call) and self.called(one) is not None))
                and not (isinstance(one, ast.Subscript) and self.may_be_group(one.value))
                and not self._is_list(one)
                and self.own(one) is None
            ):
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
        line, lifter = tree.lineno, Lifter(self)
        has_calls = any(isinstance(one, ast.Call) and self.called(one) is not None for one in ast.walk(tree))
        made = lifter.lift(tree) if has_calls or not refusal(tree) else tree
        if reason := refusal(made):
            raise CannotDrawError(line, reason)
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
        if (held := self.held(tree)) is not None:
            return held
        is_element = isinstance(tree, ast.Subscript) and isinstance(tree.slice, ast.Constant)
        if isinstance(tree, ast.Call) and (self._is_list(tree) or self.called(tree) is not None):
            return self.value(tree, "")
        if is_element and isinstance(tree, ast.Subscript) and self.may_be_group(tree.value):
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
            node = Node(name=self.drawing.name(hint_of(target), "part"), kind=NodeKind.EXPRESSION, text=f"a[{index}]",
                        block=self._block(line))  # fmt: skip
            parts.append(self.drawing.add(node, [found], line))
        return parts

    def _repeat(self, statement: ast.For) -> None:
        for names in self.rounds(statement.target, statement.iter):
            self.variables.update(names)
            if self.run(statement.body) is not None:
                raise CannotDrawError(statement.lineno, "a loop returns")

    def rounds(self, target: ast.expr, over: ast.expr) -> list[dict[str, Value]]:
        """Return what a loop gives its names, round by round."""
        items = self._items(over)
        self.drawing.patience.spend(len(items), over.lineno)
        return [taken(target, item) for item in items]

    def _items(self, over: ast.expr) -> list[Value]:
        """Return what a loop goes through: layers of a list, tensors of a tuple, or numbers that are known."""
        match over:
            case ast.Call(func=ast.Name(id="enumerate"), args=[inner]):
                return [Group((Fixed(ast.Constant(place)), one)) for place, one in enumerate(self._items(inner))]
            case ast.Call(func=ast.Name(id="zip"), args=parts):
                return [Group(tuple(row)) for row in zip(*map(self._items, parts), strict=False)]
            case ast.Call(func=ast.Name(id="reversed"), args=[inner]):
                return self._items(inner)[::-1]
            case ast.Subscript(value=base, slice=ast.Slice() as part) if self.member(base) is not None:
                return self._items(base)[slice_of(self._fixed_slice(part), over.lineno)]
            case _:
                return self._held_items(over)

    def _held_items(self, over: ast.expr) -> list[Value]:
        found = self.member(over)
        if found is not None and isinstance(found.member, Sequence) and not found.member.is_keyed:
            return [Routine(one, (*found.path, key)) for key, one in found.member.members]
        held = self.variables.get(over.id) if isinstance(over, ast.Name) else None
        if isinstance(held, Group):
            return list(held.values)
        try:
            return [Fixed(item) for item in items_of(self._fixed(over))]
        except UnknownError:
            raise CannotDrawError(over.lineno, "how often this loop runs is known when it runs") from None

    def _fixed_slice(self, part: ast.Slice) -> list[ast.expr | None]:
        return [None if one is None else self._fixed(one) for one in (part.lower, part.upper, part.step)]

    def _fixed(self, tree: ast.expr) -> ast.expr:
        """Return an expression with the numbers that are known before it runs."""
        fixed = Known(self).visit(ast.parse(ast.unparse(tree), mode="eval").body)
        for node in ast.walk(fixed):
            ast.copy_location(node, tree)
        return folded(fixed)

    def _block(self, line: int) -> str:
        return self.drawing.marks.blocks.get(line, "_".join(self.path))
