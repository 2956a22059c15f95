"""Changes to a syntax tree that are gathered first and made together."""

import ast
from collections import defaultdict


class TreeEdits:
    """Wraps expressions and puts statements in, without losing where everything is."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self._slots: dict[ast.AST, tuple[ast.AST, str, int | None]] = {}
        self._blocks: list[tuple[ast.AST, str]] = []
        self._first: defaultdict[tuple[ast.AST, str], list[ast.stmt]] = defaultdict(list)
        self._last: defaultdict[tuple[ast.AST, str], list[ast.stmt]] = defaultdict(list)
        self._before: defaultdict[ast.stmt, list[ast.stmt]] = defaultdict(list)
        self._after: defaultdict[ast.stmt, list[ast.stmt]] = defaultdict(list)
        for node in ast.walk(tree):
            self._note(node)

    def wrap(self, node: ast.expr, helper: str, number: int) -> None:
        """Put ``helper(number, ...)`` around an expression; the one wrapped last is the outermost."""
        call = ast.Call(ast.Name(helper, ast.Load()), [ast.Constant(number), node], [])
        self._replace(node, call, call, "args", 1)

    def follow(self, node: ast.expr, helper: str, number: int) -> None:
        """Have ``helper(number)`` called right after an expression, whose value stays what it is.

        As ``(expression, helper(number))[0]`` no function lies between the program and its value, so that
        ``torch.compile`` can leave the helper out.
        """
        call = ast.Call(ast.Name(helper, ast.Load()), [ast.Constant(number)], [])
        pair = ast.Tuple([node, call], ast.Load())
        self._replace(node, ast.Subscript(pair, ast.Constant(0), ast.Load()), pair, "elts", 0)

    def lead(self, node: ast.expr, helper: str, number: int) -> None:
        """Have ``helper(number)`` called right before an expression, whose value stays what it is; see ``follow``."""
        call = ast.Call(ast.Name(helper, ast.Load()), [ast.Constant(number)], [])
        pair = ast.Tuple([call, node], ast.Load())
        self._replace(node, ast.Subscript(pair, ast.Constant(1), ast.Load()), pair, "elts", 1)

    def _replace(self, node: ast.expr, whole: ast.expr, holder: ast.expr, field: str, position: int) -> None:
        slot = self._slots[node]
        for part in (part for part in _until(whole, node) if part is not node):
            ast.copy_location(part, node)
        owner, slot_field, slot_position = slot
        if slot_position is None:
            setattr(owner, slot_field, whole)
        else:
            getattr(owner, slot_field)[slot_position] = whole
        self._slots[whole] = slot
        self._slots[node] = (holder, field, position)

    def adopt(self, parent: ast.AST, field: str, node: ast.AST) -> None:
        """Take in a node that was made for a field."""
        self._slots[node] = (parent, field, None)

    def first(self, owner: ast.AST, field: str, statement: ast.stmt) -> None:
        """Begin a block of ``owner`` with a statement; a docstring stays in front."""
        self._first[owner, field].append(statement)

    def last(self, owner: ast.AST, field: str, statement: ast.stmt) -> None:
        """End a block with a statement."""
        self._last[owner, field].append(statement)

    def before(self, place: ast.stmt, statement: ast.stmt) -> None:
        """Put a statement before another."""
        self._before[place].append(statement)

    def after(self, place: ast.stmt, statement: ast.stmt) -> None:
        """Put a statement behind another."""
        self._after[place].append(statement)

    def apply(self) -> list[list[ast.stmt]]:
        """Put all statements in; return those of the module, each with what was put before and behind it."""
        top: list[list[ast.stmt]] = []
        for owner, field in self._blocks:
            pieces = [[*self._before[one], one, *self._after[one]] for one in getattr(owner, field)]
            if owner is self.tree:
                top = pieces
            first = self._first[owner, field]
            start = 1 if first and _has_docstring(owner, field) else 0
            inside = [statement for piece in pieces for statement in piece]
            setattr(owner, field, [*inside[:start], *first, *inside[start:], *self._last[owner, field]])
        return top

    def _note(self, node: ast.AST) -> None:
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                self._slots[value] = (node, field, None)
            elif isinstance(value, list):
                if value and isinstance(value[0], ast.stmt):
                    self._blocks.append((node, field))
                for position, part in enumerate(value):
                    if isinstance(part, ast.AST):
                        self._slots[part] = (node, field, position)


def _until(whole: ast.AST, end: ast.AST) -> list[ast.AST]:
    """Return the nodes of ``whole`` down to ``end``, without what lies inside of that."""
    found: list[ast.AST] = []
    waiting = [whole]
    while waiting:
        node = waiting.pop()
        found.append(node)
        if node is not end:
            waiting.extend(ast.iter_child_nodes(node))
    return found


def _has_docstring(owner: ast.AST, field: str) -> bool:
    if field != "body" or not isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    head = owner.body[0]
    return isinstance(head, ast.Expr) and isinstance(head.value, ast.Constant) and isinstance(head.value.value, str)
