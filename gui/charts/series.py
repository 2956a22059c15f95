"""The metrics of a recording as growing series; no Qt."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from engine.trace.facts import Metric
from engine.trace.ids import StepIndex

Floats = npt.NDArray[np.float64]

_ORDER = ("loss", "grad_norm", "lr")
_TITLES = {"loss": "Loss", "grad_norm": "Gradient norm", "lr": "Learning rate"}
SMOOTHING = 0.7
"""Share of the past in the exponential mean."""


class Series:
    """One metric: its numbers and the step at which each was logged, in order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._steps: list[StepIndex] = []
        self._numbers: list[float] = []
        self._smoothed: list[float] = []
        self._mean = 0.0
        self._weight = 0.0

    def __len__(self) -> int:
        return len(self._numbers)

    def append(self, metric: Metric) -> None:
        """Add a number; one that is not finite leaves the mean as it is."""
        self._steps.append(metric.step)
        self._numbers.append(metric.number)
        if np.isfinite(metric.number):
            self._mean = SMOOTHING * self._mean + (1 - SMOOTHING) * metric.number
            self._weight = SMOOTHING * self._weight + (1 - SMOOTHING)
        self._smoothed.append(self._mean / self._weight if self._weight else float("nan"))

    @property
    def title(self) -> str:
        """What the chart is called."""
        return _TITLES.get(self.name, self.name)

    @property
    def is_smoothed(self) -> bool:
        """Whether the mean says anything: a learning rate is set, not measured."""
        return self.name != "lr"

    @property
    def numbers(self) -> Floats:
        """The numbers as logged."""
        return np.asarray(self._numbers)

    @property
    def smoothed(self) -> Floats:
        """Their exponential mean, without the pull towards 0 at the start."""
        return np.asarray(self._smoothed)

    def step_at(self, position: float) -> StepIndex:
        """Return the step of the entry nearest to a position on the x axis (entries count from 1)."""
        index = max(0, min(len(self._steps) - 1, round(position) - 1))
        return self._steps[index]

    def index_at(self, step: StepIndex) -> int | None:
        """Return the entry that belongs to a step: the first logged at or after it, at the end the last one."""
        if not self._steps:
            return None
        return min(bisect_left(self._steps, step), len(self._steps) - 1)

    def count_until(self, step: StepIndex) -> int:
        """Return how many entries were logged up to a step."""
        return bisect_right(self._steps, step)

    def number(self, index: int) -> float:
        """Return one entry."""
        return self._numbers[index]


class SeriesBook:
    """Every metric of a recording by name."""

    def __init__(self) -> None:
        self._series: dict[str, Series] = {}

    def extend(self, metrics: Iterable[Metric]) -> bool:
        """Add metrics; return whether a new name came."""
        is_new = False
        for metric in metrics:
            if metric.name not in self._series:
                self._series[metric.name] = Series(metric.name)
                is_new = True
            self._series[metric.name].append(metric)
        return is_new

    @property
    def all(self) -> tuple[Series, ...]:
        """Loss, gradient norm and learning rate first, then what the program logged, in order of appearance."""
        known = [self._series[name] for name in _ORDER if name in self._series]
        return (*known, *(series for name, series in self._series.items() if name not in _ORDER))
