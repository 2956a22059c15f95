"""Numbering of steps, and what later facts need to know of earlier steps."""

from engine.runtime.recorder.resolve.links import NodeLinks
from engine.runtime.recorder.resolve.passes import ThreadPasses
from engine.runtime.recorder.resolve.pending import PendingStep
from engine.runtime.recorder.resolve.regions import RegionBook
from engine.runtime.recorder.resolve.values import ValueMaker
from engine.trace.facts import Phase, Span
from engine.trace.ids import ModuleCallId, StepIndex


class StepMaker:
    """Makes steps in order.

    Attributes:
        is_backward: For each step so far, whether it is one of the backward pass.
        links: Which step made which autograd node.
        regions: What each thread is inside of.
    """

    def __init__(self, values: ValueMaker, links: NodeLinks, regions: RegionBook) -> None:
        self.links = links
        self.regions = regions
        self.is_backward: list[bool] = []
        self._spans: list[Span | None] = []
        self._modules: list[ModuleCallId | None] = []
        self._values = values
        self._passes: dict[int, ThreadPasses] = {}

    def passes(self, thread: int) -> ThreadPasses:
        """Return the backward passes that a thread is in."""
        found = self._passes.get(thread)
        if found is None:
            found = self._passes[thread] = ThreadPasses(self.regions.stack(thread))
        return found

    @property
    def next(self) -> StepIndex:
        """Index of the step that comes next."""
        return StepIndex(len(self._spans))

    @property
    def last(self) -> StepIndex:
        """Index of the newest step, 0 before the first."""
        return StepIndex(max(0, len(self._spans) - 1))

    def add(self, step: PendingStep) -> None:
        """Append a step, whose index must be ``next``; it ran in what its thread is inside of."""
        if step.region is None:
            step.region = self.regions.stack(step.thread).current
        self._values.pending.steps.append(step)
        self._spans.append(step.span)
        self._modules.append(step.module)
        self.is_backward.append(step.phase is Phase.BACKWARD)
        self._values.next_step = self.next

    def origin(self, number: int | None) -> tuple[Span | None, ModuleCallId | None]:
        """Return span and module of the step that made the node with this number."""
        maker = None if number is None else self.links.maker(number)
        return (None, None) if maker is None else (self._spans[maker], self._modules[maker])
