"""What a program calls its values, read from its syntax tree.

Nothing runs for this: an assignment says which names its value gets, and the operands of an expression say how the
program calls what goes into it.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.program.conditions import links_of
from engine.program.places import Place, Places
from engine.trace.facts import Span

Target: TypeAlias = "str | tuple[Target, ...] | None"
"""A name, a tuple of targets to unpack into, or None for a target that has no name (``a[f(x)]``)."""


@dataclass(slots=True)
class Site:
    """Names at one expression.

    Attributes:
        targets: What its value is assigned to.
        receiver: Name of ``x`` in ``x.sum()``, ``x.T`` and ``x[i]``; of the called thing itself in ``model(x)``.
        operands: Names of the operands or positional arguments in order, None for those that are no plain name;
            a starred argument ends them.
        keywords: Names of the keyword arguments.
        has_star: Whether ``*args`` made the positions of further arguments unknown.
        part: What a loop over the value calls each part.
        inplace: Target of an augmented assignment.
    """

    targets: tuple[Target, ...] = ()
    receiver: str | None = None
    operands: tuple[str | None, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()
    has_star: bool = False
    is_call: bool = False
    part: str | None = None
    inplace: str | None = None


class NameSites:
    """All expressions of one text that say something about names, by their place."""

    def __init__(self, text: str) -> None:
        places = Places(text)
        self._place, self._between = places.of, places.between
        self._sites: dict[Place, Site] = {}
        self._meant: dict[Place, Place] = {}
        self._chains: dict[Place, list[Place]] = {}
        for node in ast.walk(parsed(text)):
            self._visit(node)

    def at(self, span: Span) -> Site | None:
        """Return what is known at ``span``, if anything."""
        return self._sites.get((span.line, span.column, span.end_line, span.end_column))

    def exact(self, span: Span) -> Span:
        """Return the expression that Python means by the place that it gives.

        That is the iterable for the advance of a loop, what a ``with`` statement enters for what happens there, and the
        whole call for a method on a line of its own.
        """
        place = self._meant.get((span.line, span.column, span.end_line, span.end_column))
        return span if place is None else Span(span.file, *place)

    def links(self, span: Span) -> Sequence[Place]:
        """Return the single comparisons of ``a < b < c`` at ``span``, none where there is no such chain."""
        return self._chains.get((span.line, span.column, span.end_line, span.end_column), ())

    def _visit(self, node: ast.AST) -> None:  # noqa: C901 - one case a kind of node
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                self._bind(target, value)
            case ast.For(target=target, iter=iterable):
                self._meant[self._place(node)] = self._place(iterable)
                self._loop(target, iterable)
            case ast.With(items=[first, *_]) | ast.AsyncWith(items=[first, *_]):
                self._meant[self._place(node)] = self._place(first.context_expr)
            case ast.comprehension(target=target, iter=iterable):
                self._loop(target, iterable)
            case ast.ListComp(generators=[first, *_]) | ast.SetComp(generators=[first, *_]):
                self._meant[self._place(node)] = self._place(first.iter)
            case ast.GeneratorExp(generators=[first, *_]) | ast.DictComp(generators=[first, *_]):
                self._meant[self._place(node)] = self._place(first.iter)
            case ast.AugAssign(target=target, value=value):
                site = self._site(node)
                site.inplace = dotted_text(target)
                site.operands = (site.inplace, dotted_text(value))
            case ast.expr():
                self._operands(node)
            case _:
                pass

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
            if not any(isinstance(part, ast.Starred) for part in (*target.elts, *value.elts)):
                for part, source in zip(target.elts, value.elts, strict=False):
                    self._bind(part, source)
            return
        if isinstance(value, ast.Compare) and len(value.ops) > 1:
            return  # which of its comparisons is the value is known when it runs
        site = self._site(value)
        site.targets = (*site.targets, _target(target))

    def _loop(self, target: ast.expr, iterable: ast.expr) -> None:
        """Name the parts of a tensor that a loop goes over; what else a loop goes over is not known here."""
        if isinstance(target, ast.Name) and dotted_text(iterable) is not None:
            self._site(iterable).part = target.id

    def _operands(self, node: ast.expr) -> None:
        match node:
            case ast.BinOp(left=left, right=right):
                self._site(node).operands = (dotted_text(left), dotted_text(right))
            case ast.UnaryOp(operand=operand):
                self._site(node).operands = (dotted_text(operand),)
            case ast.Compare(left=left, comparators=[right]):
                self._site(node).operands = (dotted_text(left), dotted_text(right))
            case ast.Compare():
                self._chain(node)
            case ast.Subscript(value=value) | ast.Attribute(value=value):
                self._site(node).receiver = dotted_text(value)
            case ast.Call():
                self._call(node)
            case _:
                pass

    def _chain(self, node: ast.Compare) -> None:
        places = self._chains[self._place(node)] = []
        for left, _, right in links_of(node):
            place = self._between(left, right)
            places.append(place)
            self._sites.setdefault(place, Site()).operands = (dotted_text(left), dotted_text(right))

    def _call(self, node: ast.Call) -> None:
        site = self._site(node)
        if isinstance(node.func, ast.Attribute) and node.func.value.end_lineno != node.func.end_lineno:
            line, end = node.func.end_lineno or node.lineno, self._place(node.func)[3]
            self._meant[line, end - len(node.func.attr), *self._place(node)[2:]] = self._place(node)
        site.is_call = True
        site.receiver = dotted_text(node.func)
        names: list[str | None] = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                site.has_star = True
                break
            names.append(dotted_text(argument))
        site.operands = tuple(names)
        pairs = ((word.arg, dotted_text(word.value)) for word in node.keywords)
        site.keywords = tuple((key, name) for key, name in pairs if key is not None and name is not None)

    def _site(self, node: ast.expr | ast.stmt) -> Site:
        place = self._place(node)
        site = self._sites.get(place)
        if site is None:
            site = self._sites[place] = Site()
        return site


def parsed(text: str) -> ast.Module:
    """Return the syntax tree of a text, an empty one when it is no Python."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _target(node: ast.expr) -> Target:
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(_target(part) for part in node.elts)
    return dotted_text(node)


def dotted_text(node: ast.expr) -> str | None:
    """Return a name, a dotted attribute or a subscript with plain indices as text, else None.

    E.g. ``x``, ``self.fc.weight``, ``layers[0]``, ``params['w']``.
    """
    parts: list[str] = []
    while True:
        match node:
            case ast.Name(id=name):
                return name + "".join(reversed(parts))
            case ast.Attribute(value=inner, attr=attribute):
                parts.append("." + attribute)
            case ast.Subscript(value=inner, slice=ast.Constant(value=int() | str() as key)):
                parts.append(f"[{key!r}]")
            case _:
                return None
        node = inner
