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
