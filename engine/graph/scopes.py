"""The tree of groups of one iteration: module calls, rounds of loops, and stretches of long runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.graph.chunks import Chunk, Counted, chunked
from engine.graph.labels import inner_path
from engine.graph.view import GroupKey
from engine.trace.facts import ModuleCall, Step
from engine.trace.ids import ModuleCallId, StepIndex
from engine.trace.recording import Recording

MAX_CHILDREN = 30
_CHUNKS = 24
"""A group with more members is divided into artificial groups."""

ROOT = 0


@dataclass(slots=True)
class Scope:
    """A group: ``children`` are step indices, or ``~index`` of a sub-group; the root has depth 0."""

    key: GroupKey
    title: str
    subtitle: str
    parent: int
    depth: int = 0
    path: str = ""
    line: int = 0
    counted: Counted = field(default_factory=Counted)
    children: list[int] = field(default_factory=list)
    is_artificial: bool = False


@dataclass(slots=True)
class ScopeTree:
    """All groups, the root first; ``scope_of`` says where an op lies, ``module_of`` which one-op module it is."""

    scopes: list[Scope]
    scope_of: dict[StepIndex, int] = field(default_factory=dict)
    module_of: dict[StepIndex, ModuleCall] = field(default_factory=dict)
    op_count: int = 0

    def boxes_by_level(self, *, opens_artificial: bool) -> list[int]:
        """How many forward boxes there are when the groups down to each depth are open, artificial ones or not."""
        depth_count = max(scope.depth for scope in self.scopes) + 1
        ops, groups = [0] * depth_count, [0] * (depth_count + 1)
        shut = [False] * len(self.scopes)
        for index, scope in enumerate(self.scopes):
            if shut[scope.parent] and index != ROOT:
                shut[index] = True
                continue
            groups[scope.depth] += 1
            shut[index] = scope.is_artificial and not opens_artificial
            if not shut[index]:
                ops[scope.depth] += sum(child >= 0 for child in scope.children)
        boxes, total = [], 0
        for depth in range(depth_count):
            total += ops[depth]
            boxes.append(total + groups[depth + 1])
        return boxes

    def ancestors(self, scope: int) -> Iterable[int]:
        """The scope itself and everything around it, the root last."""
        while scope != ROOT:
            yield scope
            scope = self.scopes[scope].parent
        yield ROOT

    def common(self, first: int, second: int) -> int:
        """The innermost scope that holds both."""
        while first != second:
            if self.scopes[first].depth >= self.scopes[second].depth:
                first = self.scopes[first].parent
            else:
                second = self.scopes[second].parent
        return first


def scope_tree(recording: Recording, steps: list[Step]) -> ScopeTree:
    """Build the groups of forward ``steps``: modules with more than one op, then chunks where there is too much."""
    tree = ScopeTree([Scope(GroupKey(""), "", "", ROOT)])
    _add_modules(tree, recording, steps)
    _dissolve_single(tree, recording, steps)
    _divide(tree, recording)
    _settle(tree)
    tree.op_count = len(steps)
    return tree


def _add_modules(tree: ScopeTree, recording: Recording, steps: list[Step]) -> None:
    index_of: dict[ModuleCallId, int] = {}
    first_call: dict[str, int] = {}
    for step in steps:
        missing: list[ModuleCall] = []
        call_id = step.module
        while call_id is not None and call_id not in index_of:
            missing.append(recording.module_calls[call_id])
            call_id = missing[-1].parent
        for call in reversed(missing):
            parent = ROOT if call.parent is None else index_of[call.parent]
            number = call.call - first_call.setdefault(call.path, call.call)
            index_of[call.id] = len(tree.scopes)
            tree.scopes[parent].children.append(~len(tree.scopes))
            tree.scopes.append(_module_scope(call, number, parent, tree.scopes[parent]))
        tree.scopes[ROOT if step.module is None else index_of[step.module]].children.append(step.index)


def _module_scope(call: ModuleCall, number: int, parent: int, around: Scope) -> Scope:
    scope = Scope(GroupKey(f"{call.path}#{number}"), inner_path(call.path, around.path), call.class_name, parent)
    scope.path = call.path
    scope.line = 0 if call.span is None else call.span.line
    return scope


def _dissolve_single(tree: ScopeTree, recording: Recording, steps: list[Step]) -> None:
    """A module of one op is that op: it takes the place of its group."""
    calls = {step.index: step.module for step in steps}
    for index in range(len(tree.scopes) - 1, ROOT, -1):
        scope = tree.scopes[index]
        if len(scope.children) != 1 or scope.children[0] < 0:
            continue
        step = StepIndex(scope.children[0])
        call = calls[step]
        if call is not None:
            tree.module_of.setdefault(step, recording.module_calls[call])
        around = tree.scopes[scope.parent].children
        around[around.index(~index)] = step
        scope.children = []


def _divide(tree: ScopeTree, recording: Recording) -> None:
    pending = list(range(len(tree.scopes)))
    while pending:
        index = pending.pop()
        scope = tree.scopes[index]
        if len(scope.children) <= MAX_CHILDREN:
            continue
        kept: list[int] = []
        for part in chunked(scope.children, _marks(tree, recording, scope.children), _CHUNKS, scope.counted):
            if isinstance(part, int):
                kept.append(part)
                continue
            kept.append(~len(tree.scopes))
            pending.append(len(tree.scopes))
            tree.scopes.append(_chunk_scope(part, index, scope))
        scope.children = kept


def _chunk_scope(part: Chunk, parent: int, around: Scope) -> Scope:
    key = GroupKey(f"{around.key}/{part.title.replace(' ', '-')}")
    scope = Scope(key, part.title, part.subtitle, parent, path=around.path, is_artificial=True)
    scope.line = part.line
    scope.counted = part.counted
    scope.children = list(part.children)
    return scope


def _marks(tree: ScopeTree, recording: Recording, children: list[int]) -> list[tuple[int, str]]:
    """Line and name of each member: two members with equal marks are the same piece of program."""
    marks = []
    for child in children:
        if child < 0:
            scope = tree.scopes[~child]
            marks.append((scope.line, scope.subtitle))
        else:
            step = recording.steps[child]
            marks.append((0 if step.span is None else step.span.line, step.name))
    return marks


def _settle(tree: ScopeTree) -> None:
    """Give every scope its parent and depth and drop the dissolved ones."""
    order, renumbered = [ROOT], {ROOT: ROOT}
    position = 0
    while position < len(order):
        scope = tree.scopes[order[position]]
        for child in scope.children:
            if child < 0:
                renumbered[~child] = len(order)
                order.append(~child)
                tree.scopes[~child].parent = position
                tree.scopes[~child].depth = scope.depth + 1
            else:
                tree.scope_of[StepIndex(child)] = position
        position += 1
    for old in order:
        children = tree.scopes[old].children
        children[:] = [child if child >= 0 else ~renumbered[~child] for child in children]
    tree.scopes = [tree.scopes[old] for old in order]
