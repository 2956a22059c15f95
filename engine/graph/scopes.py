"""The tree of groups of one iteration, as data."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.graph.chunks import Counted
from engine.graph.view import GroupKey
from engine.trace.facts import ModuleCall
from engine.trace.ids import ModuleCallId, StepIndex

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
    call: ModuleCallId | None = None
    """The call of a module that it is, if it is one."""
    likeness: str = ""
    """What groups of the same structure must share beside the subtitle."""
    rounds: int = 0
    """How many rounds a loop has; 0 when it is no loop."""


@dataclass(slots=True)
class ScopeTree:
    """All groups, the root first; ``scope_of`` says where an op lies, ``module_of`` which one-op module it is."""

    scopes: list[Scope]
    scope_of: dict[StepIndex, int] = field(default_factory=dict)
    module_of: dict[StepIndex, ModuleCall] = field(default_factory=dict)
    failed_in: int = ROOT
    """Where the op that raised an error lies."""

    def boxes_by_level(self, *, opens_artificial: bool) -> list[int]:
        """How many forward boxes there are when the groups down to each depth are open, artificial ones or not.

        Those that are alike stay shut (see ``is_one_of_alike``).
        """
        depth_count = max(scope.depth for scope in self.scopes) + 1
        ops, groups, stay_shut = [0] * depth_count, [0] * (depth_count + 1), [0] * (depth_count + 1)
        shut = [False] * len(self.scopes)
        for index, scope in enumerate(self.scopes):
            if shut[scope.parent] and index != ROOT:
                shut[index] = True
                continue
            groups[scope.depth] += 1
            shut[index] = (scope.is_artificial and not opens_artificial) or self.is_one_of_alike(index)
            if shut[index]:
                stay_shut[scope.depth] += 1
            else:
                ops[scope.depth] += sum(child >= 0 for child in scope.children)
        boxes, total = [], 0
        for depth in range(depth_count):
            total += ops[depth] + stay_shut[depth]
            boxes.append(total + groups[depth + 1])
        return boxes

    def is_one_of_alike(self, index: int) -> bool:
        """Whether the groups beside it are of the same structure: a person opens one of them to see them all."""
        return index != ROOT and self.scopes[self.scopes[index].parent].alike > 0

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
