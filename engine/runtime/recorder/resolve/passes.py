"""Which backward passes each thread is in while its log is read, and whether it computes something again."""

from dataclasses import dataclass, field
from types import CodeType

from engine.runtime.recorder.resolve.regions import OpenRegion, RegionStack
from engine.runtime.recorder.watch.functions import Recomputation
from engine.trace.control import RegionKind
from engine.trace.facts import Span
from engine.trace.ids import BackwardCallId


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One running backward pass; ``code`` and ``instruction`` are where the program started it."""

    call: BackwardCallId
    code: CodeType | None
    instruction: int


@dataclass(slots=True, eq=False)
class ThreadPasses:
    """The passes and recomputations that one thread is in, the innermost last."""

    regions: RegionStack
    running: list[Pass] = field(default_factory=list)
    again: list[tuple[Recomputation, OpenRegion]] = field(default_factory=list)

    @property
    def current(self) -> BackwardCallId | None:
        """The innermost backward pass, None outside of any."""
        return self.running[-1].call if self.running else None

    def is_library(self, code: CodeType | None, instruction: int) -> bool:
        """Whether a call at this place is a library's own work for a pass.

        The person's code nearest to such a call is the one that started the pass.
        """
        if not self.running or self.again:
            return False
        running = self.running[-1]
        return code is running.code and instruction == running.instruction

    def leave(self, call: BackwardCallId) -> None:
        """End a pass and all that began inside of it."""
        for position in range(len(self.running) - 1, -1, -1):
            if self.running[position].call == call:
                del self.running[position:]
                return

    def begin_again(self, recomputation: Recomputation, span: Span | None) -> None:
        """Begin a recomputation: what follows lies in a region of its own."""
        region = self.regions.enter(RegionKind.RECOMPUTED, recomputation.name, span, recomputation.call)
        self.again.append((recomputation, region))

    def end_again(self, recomputation: Recomputation) -> None:
        """End a recomputation."""
        for position in range(len(self.again) - 1, -1, -1):
            found, region = self.again[position]
            if found is recomputation:
                self.regions.leave(region)
                del self.again[position:]
                return
