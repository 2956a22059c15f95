"""A recording cut into iterations: what is drawn in one picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.trace.control import Region, RegionKind
from engine.trace.facts import Phase, Step
from engine.trace.ids import RegionId, StepIndex
from engine.trace.recording import Recording


@dataclass(frozen=True, slots=True)
class Iteration:
    """Steps ``first_step`` to ``last_step``, both included; empty when ``last_step < first_step``."""

    first_step: StepIndex
    last_step: StepIndex

    def __contains__(self, step: int) -> bool:
        return self.first_step <= step <= self.last_step

    def __len__(self) -> int:
        return self.last_step - self.first_step + 1


def iterations(recording: Recording) -> tuple[Iteration, ...]:
    """Cut after each optimizer step, or where parameters are updated by hand after each round that does.

    Steps after the last cut are an iteration of their own; set-up belongs to the first one. A recording without steps
    has one empty iteration, so that there is always something to draw.
    """
    cuts = [step.index for step in recording.steps if step.phase is Phase.OPTIMIZER] or _rounds_by_hand(recording)
    found: list[Iteration] = []
    start = 0
    for cut in cuts:
        found.append(Iteration(StepIndex(start), cut))
        start = cut + 1
    if start < len(recording.steps) or not found:
        found.append(Iteration(StepIndex(start), StepIndex(len(recording.steps) - 1)))
    return tuple(found)


def _rounds_by_hand(recording: Recording) -> list[StepIndex]:
    """Return the last step of each round of a loop in which gradients were computed and then a leaf was updated."""
    rounds = _rounds(recording.regions)
    has_backward: set[RegionId] = set()
    has_update: set[RegionId] = set()
    last: dict[RegionId, StepIndex] = {}
    for step in recording.steps:
        around = rounds[step.region] if step.region is not None else ()
        for region in around:
            last[region] = step.index
        if around and step.phase is Phase.BACKWARD:
            has_backward.add(around[-1])
        elif around and not has_backward.isdisjoint(around) and _updates_leaf(recording, step):
            has_update.update(around)
    return sorted(last[region] for region in has_backward & has_update)


def _rounds(regions: Sequence[Region]) -> list[tuple[RegionId, ...]]:
    """Return, for each region, the rounds of loops that it lies in, the innermost last; itself included."""
    found: list[tuple[RegionId, ...]] = []
    for region in regions:
        outer = () if region.parent is None else found[region.parent]
        found.append((*outer, region.id) if region.kind is RegionKind.ITERATION else outer)
    return found


def _updates_leaf(recording: Recording, step: Step) -> bool:
    written = (recording.values[output] for output in step.outputs if output is not None)
    return any(value.is_leaf and value.requires_grad for value in written)


def iteration_at(all_iterations: tuple[Iteration, ...], step: StepIndex) -> Iteration:
    """Return the iteration that ``step`` lies in; the first one for a step before everything."""
    return next(
        (iteration for iteration in reversed(all_iterations) if iteration.first_step <= step), all_iterations[0]
    )
