"""Where a program asks whether something is true, read from its syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from engine.program.places import Place, Places
from engine.trace.control import DecisionKind

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a comparison; ``is_written`` says that its number is in the text already."""

    text: str
    is_written: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression whose truth decides something.

    Attributes:
        kind: What it decides.
        place: What a person would call the condition; wider than the expression for ``not x``.
        text: What is written there.
        is_negated: Whether the outcome is the opposite of the truth of the expression.
        comparison: The sign between two operands, empty when it is no plain comparison.
        operands: Its two sides then, else the expression itself.
    """

    kind: DecisionKind
    place: Place
    text: str
    is_negated: bool
    comparison: str
    operands: tuple[Operand, ...]

    def told(self, numbers: tuple[str, ...]) -> str:
        """Return the condition with its numbers, e.g. ``loss = 0.69 < 0.1``; a number that is not known is empty."""
        sides = [_side(*pair) for pair in zip(self.operands, numbers, strict=False)]
        if len(sides) < len(self.operands):
            return self.text
        told = f" {self.comparison} ".join(sides)
        return f"not ({told})" if self.is_negated and told != self.operands[0].text else told


def _side(operand: Operand, number: str) -> str:
    return operand.text if operand.is_written or not number else f"{operand.text} = {number}"


@dataclass(frozen=True, slots=True)
class _Asked:
    """An expression on the way to its conditions: what asks it, and whether for the opposite."""

    node: ast.expr
    kind: DecisionKind
    place: Place | None = None
    is_negated: bool = False


class Conditions:
    """All conditions of one text.

    Python compiles a condition into a conditional jump and places it at the comparison that was compiled last, else at
    the statement or expression that asks. So a jump says by its place and its number among the jumps with that place
    which condition it asks. A comparison that has a mark around it (``marked``) is none to Python.

    Attributes:
        leaves: The expressions that are asked, with their conditions.
        sources: Calls that numbers for marked conditions may come from; what they ask is told by these conditions.
    """

    def __init__(self, tree: ast.AST, places: Places, marked: frozenset[ast.expr] = frozenset()) -> None:
        self._marked = marked
        self.sources: frozenset[Place] = frozenset()
        self.leaves: list[tuple[ast.expr, Condition]] = []
        self._places = places
        self._jumps: dict[Place, list[Condition]] = {}
        self._done: set[ast.expr] = set()
        for node in ast.walk(tree):
            self._visit(node)

    def at_jump(self, place: Place, number: int) -> Condition | None:
        """Return the condition of a conditional jump, None where the text has none.

        Args:
            place: Where Python says that the jump is.
            number: How many conditional jumps with this place come before it; a ``while`` repeats all of its own.
        """
        found = self._jumps.get(place)
        return found[number % len(found)] if found else None

    def _visit(self, node: ast.AST) -> None:
        match node:
            case ast.If(test=test):
                self._ask(test, DecisionKind.ELIF if self._is_elif(node) else DecisionKind.IF, self._places.of(node))
            case ast.While(test=test):
                self._ask(test, DecisionKind.WHILE, self._places.of(node))
            case ast.Assert(test=test):
                self._ask(test, DecisionKind.ASSERT, self._places.of(node))
            case ast.IfExp(test=test) if node not in self._done:
                self._ask(test, DecisionKind.TERNARY, self._places.of(node))
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                for test in (test for generator in node.generators for test in generator.ifs):
                    self._ask(test, DecisionKind.FILTER, self._places.of(node))
            case ast.match_case(pattern=pattern, guard=ast.expr() as test):
                self._ask(test, DecisionKind.MATCH, self._places.of(_last_part(pattern)))
            case ast.BoolOp() | ast.UnaryOp(op=ast.Not()) | ast.Compare() if node not in self._done:
                self._value(node)
            case _:
                pass

    def _is_elif(self, node: ast.If) -> bool:
        line, column, *_ = self._places.of(node)
        return self._places.text((line, column, line, column + 4)) == "elif"

    def _value(self, node: ast.BoolOp | ast.UnaryOp | ast.Compare) -> None:
        """Note what an operator asks whose result is a value like others."""
        place = self._places.of(node)
        match node:
            case ast.BoolOp(op=op, values=values):
                for value in values[:-1]:
                    self._leaf(_Asked(value, _junction(op)), place)
            case ast.UnaryOp(operand=operand):
                self._leaf(_Asked(operand, DecisionKind.NOT, place, is_negated=True), place)
            case ast.Compare():
                for link in self._links(node, DecisionKind.OTHER)[:-1]:
                    self._jumps.setdefault(place, []).append(link)

    def _ask(self, test: ast.expr, kind: DecisionKind, owner: Place) -> None:
        """Note what a statement or expression asks that jumps by the outcome."""
        here = owner
        for asked in self._leaves(_Asked(test, kind)):
            if isinstance(asked.node, ast.Compare):
                own = self._places.of(asked.node)
                for link in self._links(asked.node, asked.kind)[:-1]:
                    self._jumps.setdefault(own, []).append(link)
                here = here if asked.node in self._marked else own
            if not isinstance(asked.node, ast.Constant):  # Python knows the outcome and does not ask
                self._leaf(asked, here)

    def _leaves(self, test: _Asked) -> Iterator[_Asked]:
        """Yield the expressions that a test comes down to, in the order in which they are asked."""
        waiting = [test]
        while waiting:
            asked = waiting.pop()
            node = asked.node
            match node:
                case ast.BoolOp(op=op, values=values):
                    junction = _junction(op)
                    last = _Asked(values[-1], asked.kind, asked.place, asked.is_negated)
                    waiting += [last, *(_Asked(value, junction) for value in reversed(values[:-1]))]
                case ast.UnaryOp(op=ast.Not(), operand=operand):
                    place = asked.place or self._places.of(node)
                    waiting.append(_Asked(operand, asked.kind, place, not asked.is_negated))
                case ast.IfExp(test=inner, body=body, orelse=orelse):
                    branches = [_Asked(one, asked.kind, asked.place, asked.is_negated) for one in (orelse, body)]
                    waiting += [*branches, _Asked(inner, DecisionKind.TERNARY)]
                case _:
                    self._done.add(node)
                    yield asked
                    continue
            self._done.add(node)

    def _leaf(self, asked: _Asked, owner: Place) -> None:
        place = asked.place or self._places.of(asked.node)
        sign = ""
        operands: tuple[Operand, ...] = (self._operand(asked.node),)
        match asked.node:
            case ast.Compare() as comparison:
                left, op, right = links_of(comparison)[-1]
                sign, operands = _COMPARISONS[type(op)], (self._operand(left), self._operand(right))
            case _:
                pass
        condition = Condition(asked.kind, place, self._places.text(place), asked.is_negated, sign, operands)
        self._jumps.setdefault(owner, []).append(condition)
        self.leaves.append((asked.node, condition))

    def _links(self, node: ast.Compare, kind: DecisionKind) -> list[Condition]:
        """Return the links of ``a < b < c``: Python asks each before it goes on to the next."""
        links = []
        for left, op, right in links_of(node):
            place = self._places.between(left, right)
            operands = (self._operand(left), self._operand(right))
            sign = _COMPARISONS[type(op)]
            links.append(Condition(kind, place, self._places.text(place), False, sign, operands))  # noqa: FBT003 - never negated
        return links

    def _operand(self, node: ast.expr) -> Operand:
        shown = node.target if isinstance(node, ast.NamedExpr) else node
        return Operand(self._places.text(self._places.of(shown)), is_literal(node))


def links_of(node: ast.Compare) -> list[tuple[ast.expr, ast.cmpop, ast.expr]]:
    """Return the single comparisons of a chain."""
    sides = [node.left, *node.comparators]
    return list(zip(sides, node.ops, sides[1:], strict=False))


def is_literal(node: ast.expr) -> bool:
    """Whether an expression is a number or text as it is written, a sign in front included."""
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)


def _junction(op: ast.boolop) -> DecisionKind:
    return DecisionKind.AND if isinstance(op, ast.And) else DecisionKind.OR


def _last_part(pattern: ast.pattern) -> ast.pattern:
    """Return the part of a pattern that is compiled last: a guard is placed there."""
    while True:
        parts = [part for part in ast.iter_child_nodes(pattern) if isinstance(part, ast.pattern)]
        if not parts:
            return pattern
        pattern = parts[-1]
