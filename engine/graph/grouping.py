"""Building the tree of groups: module calls, functions, loops and named groups, and stretches of long runs."""

from collections import Counter
from collections.abc import Hashable

from engine.graph.alike import LEAST_ALIKE, are_alike, rolled_title, runs_of_alike, signatures
from engine.graph.chunks import Chunk, Mark, Run, chunked, run_of
from engine.graph.iterations import Iteration
from engine.graph.nesting import Whereabouts, nest
from engine.graph.scopes import ROOT, Scope, ScopeTree
from engine.graph.stretches import Stretches, stretches_of
from engine.graph.view import GroupKey
from engine.trace.facts import FailedCall, Step
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording

MAX_CHILDREN = 30
"""A group with more members is divided into artificial groups."""
_CHUNKS = 24
_SMALL = 30
"""Pictures with no more ops than this are drawn without loops and without putting alike groups together."""


def scope_tree(
    recording: Recording, iteration: Iteration, steps: list[Step], failure: FailedCall | None = None
) -> ScopeTree:
    """Build the groups of forward ``steps``: what has more than one op, then chunks where there is too much.

    A ``failure`` counts as one more op, so that its module is a group like any other.
    """
    tree = ScopeTree([Scope(GroupKey(""), "", "", ROOT)])
    beyond = StepIndex(len(recording.steps))
    nest(tree, recording, *_whereabouts(recording, iteration, steps, failure))
    _dissolve_single(tree, recording)
    if len(steps) > _SMALL:
        _roll(tree, recording)
    _divide(tree, recording)
    _settle(tree)
    tree.failed_in = tree.scope_of.pop(beyond, ROOT)
    if failure is not None:
        tree.scopes[tree.failed_in].children.remove(beyond)
    return tree


def _whereabouts(
    recording: Recording, iteration: Iteration, steps: list[Step], failure: FailedCall | None
) -> tuple[Stretches, dict[StepIndex, Whereabouts]]:
    # A failed call does not tell its region: that of the step before it is the best that is known.
    last = steps[-1].region if steps and failure is not None else None
    regions = Counter(step.region for step in steps if step.region is not None)
    if last is not None:
        regions[last] += 1
    stretches = stretches_of(
        recording, iteration, regions, len(steps) + (failure is not None), loops=len(steps) > _SMALL
    )
    found: dict[StepIndex, Whereabouts] = {step.index: (step.module, stretches.of(step.region)) for step in steps}
    if failure is not None:
        found[StepIndex(len(recording.steps))] = (failure.module, stretches.of(last))
    return stretches, found


def _dissolve_single(tree: ScopeTree, recording: Recording) -> None:
    """A module or stretch of one op is that op: it takes the place of its group."""
    for index in range(len(tree.scopes) - 1, ROOT, -1):
        scope = tree.scopes[index]
        if len(scope.children) != 1 or scope.children[0] < 0:
            continue
        step = StepIndex(scope.children[0])
        if scope.call is not None:
            tree.module_of.setdefault(step, recording.module_calls[scope.call])
        around = tree.scopes[scope.parent].children
        around[around.index(~index)] = step
        scope.children = []


def _count_alike_rounds(recording: Recording, loop: Scope, signature: list[int]) -> None:
    """A loop whose rounds all do the same says so with a count."""
    if len(loop.children) == loop.rounds and are_alike(recording, loop.children, signature):
        loop.alike = loop.rounds
        loop.subtitle = f"× {loop.rounds}"


def _roll(tree: ScopeTree, recording: Recording) -> None:
    """Put neighbours that are alike into a group of their own."""
    if len(tree.scopes) == 1:
        return
    signature = signatures(recording, [(scope.subtitle + scope.likeness, scope.children) for scope in tree.scopes])
    for index in range(len(tree.scopes)):
        scope = tree.scopes[index]
        _count_alike_rounds(recording, scope, signature)
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
    known: dict[Hashable, list[int | Chunk]] = {}
    # A chunk is divided in turn: its run holds the places of its members among those of the group that it comes from.
    pending: list[tuple[int, list[int], Run | None]] = [
        (index, scope.children, None) for index, scope in enumerate(tree.scopes)
    ]
    while pending:
        index, members, run = pending.pop()
        scope = tree.scopes[index]
        if len(scope.children) <= MAX_CHILDREN:
            continue
        parts = _parts(tree, recording, scope, known) if run is None else chunked(run, _CHUNKS, scope.counted)
        kept: list[int] = []
        for part in parts:
            if isinstance(part, int) or len(part.members) == 1:
                kept.append(members[part if isinstance(part, int) else part.members.children[0]])
                continue
            kept.append(~len(tree.scopes))
            pending.append((len(tree.scopes), members, part.members))
            tree.scopes.append(_chunk_scope(part, index, scope, [members[place] for place in part.members.children]))
        scope.children = kept


def _parts(
    tree: ScopeTree, recording: Recording, scope: Scope, known: dict[Hashable, list[int | Chunk]]
) -> list[int | Chunk]:
    """The chunks of a group, found once for all calls of one module."""
    marks = tuple(_marks(tree, recording, scope.children))
    found = known.get((marks, scope.counted))
    if found is None:
        run = run_of(range(len(marks)), marks)
        found = known[marks, scope.counted] = list(chunked(run, _CHUNKS, scope.counted))
    return found


def _chunk_scope(part: Chunk, parent: int, around: Scope, children: list[int]) -> Scope:
    key = GroupKey(f"{around.key}/{part.title.replace(' ', '-')}")
    scope = Scope(key, part.title, part.subtitle, parent, path=around.path, is_artificial=True)
    scope.line = part.line
    scope.counted = part.counted
    scope.children = children
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
