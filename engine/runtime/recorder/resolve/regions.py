"""Regions: the only place that gives out their ids, and what each thread is inside of.

Whoever finds a new kind of region asks the one ``RegionBook`` of the recording (``StepMaker.regions``):
``book.stack(thread)`` for a region that begins and ends while the log is read, ``book.make`` for one that is known as a
whole. A step lies in ``stack.current`` unless its ``region`` was set.
"""

from dataclasses import dataclass, field
from types import CodeType

from engine.trace.control import Region, RegionKind
from engine.trace.facts import Span
from engine.trace.ids import RegionId


class RegionBook:
    """Makes regions, and keeps those that the current drain has found."""

    def __init__(self) -> None:
        self._count = 0
        self._fresh: list[Region] = []
        self._stacks: dict[int, RegionStack] = {}

    def make(self, kind: RegionKind, name: str, parent: RegionId | None, span: Span | None, call: int) -> RegionId:
        """Make a region; ``parent`` is one that was made before, None at top level."""
        region = RegionId(self._count)
        self._count += 1
        self._fresh.append(Region(region, kind, name, parent, span, call))
        return region

    def stack(self, thread: int) -> "RegionStack":
        """Return what a thread is inside of."""
        stack = self._stacks.get(thread)
        if stack is None:
            stack = self._stacks[thread] = RegionStack(self)
        return stack

    def take(self) -> tuple[Region, ...]:
        """Return the regions made since the last call, in the order of their ids."""
        fresh = tuple(self._fresh)
        self._fresh = []
        return fresh


@dataclass(slots=True, eq=False)
class OpenRegion:
    """A stretch that has begun; it gets an id when something is recorded in it, and none before."""

    kind: RegionKind
    name: str
    span: Span | None
    call: int
    id: RegionId | None = None


@dataclass(slots=True, eq=False)
class GroupMark:
    """One ``with engine.group(name)``; code and instruction say where it began, ``region`` is it while it lasts."""

    name: str
    code: CodeType
    instruction: int
    region: OpenRegion | None = None


@dataclass(slots=True, eq=False)
class RegionStack:
    """The regions that one thread is inside of, the innermost last."""

    book: RegionBook
    open: list[OpenRegion] = field(default_factory=list)

    @property
    def current(self) -> RegionId | None:
        """The innermost region, which becomes a fact by being asked for; None at top level."""
        if not self.open:
            return None
        inner = self.open[-1]
        if inner.id is None:
            parent: RegionId | None = None
            for region in self.open:
                if region.id is None:
                    region.id = self.book.make(region.kind, region.name, parent, region.span, region.call)
                parent = region.id
        return inner.id

    def enter(self, kind: RegionKind, name: str, span: Span | None, call: int) -> OpenRegion:
        """Begin a region inside of the innermost one."""
        region = OpenRegion(kind, name, span, call)
        self.open.append(region)
        return region

    def leave(self, region: OpenRegion) -> None:
        """End a region and all that began inside of it; one that has ended already stays ended."""
        for position in range(len(self.open) - 1, -1, -1):
            if self.open[position] is region:
                del self.open[position:]
                return
