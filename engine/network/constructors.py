"""Reads what a module's ``__init__`` makes, by its text: loops, conditions and helpers of known values are followed."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.network.bindings import Names, is_known, layer_of, unpacked
from engine.network.constants import Patience, UnknownError, constant, items_of, tree_of
from engine.network.errors import CannotDrawError
from engine.network.expressions import refusal
from engine.network.handing import handed
from engine.network.imports import dotted
from engine.network.members import (
    Literal,
    Member,
    Module,
    Own,
    Sequence,
    constants_of,
    folded,
    is_sequential,
    method_of,
)
from engine.network.own_tensors import filled, own_of, registered
from engine.network.records import RecordType, is_record
from engine.network.replacing import Replacer
from engine.network.sequences import added, chosen, layer_member, layers_in, listed, sequence_of, stacked

_STACK = "nn.TransformerEncoder"
_SEQUENCES = {"nn.Sequential", "nn.ModuleList", "nn.ModuleDict", _STACK}
_WALKS = {"modules", "parameters", "named_modules", "named_parameters", "children", "named_children"}
_IDLE = {"print", "self.apply", "self.train", "self.eval", "self.reset_parameters", "torch.manual_seed"}
"""Calls that make no layer: what they do to the weights is no part of a drawing."""
MOST_DEEP = 20


@dataclass
class Builder:
    """Reads constructors.

    ``classes`` are the modules of the file, ``helpers`` its functions, ``records`` its classes of settings.
    """

    classes: Mapping[str, ast.ClassDef]
    helpers: Mapping[str, ast.FunctionDef] = field(default_factory=dict)
    values: Names = field(default_factory=dict)
    records: Mapping[str, RecordType] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)
    _open: list[str] = field(default_factory=list)

    def module(self, definition: ast.ClassDef, call: ast.Call | None = None, scope: "Scope | None" = None) -> Module:
        """Read the ``__init__`` of a class as if it were called.

        Raises:
            CannotDrawError: If it does more than making layers.
        """
        line = definition.lineno if call is None else call.lineno
        if definition.name in self._open:
            raise CannotDrawError(line, f"{definition.name} contains itself")
        self.patience.spend(1, line)
        self._open.append(definition.name)
        try:
            inner = Scope(self, dict(self.values), dict(constants_of(definition)), definition)
            method = method_of(definition, "__init__")
            if method is not None:
                values, inner.parts = handed(scope, method, call, line)
                inner.values.update(values)
                inner.run_method(method)
            return Module(definition, inner.members)
        finally:
            self._open.pop()


@dataclass
class Scope:
    """The names that one function knows: ``values`` are numbers, ``parts`` layers and lists of them."""

    builder: Builder
    values: Names
    members: dict[str, Member]
    definition: ast.ClassDef | None = None
    parts: dict[str, Member] = field(default_factory=dict)
    deep: int = 0
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    _running: list[ast.FunctionDef] = field(default_factory=list)

    @property
    def records(self) -> Mapping[str, RecordType]:
        """The classes of the file that hold settings."""
        return self.builder.records

    @property
    def classes(self) -> Mapping[str, ast.ClassDef]:
        """The modules of the file."""
        return self.builder.classes

    def run_method(self, method: ast.FunctionDef) -> Member | None:
        """Read a whole function and return what it returns, None for nothing."""
        if self.deep > MOST_DEEP:
            raise CannotDrawError(method.lineno, f"{method.name} calls itself")
        self._running.append(method)
        try:
            return self.run(method.body)
        finally:
            self._running.pop()

    def run(self, body: list[ast.stmt]) -> Member | None:
        """Read statements one after the other, up to one that returns something."""
        for statement in body:
            match statement:
                case (
                    ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value)
                ):
                    self._assign(target, value)
                case ast.AugAssign():
                    self._augment(statement)
                case ast.Return(value=None) | ast.Return(value=ast.Constant(value=None)):
                    return None
                case ast.Return(value=ast.expr() as value):
                    return self.member(value)
                case ast.If(test=test):
                    returned = self.run(statement.body if self._chosen(test) else statement.orelse)
                    if returned is not None:
                        return returned
                case _:
                    self._follow(statement)
        return None

    def _follow(self, statement: ast.stmt) -> None:
        """Read a statement that returns nothing."""
        match statement:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, value)
            case ast.AugAssign():
                self._augment(statement)
            case ast.For():
                self._repeat(statement)
            case ast.FunctionDef(name=name):
                self.functions[name] = statement
            case ast.Expr(value=ast.Call() as call):
                self._do(call)
            case ast.Expr(value=ast.Constant()) | ast.Pass() | ast.Assert():
                pass
            case _:
                raise CannotDrawError(statement.lineno, "__init__ may only make layers and numbers")

    def _do(self, call: ast.Call) -> None:
        """Follow a call whose result is not kept."""
        name = dotted(call.func)
        match call.func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
                self._run_base(call)
            case ast.Attribute(value=ast.Name(id="self"), attr="register_buffer" | "register_parameter"):
                self.members.update([registered(call, self.literal)])
            case ast.Attribute(value=ast.Name(id="self"), attr="add_module" | "register_module"):
                self.members.update([added(self, call)])
            case ast.Attribute(value=base, attr="append" | "extend" as how) if call.args:
                self._lengthen(base, call.args[0], call.lineno, is_many=how == "extend")
            case _ if name.startswith("nn.init.") and call.args and isinstance(own := self.part(call.args[0]), Own):
                assert isinstance(call.args[0], ast.Attribute)
                self.members[call.args[0].attr] = filled(own, call, self.literal)
            case ast.Attribute(attr=how) if how.endswith("_") and name.startswith("self."):
                pass  # it gives weights other numbers: self.fc.weight.data.normal_()
            case _ if name in _IDLE or name.startswith(("nn.init.", "init.", "self._init", "self.init_")):
                pass
            case _ if self._helper(name) is not None:
                self._call_helper(name, call)
            case _:
                raise CannotDrawError(call.lineno, "__init__ may only make layers and numbers")

    def _run_base(self, call: ast.Call) -> None:
        """Run the constructor of the class that this one is made from, if it is one of the file."""
        definition = self.definition
        if definition is not None and is_sequential(definition):
            self.members.update(sequence_of(self, call, "nn.Sequential").members)
            return
        running = self._running[-1] if self._running else None
        while definition is not None:
            parents = [self.builder.classes[dotted(base)] for base in definition.bases
                       if dotted(base) in self.builder.classes]  # fmt: skip
            definition = parents[0] if parents else None
            method = None if definition is None else method_of(definition, "__init__")
            if method is not None and method is not running:
                inner = Scope(self.builder, dict(self.builder.values), self.members, definition, deep=self.deep + 1)
                values, inner.parts = handed(self, method, call, call.lineno)
                inner.values.update(values)
                inner.run_method(method)
                return

    def _repeat(self, statement: ast.For) -> None:
        over = statement.iter
        if isinstance(over, ast.Call) and isinstance(over.func, ast.Attribute) and over.func.attr in _WALKS:
            return  # it goes over what was made, to give it other numbers
        for names in self._rounds(statement.target, over):
            self.values.update(names)
            self.run(statement.body)

    def _rounds(self, target: ast.expr, over: ast.expr) -> Iterable[Names]:
        """Return what a loop gives its names, round by round."""
        try:
            items = items_of(self._replaced(over))
        except UnknownError:
            raise CannotDrawError(over.lineno, "how often this loop runs is known when it runs") from None
        self.builder.patience.spend(len(items), over.lineno)
        return [unpacked(target, item) for item in items]

    def _chosen(self, test: ast.expr) -> bool:
        try:
            return bool(constant(self._replaced(test)))
        except UnknownError:
            raise CannotDrawError(test.lineno, "which way this if goes is known when it runs") from None

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case ast.Tuple(elts=targets), ast.Tuple(elts=parts) if len(targets) == len(parts):
                made = [self.member(one) for one in parts]  # all of them first: a, b = b, a
                for one, member in zip(targets, made, strict=True):
                    self._keep(one, member)
            case ast.Tuple(), _:
                self._keep(target, Literal(self.literal(value)))
            case ast.Attribute(value=ast.Attribute(), attr="weight" | "bias"), ast.Attribute():
                self._keep(target, Literal(value))
            case _:
                self._keep(target, self.member(value))

    def _keep(self, target: ast.expr, made: Member) -> None:
        """Let a name or an attribute stand for what was made."""
        match target, made:
            case ast.Attribute(value=ast.Name(id="self"), attr=name), _:
                self.members[name] = made
            case ast.Name(id=name), Literal(tree=tree):
                self.parts.pop(name, None)
                self.values[name] = tree
            case ast.Name(id=name), _:
                self.parts[name] = made
            case ast.Tuple(elts=targets), Literal(tree=(ast.Tuple(elts=parts) | ast.List(elts=parts))) if len(
                targets
            ) == len(parts):
                for one, part in zip(targets, parts, strict=True):
                    self._keep(one, Literal(part))
            case ast.Tuple(), _:
                raise CannotDrawError(target.lineno, "what goes into these names is not known")
            case ast.Attribute(attr="weight" | "bias"), _:
                raise CannotDrawError(target.lineno, "the canvas has no layers that share a weight")
            case _:
                raise CannotDrawError(target.lineno, "it assigns to something else than an attribute of self")

    def _augment(self, statement: ast.AugAssign) -> None:
        target = statement.target
        held = self.part(target)
        if isinstance(held, Sequence) and isinstance(statement.op, ast.Add):
            self._lengthen(target, statement.value, statement.lineno, is_many=True)
            return
        left = ast.parse(ast.unparse(target), mode="eval").body
        tree = ast.copy_location(ast.BinOp(left, statement.op, statement.value), statement)
        self._assign(target, ast.fix_missing_locations(tree))

    def _lengthen(self, base: ast.expr, value: ast.expr, line: int, *, is_many: bool) -> None:
        """Put layers at the end of a list, or a number at the end of a list of numbers."""
        held = self.part(base)
        if not isinstance(held, Sequence):
            if isinstance(base, ast.Name) and base.id in self.values and not is_many:
                number = tree_of([*constant(self.values[base.id]), constant(self.literal(value))])
                self.values[base.id] = number
                return
            raise CannotDrawError(line, "it puts something into what is no list of layers")
        new = listed(self, value) if is_many else [layer_member(self, value)]
        names = [str(len(held.members) + place) for place in range(len(new))]
        made = Sequence((*held.members, *zip(names, new, strict=True)), held.is_callable)
        match base:
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                self.members[name] = made
            case ast.Name(id=name):
                self.parts[name] = made

    def part(self, tree: ast.expr) -> Member | None:
        """Return the layer or list that a name stands for."""
        match tree:
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                found = self.members.get(name)
                return None if isinstance(found, Literal) else found
            case ast.Attribute(value=base, attr=name) if isinstance(held := self.part(base), Module):
                found = held.members.get(name)
                return None if isinstance(found, Literal) else found
            case ast.Name(id=name):
                found = self.parts.get(name)
                is_empty = found is None and isinstance(self.values.get(name), ast.List | ast.Tuple)
                if is_empty and not getattr(self.values[name], "elts", True):
                    return Sequence((), is_callable=False)
                return found
            case _:
                return None

    def member(self, value: ast.expr) -> Member:
        """Read what one expression of ``__init__`` makes."""
        part = self.part(value)
        if part is not None:
            return part
        match value:
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.member(body if self._chosen(test) else orelse)
            case ast.Call():
                return self._made(value)
            case ast.Subscript(value=ast.Dict() as choices, slice=key):
                return self.member(chosen(self, choices, key))
            case ast.ListComp() | ast.List() if (found := layers_in(self, value)) is not None:
                return Sequence(tuple((str(place), one) for place, one in enumerate(found)), is_callable=False)
            case _:
                return Literal(self.literal(value))

    def _made(self, call: ast.Call) -> Member:
        name = dotted(call.func)
        if name in _SEQUENCES:
            return stacked(self, call) if name == _STACK else sequence_of(self, call, name)
        if name == "nn.Parameter":
            return own_of(call, self.literal)
        definition = self.builder.classes.get(dotted(self._replaced(call.func)))
        if definition is not None:
            return self.builder.module(definition, call, self)
        if self._helper(name) is not None:
            made = self._call_helper(name, call)
            if made is None:
                raise CannotDrawError(call.lineno, f"{name} gives nothing back")
            return made
        kind = dotted(self._replaced(call.func))  # the class of a layer may have been handed over
        if kind.startswith("nn."):
            return layer_of(call, kind.removeprefix("nn."), self.literal)
        return Literal(self.literal(call))

    def _helper(self, name: str) -> ast.FunctionDef | None:
        """Return the function of the file, or the method of the class, that a name calls."""
        if name.startswith("self.") and name.count(".") == 1 and self.definition is not None:
            return method_of(self.definition, name.removeprefix("self."))
        return self.functions.get(name) or self.builder.helpers.get(name)

    def _call_helper(self, name: str, call: ast.Call) -> Member | None:
        function = self._helper(name)
        assert function is not None
        self.builder.patience.spend(1, call.lineno)
        is_method, is_inner = name.startswith("self."), function in self.functions.values()
        values, parts = handed(self, function, call, call.lineno, is_method=is_method)
        members = self.members if is_method or is_inner else {}
        known = {**self.builder.values, **(self.values if is_inner else {}), **values}
        parts = {**{key: part for key, part in self.parts.items() if key not in values}, **parts} if is_inner else parts
        inner = Scope(self.builder, known, members, self.definition, parts, self.deep + 1)
        inner.functions = dict(self.functions) if is_inner else {}
        return inner.run_method(function)

    def literal(self, value: ast.expr) -> ast.expr:
        """Return an expression with every known name replaced and its arithmetic done.

        Raises:
            CannotDrawError: If a name in it is not known.
        """
        if isinstance(value, ast.ListComp | ast.GeneratorExp):
            trees = [scope.literal(value.elt) for scope in self.within(value)]
            return ast.copy_location(ast.List(trees, ast.Load()), value)
        replaced = self._replaced(value)
        name = dotted(replaced)
        if name.startswith("nn.") or name in self.builder.classes or is_record(replaced):
            return replaced
        if not isinstance(replaced, ast.Constant | ast.Tuple | ast.List | ast.UnaryOp):
            try:
                return tree_of(constant(replaced))
            except UnknownError:
                pass
        reason = refusal(replaced)
        unknown = next((one.id for one in ast.walk(replaced) if isinstance(one, ast.Name) and not is_known(one.id)), "")
        if unknown:
            reason = f"the value of {unknown} is not known before it runs"
        if reason:
            raise CannotDrawError(value.lineno, reason)
        return folded(replaced)

    def _replaced(self, value: ast.expr) -> ast.expr:
        try:
            found = Replacer(self).visit(ast.parse(ast.unparse(value), mode="eval").body)
        except CannotDrawError as error:  # the copy begins with line 1
            raise CannotDrawError(value.lineno, error.reason) from None
        assert isinstance(found, ast.expr)
        return found

    def within(self, comprehension: ast.ListComp | ast.GeneratorExp) -> list["Scope"]:
        """Return the names of each round of a comprehension."""
        scopes = [self]
        for part in comprehension.generators:
            scopes = [one.with_names(names) for one in scopes for names in one._rounds(part.target, part.iter)]  # noqa: SLF001 - another one of its own kind
            scopes = [one for one in scopes if all(one._chosen(test) for test in part.ifs)]  # noqa: SLF001 - as above
        return scopes

    def with_names(self, names: Names) -> "Scope":
        """Return the same with further names."""
        values, parts = self.values | names, dict(self.parts)
        return Scope(self.builder, values, self.members, self.definition, parts, self.deep, self.functions)
