"""The metrics of a recording as growing series; no Qt."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from engine.explain.optimizer_names import OptimizerNames
from engine.trace.facts import Metric
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording

Floats = npt.NDArray[np.float64]

_ORDER = ("loss", "grad_norm", "lr")
_TITLES = {"loss": "Loss", "grad_norm": "Gradient norm", "lr": "Learning rate"}
_LOGGED = "logged"
"""Whose a metric is that the program logs under a name that the recorder uses, too."""
SMOOTHING = 0.7
"""Share of the past in the exponential mean."""


class Series:
    """One metric: its numbers and the step at which each was logged, in order.

    ``owner`` is the optimizer whose metric it is where the program has several, or says that the program logged it.
    """

    def __init__(self, name: str, owner: str = "") -> None:
        self.name = name
        self.owner = owner
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
        title = _TITLES.get(self.name, self.name)
        return f"{title} · {self.owner}" if self.owner else title

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
    """Every metric of a recording by name; what belongs to an optimizer, for each optimizer by itself."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, int | None], Series] = {}
        self._optimizers = OptimizerNames()

    def extend(self, metrics: Iterable[Metric], recording: Recording) -> None:
        """Add metrics of a recording that has their steps already."""
        for metric in metrics:
            number = None if metric.is_logged else self._optimizers.number_of(recording, metric.step)
            self._of(metric.name, number).append(metric)

    def _of(self, name: str, number: int | None) -> Series:
        if (name, number) not in self._series:
            self._series[name, number] = Series(name)
            self._name_owners()
        return self._series[name, number]

    def _name_owners(self) -> None:
        measured = {name for name, number in self._series if number is not None}
        for (name, number), series in self._series.items():
            if number is None:
                series.owner = _LOGGED if name in measured else ""
            else:
                series.owner = self._optimizers.name(number) if len(self._optimizers) > 1 else ""

    @property
    def all(self) -> tuple[Series, ...]:
        """Loss, gradient norm and learning rate first, then what the program logged, in order of appearance."""
        return tuple(sorted(self._series.values(), key=lambda series: _rank(series.name)))


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
