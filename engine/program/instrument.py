"""Puts marks into a program's syntax tree, which tell the recorder of functions, loops and decisions.

A mark is a call of a helper with the number of its site. What the program computes, its positions in the text and its
names stay as they are: a mark is a statement of its own, comes right after an expression, or hands its value through.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.program.comprehensions import Comprehension, element, may_call
from engine.program.conditions import Condition, Conditions, is_literal
from engine.program.places import Place, Places
from engine.program.sites import ConditionSite, FunctionSite, HandlerSite, LoopSite, Site
from engine.program.taint import FunctionNode, Sources, Taint
from engine.program.tree_edits import TreeEdits

MARKS_FILE = "<chainrule>"
"""The file that the code of helpers which hand a value through seems to be in."""


class Helper(StrEnum):
    """The helpers that marks call. Names that end in two underscores are the same inside of a class."""

    ENTER = "__chainrule_enter__"
    LEAVE = "__chainrule_leave__"
    RESUME = "__chainrule_resume__"
    """A generator or coroutine goes on; what paused it was a ``LEAVE``."""
    ROUND = "__chainrule_round__"
    ENDED = "__chainrule_ended__"
    """A loop has ended."""
    BACK = "__chainrule_back__"
    """An exception was caught."""
    DECIDE = "__chainrule_decide__"
    NUMBER = "__chainrule_number__"
    """A number that a decision is made by."""


_COMPILERS = frozenset({"jit", "njit", "vectorize", "guvectorize", "cuda", "stencil", "script", "overload"})
"""Decorators that read a function's bytecode or translate it: these functions get no marks."""

_Loop = ast.For | ast.AsyncFor | ast.While


@dataclass(frozen=True, slots=True)
class _Around:
    """What lies around a node.

    ``path`` are the names of the classes and functions, ``scope`` is where names are looked up. ``is_own_code`` says
    that it runs as a part of ``function`` itself, not of a lambda or comprehension in it.
    """

    scope: ast.AST
    path: str = ""
    function: FunctionSite | None = None
    number: int = -1
    loops: tuple[LoopSite, ...] = ()
    is_own_code: bool = True


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked text: its statements, each with its marks, and its conditions as Python places them."""

    statements: list[list[ast.stmt]]
    conditions: Conditions


class Instrumenter:
    """Marks syntax trees in place; ``sites`` gets the sites that the marks name by their position."""

    def __init__(self, text: str, file: str, sites: list[Site]) -> None:
        self._file = file
        self._sites = sites
        self._places = Places(text)

    def mark(self, tree: ast.Module) -> Marked:
        """Mark a tree."""
        edits = TreeEdits(tree)
        leaves = Conditions(tree, self._places).leaves
        scopes: dict[ast.AST, _Around] = dict.fromkeys((node for node, _ in leaves), _Around(tree))
        waiting: list[tuple[ast.AST, _Around]] = [(tree, _Around(tree))]
        while waiting:
            node, around = waiting.pop()
            if node in scopes:
                scopes[node] = around
            waiting.extend(self._inside(node, around, edits))
        found: dict[ast.expr, tuple[Condition, Sources]] = {}
        taint = Taint(tree, self._places)
        for node, condition in leaves:
            sources = taint.sources(node, scopes[node].scope)
            if sources and not _is_unmarked(scopes[node], edits):
                found[node] = (condition, sources)
        conditions = Conditions(tree, self._places, frozenset(found))
        conditions.sources = frozenset().union(*(sources for _, sources in found.values()))
        for node, (condition, sources) in found.items():
            self._mark_condition(node, condition, sources, edits)
        return Marked(edits.apply(), conditions)

    def _inside(  # noqa: C901 - one case a kind of node
        self, node: ast.AST, around: _Around, edits: TreeEdits
    ) -> Iterator[tuple[ast.AST, _Around]]:
        """Mark one node and yield the nodes right inside of it."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from self._function(node, around, edits)
                return
            case ast.For() | ast.AsyncFor() | ast.While():
                yield from self._loop(node, around, edits)
                return
            case ast.ClassDef(name=name):
                around = replace(around, path=f"{around.path}{name}.")
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                around = self._comprehension(node, replace(around, is_own_code=False), edits)
            case ast.Lambda():
                around = replace(around, is_own_code=False)
            case ast.Return() if around.function is not None:
                self._return(node, around, edits)
            case ast.Await(value=value) if around.function is not None and around.is_own_code:
                self._pause(node, value, around, edits)
            case ast.Yield(value=value) if around.function is not None and around.is_own_code:
                self._pause(node, value, around, edits)
            case ast.ExceptHandler():
                self._mark_handler(node, "body", around, edits)
            case ast.Try(finalbody=[_, *_]) | ast.TryStar(finalbody=[_, *_]):
                self._mark_handler(node, "finalbody", around, edits)
            case _:
                pass
        for child in ast.iter_child_nodes(node):
            yield child, around

    def _function(self, node: FunctionNode, around: _Around, edits: TreeEdits) -> Iterator[tuple[ast.AST, _Around]]:
        inner = _Around(node, f"{around.path}{node.name}.")
        outside = [*node.decorator_list, *ast.iter_child_nodes(node.args), *([node.returns] if node.returns else [])]
        yield from ((child, around) for child in outside)
        if not _is_translated(node) and not _is_unmarked(around, edits):
            pauses = _pauses(node)
            site = FunctionSite(
                f"{around.path}{node.name}",
                self._file,
                self._head(node),
                (node.name, _first_line(node)),
                pauses,
                pauses or any(isinstance(part, ast.Try | ast.TryStar) for part in ast.walk(node)),
            )
            number = self._new(site)
            inner = replace(inner, function=site, number=number)
            edits.first(node, "body", self._statement(Helper.ENTER, number, _first_statement(node)))
            if not isinstance(node.body[-1], ast.Return | ast.Raise):
                edits.last(node, "body", self._statement(Helper.LEAVE, number, node.body[-1]))
        yield from ((child, inner) for child in node.body)

    def _loop(self, node: _Loop, around: _Around, edits: TreeEdits) -> Iterator[tuple[ast.AST, _Around]]:
        last = node.test if isinstance(node, ast.While) else node.iter
        yield (last, around)
        head = self._places.between(node, last)
        lines = node.lineno, node.end_lineno or node.lineno
        name = self._places.text(head).removeprefix("async ")
        outer = around.loops[-1] if around.loops else None
        site = LoopSite(name, self._file, head, around.function, outer, lines)
        inner = replace(around, loops=(*around.loops, site))
        if not _is_unmarked(around, edits):
            number = self._new(site)
            edits.first(node, "body", self._statement(Helper.ROUND, number, node))
            edits.after(node, self._statement(Helper.ENDED, number, node))
            if node.orelse:
                edits.first(node, "orelse", self._statement(Helper.ENDED, number, node))
        yield from ((child, inner) for child in node.body)
        yield from ((child, around) for child in node.orelse)

    def _comprehension(self, node: Comprehension, around: _Around, edits: TreeEdits) -> _Around:
        """Mark the rounds of a comprehension where they may call torch; return what lies around its parts."""
        body = element(node)
        if _is_unmarked(around, edits) or not may_call(body) or any(part.is_async for part in node.generators):
            return around
        head = self._places.between(node.generators[0].target, node.generators[-1].iter)
        lines = node.lineno, node.end_lineno or node.lineno
        outer = around.loops[-1] if around.loops else None
        site = LoopSite(f"for {self._places.text(head)}", self._file, head, around.function, outer, lines)
        number = self._new(site)
        conditions = node.generators[-1].ifs
        edits.lead(conditions[0] if conditions else body[0], Helper.ROUND.value, number)
        if not isinstance(node, ast.GeneratorExp):  # the rounds of that one run later, when something asks for them
            edits.follow(node, Helper.ENDED.value, number)
        return replace(around, loops=(*around.loops, site))

    def _return(self, node: ast.Return, around: _Around, edits: TreeEdits) -> None:
        if node.value is None:
            edits.before(node, self._statement(Helper.LEAVE, around.number, node))
        else:
            edits.follow(node.value, Helper.LEAVE.value, around.number)

    def _pause(self, node: ast.expr, value: ast.expr | None, around: _Around, edits: TreeEdits) -> None:
        """Mark a ``yield`` or ``await``: what runs until the function goes on does not run in it."""
        if value is not None:
            edits.follow(value, Helper.LEAVE.value, around.number)
        elif isinstance(node, ast.Yield):
            node.value = ast.copy_location(ast.Constant(None), node)
            edits.adopt(node, "value", node.value)
            edits.follow(node.value, Helper.LEAVE.value, around.number)
        edits.follow(node, Helper.RESUME.value, around.number)

    def _mark_handler(
        self, node: ast.ExceptHandler | ast.Try | ast.TryStar, field: str, around: _Around, edits: TreeEdits
    ) -> None:
        if not _is_unmarked(around, edits):
            number = self._new(HandlerSite(around.function, around.loops))
            edits.first(node, field, self._statement(Helper.BACK, number, getattr(node, field)[0]))

    def _mark_condition(self, node: ast.expr, condition: Condition, sources: Sources, edits: TreeEdits) -> None:
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        told = tuple(not is_literal(side) for side in sides) if len(sides) == 2 else ()
        number = self._new(ConditionSite(condition, self._file, sources, told))
        for side, is_told in zip(sides, told, strict=False):
            if is_told:
                edits.wrap(side, Helper.NUMBER.value, number)
        edits.wrap(node, Helper.DECIDE.value, number)

    def _new(self, site: Site) -> int:
        self._sites.append(site)
        return len(self._sites) - 1

    def _statement(self, helper: Helper, number: int, like: ast.stmt) -> ast.stmt:
        """Return a mark; it lies where ``like`` begins."""
        mark = ast.Expr(ast.Call(ast.Name(helper.value, ast.Load()), [ast.Constant(number)], []))
        for part in ast.walk(mark):
            if isinstance(part, ast.expr | ast.stmt):
                part.lineno = part.end_lineno = like.lineno
                part.col_offset = part.end_col_offset = like.col_offset
        return mark

    def _head(self, node: FunctionNode) -> Place:
        """Return the place of ``def f(x)``."""
        arguments = node.args
        parts: list[ast.expr | ast.arg] = [
            *arguments.posonlyargs,
            *arguments.args,
            *arguments.kwonlyargs,
            *arguments.defaults,
            *(default for default in arguments.kw_defaults if default is not None),
            *(part for part in (arguments.vararg, arguments.kwarg, node.returns) if part is not None),
        ]
        line, column, *_ = self._places.of(node)
        start = (line, column, line, column + len(node.name))
        ends = [self._places.of(part)[2:] for part in parts]
        return self._places.up_to((line, column, *max([start[2:], *ends])), ":")


def _first_statement(node: FunctionNode) -> ast.stmt:
    """Return where a function's work begins, behind its docstring; errors there are placed where they would be."""
    return node.body[1 if ast.get_docstring(node, clean=False) is not None and len(node.body) > 1 else 0]


def _first_line(node: FunctionNode) -> int:
    return node.decorator_list[0].lineno if node.decorator_list else node.lineno


def _is_translated(node: FunctionNode) -> bool:
    words = (part for decorator in node.decorator_list for part in ast.walk(decorator))
    names = (getattr(part, "attr", getattr(part, "id", "")) for part in words)
    return not _COMPILERS.isdisjoint(names)


def _pauses(node: FunctionNode) -> bool:
    return isinstance(node, ast.AsyncFunctionDef) or any(isinstance(part, ast.Yield) for part in ast.walk(node))


def _is_unmarked(around: _Around, edits: TreeEdits) -> bool:
    return around.function is None and around.scope is not edits.tree
