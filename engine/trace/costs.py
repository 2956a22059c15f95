"""What steps cost together, and which cost the most."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from engine.trace.execution import Clock, StepCost
from engine.trace.facts import Phase, Step
from engine.trace.numbers import bytes_text, flops_text, number_text
from engine.trace.recording import Recording


class CostKind(StrEnum):
    """By what steps are ranked."""

    TIME = "time"
    FLOPS = "flops"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class TotalCost:
    """Sums over some steps; ``uncounted`` of them have no known number of operations."""

    steps: int
    duration_ns: int
    flops: int
    uncounted: int
    read_bytes: int
    written_bytes: int

    @property
    def text(self) -> str:
        """The sums for a person, e.g. ``at least 2.36 GFLOP, 25 MB moved``."""
        least = "at least " if self.uncounted else ""
        return f"{least}{flops_text(self.flops)}, {bytes_text(self.read_bytes + self.written_bytes)} moved"


def total_cost(recording: Recording, phase: Phase | None = None) -> TotalCost:
    """Return the sums over the steps of a phase, or over all of them."""
    found = [
        cost
        for step in recording.steps
        if phase is None or step.phase is phase
        if (cost := recording.cost(step.index)) is not None
    ]
    return TotalCost(
        steps=len(found),
        duration_ns=sum(cost.duration_ns for cost in found),
        flops=sum(cost.flops or 0 for cost in found),
        uncounted=sum(cost.flops is None for cost in found),
        read_bytes=sum(cost.read_bytes for cost in found),
        written_bytes=sum(cost.written_bytes for cost in found),
    )


def ranked_steps(recording: Recording, kind: CostKind = CostKind.TIME) -> list[tuple[Step, StepCost]]:
    """Return the steps whose cost is known with it, the most expensive first."""
    pairs: Iterable[tuple[Step, StepCost | None]] = ((step, recording.cost(step.index)) for step in recording.steps)
    known = [(step, cost) for step, cost in pairs if cost is not None]
    return sorted(known, key=lambda pair: (-amount(pair[1], kind), pair[0].index))


def amount(cost: StepCost, kind: CostKind) -> int:
    """Return how much of ``kind`` a step took; 0 where it is unknown."""
    match kind:
        case CostKind.TIME:
            return cost.duration_ns
        case CostKind.FLOPS:
            return cost.flops or 0
        case CostKind.BYTES:
            return cost.read_bytes + cost.written_bytes


def intensity(cost: StepCost) -> float | None:
    """Return the arithmetic intensity, operations for each byte moved; None where one of the two is not known."""
    moved = cost.read_bytes + cost.written_bytes
    return None if cost.flops is None or not moved else cost.flops / moved


def intensity_text(cost: StepCost) -> str:
    """Return the arithmetic intensity for a person, e.g. ``93.7 FLOP a byte``; empty where it is not known."""
    found = intensity(cost)
    return "" if found is None else f"{number_text(found, 3)} FLOP a byte"


def clock_text(cost: StepCost) -> str:
    """Return what a duration means where that is not plain wall time; else empty."""
    match cost.clock:
        case Clock.HOST:
            return ""
        case Clock.DEVICE:
            return "on the device"
        case Clock.LAUNCH:
            return "to hand the work over; the device may take longer"
