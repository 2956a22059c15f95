"""The tree of groups of one iteration: module calls, rounds of loops, and stretches of long runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.graph.alike import LEAST_ALIKE, rolled_title, runs_of_alike, signatures
from engine.graph.chunks import Chunk, Counted, Mark, chunked
from engine.graph.labels import inner_path
from engine.graph.view import GroupKey
from engine.trace.facts import FailedCall, ModuleCall, Step
from engine.trace.ids import ModuleCallId, StepIndex
from engine.trace.recording import Recording

MAX_CHILDREN = 30
"""A group with more members is divided into artificial groups."""
_CHUNKS = 24
_SMALL = 30
"""Pictures with no more ops than this are drawn without putting alike groups together."""

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
    alike: int = 0
    """How many groups of the same structure it holds; 0 when it is no such group."""


@dataclass(slots=True)
class ScopeTree:
    """All groups, the root first; ``scope_of`` says where an op lies, ``module_of`` which one-op module it is."""

    scopes: list[Scope]
    scope_of: dict[StepIndex, int] = field(default_factory=dict)
    module_of: dict[StepIndex, ModuleCall] = field(default_factory=dict)
    failed_in: int = ROOT
    """Where the op that raised an error lies."""

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


def scope_tree(recording: Recording, steps: list[Step], failure: FailedCall | None = None) -> ScopeTree:
    """Build the groups of forward ``steps``: modules with more than one op, then chunks where there is too much.

    A ``failure`` counts as one more op, so that its module is a group like any other.
    """
    tree = ScopeTree([Scope(GroupKey(""), "", "", ROOT)])
    calls = {step.index: step.module for step in steps}
    beyond = StepIndex(len(recording.steps))
    if failure is not None:
        calls[beyond] = failure.module
    _add_modules(tree, recording, calls)
    _dissolve_single(tree, recording, calls)
    if len(steps) > _SMALL:
        _roll(tree, recording)
    _divide(tree, recording)
    _settle(tree)
    tree.failed_in = tree.scope_of.pop(beyond, ROOT)
    if failure is not None:
        tree.scopes[tree.failed_in].children.remove(beyond)
    return tree


def _add_modules(tree: ScopeTree, recording: Recording, calls: dict[StepIndex, ModuleCallId | None]) -> None:
    index_of: dict[ModuleCallId, int] = {}
    first_call: dict[str, int] = {}
    for step, module in calls.items():
        missing: list[ModuleCall] = []
        call_id = module
        while call_id is not None and call_id not in index_of:
            missing.append(recording.module_calls[call_id])
            call_id = missing[-1].parent
        for call in reversed(missing):
            parent = ROOT if call.parent is None else index_of[call.parent]
            number = call.call - first_call.setdefault(call.path, call.call)
            index_of[call.id] = len(tree.scopes)
            tree.scopes[parent].children.append(~len(tree.scopes))
            tree.scopes.append(_module_scope(call, number, parent, tree.scopes[parent]))
        tree.scopes[ROOT if module is None else index_of[module]].children.append(step)


def _module_scope(call: ModuleCall, number: int, parent: int, around: Scope) -> Scope:
    scope = Scope(GroupKey(f"{call.path}#{number}"), inner_path(call.path, around.path), call.class_name, parent)
    scope.path = call.path
    scope.line = 0 if call.span is None else call.span.line
    return scope


def _dissolve_single(tree: ScopeTree, recording: Recording, calls: dict[StepIndex, ModuleCallId | None]) -> None:
    """A module of one op is that op: it takes the place of its group."""
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


def _roll(tree: ScopeTree, recording: Recording) -> None:
    """Put neighbours that are alike into a group of their own."""
    signature = signatures(recording, [(scope.subtitle, scope.children) for scope in tree.scopes])
    for index in range(len(tree.scopes)):
        scope = tree.scopes[index]
        if len(scope.children) <= LEAST_ALIKE:
            continue
        kept, done = [], 0
        for start, stop in [*runs_of_alike(scope.children, signature), (len(scope.children), 0)]:
            kept += scope.children[done:start]
            done = stop
            if stop:
                kept.append(~len(tree.scopes))
                tree.scopes.append(_rolled_scope(tree, scope.children[start:stop], index))
        scope.children = kept


def _rolled_scope(tree: ScopeTree, members: list[int], parent: int) -> Scope:
    first, last = tree.scopes[~members[0]], tree.scopes[~members[-1]]
    key = GroupKey(f"{tree.scopes[parent].key}/{first.key}-to-{last.key}")
    scope = Scope(key, rolled_title(first.title, last.title), f"{len(members)} alike", parent, is_artificial=True)
    scope.path, scope.line, scope.alike = tree.scopes[parent].path, first.line, len(members)
    scope.children = list(members)
    return scope


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


def _marks(tree: ScopeTree, recording: Recording, children: list[int]) -> list[Mark]:
    """Line and name of each member: two members with equal marks are the same piece of program."""
    marks: list[Mark] = []
    for child in children:
        if child < 0:
            scope = tree.scopes[~child]
            marks.append((scope.line, scope.subtitle))
        elif child == len(recording.steps):
            marks.append((0, ""))
        else:
            step = recording.steps[child]
            span = step.span
            marks.append((0, step.name) if span is None else (span.line, (step.name, span.column)))
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
