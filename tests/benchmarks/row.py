"""One line of the benchmark table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BenchRow:
    """A figure that was measured.

    Attributes:
        name: What is measured, e.g. ``recorder``.
        workload: On what, e.g. ``ResNet-50, batch 1, forward and backward``.
        figure: The measured number; None where the workload says why there is none.
        unit: Its unit, e.g. ``ms``.
        baseline: The number that it is compared with, in the same unit and from the same run; None when there is none.
        ratio: ``figure / baseline``, or None.
        goal: What it should be at the most, of the ratio where there is one and else of the figure; None: no goal.
    """

    name: str
    workload: str
    figure: float | None
    unit: str
    baseline: float | None = None
    ratio: float | None = None
    goal: float | None = None
