"""A recording cut into iterations: what is drawn in one picture."""

from dataclasses import dataclass

from engine.trace.facts import Phase
from engine.trace.ids import StepIndex
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
    """Cut after each optimizer step.

    Steps after the last optimizer step are an iteration of their own; set-up belongs to the first one. A recording
    without steps has one empty iteration, so that there is always something to draw.
    """
    cuts = [step.index for step in recording.steps if step.phase is Phase.OPTIMIZER]
    found: list[Iteration] = []
    start = 0
    for cut in cuts:
        found.append(Iteration(StepIndex(start), cut))
        start = cut + 1
    if start < len(recording.steps) or not found:
        found.append(Iteration(StepIndex(start), StepIndex(len(recording.steps) - 1)))
    return tuple(found)


def iteration_at(all_iterations: tuple[Iteration, ...], step: StepIndex) -> Iteration:
    """Return the iteration that ``step`` lies in; the first one for a step before everything."""
    return next(
        (iteration for iteration in reversed(all_iterations) if iteration.first_step <= step), all_iterations[0]
    )
