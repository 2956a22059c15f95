"""A recording cut into iterations: what is drawn in one picture."""

from dataclasses import dataclass

from engine.trace.control import RegionKind
from engine.trace.facts import Phase, Step
from engine.trace.ids import RegionId, StepIndex
from engine.trace.recording import Recording
from engine.trace.whereabouts import regions_around


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
    began = _rounds_with_backward(recording)
    if not began:
        return []
    around: dict[RegionId | None, tuple[RegionId, ...]] = {}
    updated: set[RegionId] = set()
    last: dict[RegionId, StepIndex] = {}
    for step in recording.steps:
        if step.region not in around:
            regions = regions_around(recording, step.region)
            around[step.region] = tuple(region.id for region in regions if region.id in began)
        for region in around[step.region]:
            last[region] = step.index
            is_after = step.index > began[region] and step.phase is not Phase.BACKWARD
            if is_after and region not in updated and _updates_leaf(recording, step):
                updated.add(region)
    return sorted(last[region] for region in updated)


def _rounds_with_backward(recording: Recording) -> dict[RegionId, StepIndex]:
    """Return the rounds of loops, the innermost ones, in which gradients were computed, and where that began."""
    began: dict[RegionId, StepIndex] = {}
    for call in recording.backward_calls:
        if call.first_step < len(recording.steps):
            regions = regions_around(recording, recording.steps[call.first_step].region)
            found = next((region.id for region in regions if region.kind is RegionKind.ITERATION), None)
            if found is not None:
                began.setdefault(found, call.first_step)
    return began


def _updates_leaf(recording: Recording, step: Step) -> bool:
    written = (recording.values[output] for output in step.outputs if output is not None)
    return any(value.is_leaf and value.requires_grad for value in written)


def iteration_at(all_iterations: tuple[Iteration, ...], step: StepIndex) -> Iteration:
    """Return the iteration that ``step`` lies in; the first one for a step before everything."""
    return next(
        (iteration for iteration in reversed(all_iterations) if iteration.first_step <= step), all_iterations[0]
    )
