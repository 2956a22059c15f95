"""Which plain numbers of a program came out of a tensor, read from its syntax tree.

``v = loss.item()`` makes ``v`` such a number, and ``if v < best:`` a decision that depends on a tensor. Nothing runs
for this: what is found here are candidates, with the calls that the number may have come from. Whether one of those
calls really asked a tensor is known when the program runs.
"""

import ast
from collections.abc import Iterator
from typing import TypeAlias

from engine.program.names import dotted_text
from engine.program.places import Place, Places

Sources: TypeAlias = frozenset[Place]
"""Places of the calls that a number may have come from; empty for one that is no tensor's."""

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_NOTHING: Sources = frozenset()
_METHODS = frozenset({"item", "tolist", "numpy", "equal", "allclose", "is_nonzero"})
_BUILTINS = frozenset({"float", "int", "bool", "complex", "round"})
_LIBRARIES = frozenset({"math", "np", "numpy", "cmath"})
_FORMS = frozenset({"shape", "ndim", "dtype", "device", "requires_grad", "grad_fn", "training", "is_cuda", "size"})
_FORM_CALLS = frozenset({"len", "isinstance", "hasattr", "type", "range", "id", "print", "callable"})
_FORM_METHODS = frozenset({"size", "dim", "numel", "stride", "keys"})
_TENSORS = frozenset({"torch", "nn", "F"})
_COLLECTING = frozenset({"append", "add", "insert", "extend", "appendleft"})
_ROUNDS = 6
"""A number that reaches a condition over more detours than this is not followed."""


class Taint:
    """Follows numbers through the assignments, returns and arguments of one text."""

    def __init__(self, tree: ast.Module, places: Places) -> None:
        self._places = places
        self._scopes: dict[ast.AST, ast.AST] = {}
        self._names: dict[tuple[ast.AST | None, str], Sources] = {}
        self._returned: dict[str, Sources] = {}
        self._functions: dict[str, FunctionNode] = {}
        self._has_changed = False
        statements = list(self._statements(tree))
        for _ in range(_ROUNDS):
            self._has_changed = False
            for node, scope in statements:
                self._follow(node, scope)
            if not self._has_changed:
                return

    def sources(self, node: ast.expr, scope: ast.AST) -> Sources:
        """Return the calls that an expression inside of ``scope`` (a function, or the module) may get numbers from."""
        found: set[Place] = set()
        waiting: list[ast.AST] = [node]
        while waiting:
            part = waiting.pop()
            if _is_about_form(part):
                continue
            if isinstance(part, ast.Call):
                found |= self._of_call(part)
                if _makes_tensor(part) and part is not node:
                    continue
            name = dotted_text(part) if isinstance(part, ast.Name | ast.Attribute) else None
            if name is not None:
                found |= self._known(name, scope)
            waiting.extend(ast.iter_child_nodes(part))
        return frozenset(found)

    def _statements(self, tree: ast.Module) -> Iterator[tuple[ast.AST, ast.AST]]:
        waiting: list[tuple[ast.AST, ast.AST]] = [(tree, tree)]
        while waiting:
            node, scope = waiting.pop()
            inner = scope
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._scopes[node] = scope
                self._functions[node.name] = node
                inner = node
            waiting.extend((child, inner) for child in ast.iter_child_nodes(node))
            if isinstance(node, _FOLLOWED):
                yield node, scope

    def _follow(self, node: ast.AST, scope: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assign(target, self.sources(value, scope), scope)
            case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
                self._assign(target, self.sources(value, scope), scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, self.sources(value, scope), scope)
            case ast.For(target=target, iter=iterable) | ast.comprehension(target=target, iter=iterable):
                self._assign(target, self.sources(iterable, scope), scope)
            case ast.Return(value=ast.expr() as value) if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
                known = self._returned.get(scope.name, _NOTHING)
                self._returned[scope.name] = self._grown(known, self.sources(value, scope))
            case ast.Call():
                self._pass_on(node, scope)
            case _:
                pass

    def _pass_on(self, node: ast.Call, scope: ast.AST) -> None:
        """Follow arguments into the parameters of a function of this text, and into lists."""
        last = _last_name(node.func)
        if last in _COLLECTING and isinstance(node.func, ast.Attribute):
            for argument in node.args:
                self._assign(node.func.value, self.sources(argument, scope), scope)
        function = self._functions.get(last)
        if function is None:
            return
        parameters = [*function.args.posonlyargs, *function.args.args]
        if isinstance(node.func, ast.Attribute) and parameters and parameters[0].arg in ("self", "cls"):
            parameters = parameters[1:]
        for parameter, argument in zip(parameters, node.args, strict=False):
            self._set(function, parameter.arg, self.sources(argument, scope))
        for word in node.keywords:
            if word.arg is not None:
                self._set(function, word.arg, self.sources(word.value, scope))

    def _assign(self, target: ast.expr, sources: Sources, scope: ast.AST) -> None:
        if not sources:
            return
        for part in target.elts if isinstance(target, ast.Tuple | ast.List) else (target,):
            inner = part.value if isinstance(part, ast.Subscript | ast.Starred) else part
            name = dotted_text(inner)
            if name is not None:
                self._set(scope, name, sources)

    def _set(self, scope: ast.AST, name: str, sources: Sources) -> None:
        if sources:
            key = (None if name.startswith("self.") else scope, name)
            self._names[key] = self._grown(self._names.get(key, _NOTHING), sources)

    def _grown(self, known: Sources, more: Sources) -> Sources:
        if more <= known:
            return known
        self._has_changed = True
        return known | more

    def _known(self, name: str, scope: ast.AST) -> Sources:
        if name.startswith("self."):
            return self._names.get((None, name), _NOTHING)
        inner: ast.AST | None = scope
        while inner is not None:
            found = self._names.get((inner, name))
            if found is not None:
                return found
            inner = self._scopes.get(inner)
        return _NOTHING

    def _of_call(self, node: ast.Call) -> Sources:
        last = _last_name(node.func)
        if isinstance(node.func, ast.Attribute):
            is_source = last in _METHODS or (dotted_text(node.func) or "").split(".")[0] in _LIBRARIES
        else:
            is_source = last in _BUILTINS
        own = frozenset({self._places.of(node)}) if is_source else _NOTHING
        return own | self._returned.get(last, _NOTHING) if last in self._functions else own


_FOLLOWED = (
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.NamedExpr,
    ast.For,
    ast.comprehension,
    ast.Return,
    ast.Call,
)


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _is_about_form(node: ast.AST) -> bool:
    """Whether a part of an expression asks for a shape or a type: no number of a tensor is in that."""
    match node:
        case ast.Attribute(attr=attribute):
            return attribute in _FORMS
        case ast.Call(func=ast.Name(id=name)):
            return name in _FORM_CALLS
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _FORM_METHODS
        case ast.Compare(ops=ops):
            return all(isinstance(op, ast.Is | ast.IsNot) for op in ops)
        case _:
            return isinstance(node, ast.Lambda)


def _makes_tensor(node: ast.Call) -> bool:
    return (dotted_text(node.func) or "").split(".")[0] in _TENSORS and _last_name(node.func) not in _METHODS
