"""What the chart of a metric draws of one run."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gui.model.training_curves import Curve
from gui.model.training_run import TrainingRun

Floats = npt.NDArray[np.float64]
_NOTHING = np.empty(0, dtype=np.float64)
_BAND_STRETCHES = 90
_SMOOTH_STRETCHES = 140
_LEAST_BAND = 12
VALIDATION = "validation "


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The raw curve (means where there are more points than pixels), its exponential mean, its range, validation."""

    raw: tuple[Floats, Floats] = (_NOTHING, _NOTHING)
    smooth: tuple[Floats, Floats] = (_NOTHING, _NOTHING)
    low: tuple[Floats, Floats] = (_NOTHING, _NOTHING)
    high: tuple[Floats, Floats] = (_NOTHING, _NOTHING)
    validation: tuple[Floats, Floats] = (_NOTHING, _NOTHING)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not len(self.raw[0]) and not len(self.validation[0])


def lines_of(run: TrainingRun, metric: str, width_px: int) -> Lines:
    """Return what is drawn of a metric on so many pixels."""
    curve, validation = run.curves.get(metric), run.curves.get(VALIDATION + metric)
    checked = (_NOTHING, _NOTHING) if validation is None else _raw(validation, width_px)
    if curve is None or not len(curve):
        return Lines(validation=checked)
    band = curve.envelope(min(_BAND_STRETCHES, max(1, len(curve) // 4)))
    has_band = len(curve) >= _LEAST_BAND
    return Lines(
        raw=_raw(curve, width_px),
        smooth=curve.smooth_line(_SMOOTH_STRETCHES),
        low=(_ended(band.x, curve), _held(band.low)) if has_band else (_NOTHING, _NOTHING),
        high=(_ended(band.x, curve), _held(band.high)) if has_band else (_NOTHING, _NOTHING),
        validation=checked,
    )


def smooth_of(run: TrainingRun, metric: str) -> tuple[Floats, Floats]:
    """Return the one line that is drawn of a run beside the one looked at."""
    curve = run.curves.get(metric)
    return (_NOTHING, _NOTHING) if curve is None else curve.smooth_line(_SMOOTH_STRETCHES)


def metrics_of(run: TrainingRun | None) -> tuple[str, ...]:
    """Return the metrics of a run that a chart can be of, the loss first."""
    if run is None:
        return ("loss",)
    names = [name for name in run.curves if "/" not in name]
    alone = [name for name in names if not (name.startswith(VALIDATION) and name.removeprefix(VALIDATION) in names)]
    return ("loss", *(name for name in alone if name != "loss"))


def _raw(curve: Curve, width_px: int) -> tuple[Floats, Floats]:
    if len(curve) <= width_px:
        return curve.iterations.astype(np.float64), curve.numbers.copy()
    thin = curve.envelope(max(1, width_px // 2))
    return thin.x, thin.mean  # the range shows how far single batches lie apart


def _ended(x: Floats, curve: Curve) -> Floats:
    """The last stretch reaches to the newest iteration."""
    return np.append(x, float(curve.iterations[-1]))


def _held(numbers: Floats) -> Floats:
    return np.append(numbers, numbers[-1])
