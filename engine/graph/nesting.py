"""Module calls and stretches of the person's own code, nested into one tree by what they hold."""

from collections import Counter
from collections.abc import Mapping

from engine.graph.labels import inner_path
from engine.graph.scopes import ROOT, Scope, ScopeTree
from engine.graph.stretches import Stretch, Stretches, StretchKind
from engine.graph.view import GroupKey
from engine.trace.facts import ModuleCall
from engine.trace.ids import ModuleCallId, StepIndex
from engine.trace.recording import Recording

Whereabouts = tuple[ModuleCallId | None, int | None]
"""The innermost module call and the innermost stretch around an op."""


def nest(tree: ScopeTree, recording: Recording, stretches: Stretches, ops: Mapping[StepIndex, Whereabouts]) -> None:
    """Add a scope for every module call and every stretch around ``ops``, and the ops to the innermost ones.

    Both come from one stack of calls, so of two around an op the one with fewer ops lies in the other. Where both
    hold the same ops, the module is shown and the stretch is not.
    """
    nesting = _Nesting(tree, recording, stretches, ops)
    children: dict[Whereabouts, list[int]] = {}
    for step, whereabouts in ops.items():
        found = children.get(whereabouts)
        if found is None:
            found = children[whereabouts] = tree.scopes[nesting.scope(whereabouts)].children
        found.append(step)


class _Nesting:
    def __init__(
        self, tree: ScopeTree, recording: Recording, stretches: Stretches, ops: Mapping[StepIndex, Whereabouts]
    ) -> None:
        self._tree = tree
        self._recording = recording
        self._stretches = stretches
        self._ops_in_call = _ops_in_calls(recording, ops)
        self._known: dict[Whereabouts, int] = {(None, None): ROOT}
        self._scope_of_call: dict[ModuleCallId, int] = {}
        self._scope_of_stretch: dict[int, int] = {}
        self._first_call: dict[str, int] = {}
        self._times: Counter[str] = Counter()

    def scope(self, whereabouts: Whereabouts) -> int:
        """Return the innermost scope of ops with these whereabouts, made with all around it if it is new."""
        waiting: list[Whereabouts] = []
        at = whereabouts
        while at not in self._known:
            waiting.append(at)
            at = self._around(at)
        scope = self._known[at]
        for at in reversed(waiting):
            scope = self._known[at] = self._made(at, scope)
        return scope

    def _around(self, at: Whereabouts) -> Whereabouts:
        call, stretch = at
        if stretch is not None and (call is None or self._is_within(stretch, call)):
            return (call, self._stretches.found[stretch].parent)
        assert call is not None
        return (self._recording.module_calls[call].parent, stretch)

    def _is_within(self, stretch: int, call: ModuleCallId) -> bool:
        """Whether the stretch lies in the module call, or holds the very same ops."""
        return self._stretches.found[stretch].ops <= self._ops_in_call[call]

    def _made(self, at: Whereabouts, parent: int) -> int:
        call, stretch = at
        if stretch is None or (call is not None and not self._is_within(stretch, call)):
            assert call is not None
            if call not in self._scope_of_call:
                self._scope_of_call[call] = self._put(self._module_scope(self._recording.module_calls[call], parent))
            return self._scope_of_call[call]
        if call is not None and self._stretches.found[stretch].ops == self._ops_in_call[call]:
            return parent
        if stretch not in self._scope_of_stretch:
            self._scope_of_stretch[stretch] = self._put(self._stretch_scope(stretch, parent))
        return self._scope_of_stretch[stretch]

    def _put(self, scope: Scope) -> int:
        index = len(self._tree.scopes)
        self._tree.scopes[scope.parent].children.append(~index)
        self._tree.scopes.append(scope)
        return index

    def _module_scope(self, call: ModuleCall, parent: int) -> Scope:
        around = self._tree.scopes[parent].path
        number = call.call - self._first_call.setdefault(call.path, call.call)
        scope = Scope(GroupKey(f"{call.path}#{number}"), inner_path(call.path, around), call.class_name, parent)
        scope.path, scope.call = call.path, call.id
        scope.line = 0 if call.span is None else call.span.line
        return scope

    def _stretch_scope(self, index: int, parent: int) -> Scope:
        stretch = self._stretches.found[index]
        around = self._tree.scopes[parent]
        scope = Scope(self._key(stretch, around), _title(stretch), _subtitle(stretch), parent, path=around.path)
        scope.line, scope.likeness = stretch.line, f"{stretch.kind.name} {stretch.name}"
        scope.rounds = stretch.rounds if stretch.kind is StretchKind.LOOP else 0
        scope.is_artificial = stretch.kind in (StretchKind.LOOP, StretchKind.ROUND)
        return scope

    def _key(self, stretch: Stretch, around: Scope) -> GroupKey:
        """Words that no path of a module has, and a number: the same in every iteration."""
        stem = f"{stretch.kind.name.lower()} {stretch.name}:{stretch.line}"
        if stretch.kind is StretchKind.ROUND:
            stem = f"{around.key}/round"
        number = self._times[stem]
        self._times[stem] += 1
        return GroupKey(f"{stem}#{number}")


def _ops_in_calls(recording: Recording, ops: Mapping[StepIndex, Whereabouts]) -> Counter[ModuleCallId]:
    """How many ops lie in each module call, those of the calls in it included."""
    found = Counter(call for call, _ in ops.values() if call is not None)
    known = set(found)
    for call in list(found):
        at = recording.module_calls[call].parent
        while at is not None and at not in known:
            known.add(at)
            at = recording.module_calls[at].parent
    for call in sorted(known, reverse=True):
        parent = recording.module_calls[call].parent
        if parent is not None:
            found[parent] += found[call]
    return found


def _title(stretch: Stretch) -> str:
    match stretch.kind:
        case StretchKind.FUNCTION | StretchKind.COMPILED:
            return f"{stretch.name}()"
        case StretchKind.ROUND:
            return f"round {stretch.rounds}"
        case StretchKind.GROUP | StretchKind.RECOMPUTED | StretchKind.LOOP:
            return stretch.name


def _subtitle(stretch: Stretch) -> str:
    match stretch.kind:
        case StretchKind.COMPILED:
            return "compiled"
        case StretchKind.RECOMPUTED:
            return "computed again"
        case StretchKind.LOOP:
            return f"{stretch.rounds} rounds"
        case StretchKind.FUNCTION | StretchKind.GROUP:
            return f"{stretch.loop} × {stretch.rounds}" if stretch.loop else ""
        case StretchKind.ROUND:
            return ""
