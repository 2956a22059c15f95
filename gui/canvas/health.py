"""What is bad about the numbers of a step: NaN, infinities, gradients of nothing, dead and saturated units."""

from dataclasses import dataclass

import numpy as np

from engine.trace.facts import Histogram, Phase, Step
from engine.trace.ids import ValueId
from gui.canvas.valuebook import Numbers, Summary, ValueBook

_RELUS = frozenset({"relu", "relu_", "relu6", "relu6_", "threshold", "threshold_"})
_NOTABLE = 0.005
"""A smaller share of zero or saturated elements is nothing to tell."""
_WORST = 1.0
_LARGEST_READ = 1_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something bad: the share of elements (above 1 for NaN and infinities, which come first), in words and short."""

    share: float
    text: str
    amount: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows the numbers."""


@dataclass(frozen=True, slots=True)
class _Rail:
    """Where an activation saturates: at and below ``low``, at and above ``high``."""

    low: float
    high: float


_RAILS = {
    "tanh": _Rail(-0.97, 0.97),
    "tanh_": _Rail(-0.97, 0.97),
    "sigmoid": _Rail(0.03, 0.97),
    "sigmoid_": _Rail(0.03, 0.97),
}


def finding_at(book: ValueBook, index: int | None) -> Finding | Unknown | None:
    """Return the worst about the outputs of a step; None when they are healthy or there are none."""
    if index is None or not 0 <= index < len(book.recording):
        return None
    step = book.recording.steps[index]
    found = [_of_output(book, step, value) for value in step.outputs if value is not None]
    known = [one for one in found if isinstance(one, Finding)]
    if known:
        return max(known, key=lambda finding: finding.share)
    return next((one for one in found if one is not None), None)


def gradient_finding(book: ValueBook, value: ValueId, *, is_gradient: bool = False) -> Finding | Unknown | None:
    """Return what is bad about a value that no activation made, e.g. a leaf or a gradient."""
    summary = book.summary(value)
    return Unknown() if summary is None else _of_numbers(summary, is_gradient=is_gradient)


def _of_output(book: ValueBook, step: Step, value: ValueId) -> Finding | Unknown | None:
    summary = book.summary(value)
    if summary is None:
        return Unknown()
    found = _of_numbers(summary, is_gradient=step.phase is Phase.BACKWARD)
    if found is not None or step.phase is not Phase.FORWARD or not summary.count:
        return found
    if step.name in _RELUS:
        share = summary.zeros / summary.count
        return Finding(share, f"{share:.0%} dead", f"{share:.0%} dead") if share >= _NOTABLE else None
    rail = _RAILS.get(step.name)
    return None if rail is None else _saturation(book, value, rail)


def _of_numbers(summary: Summary, *, is_gradient: bool) -> Finding | None:
    bad = [f"{name} {count:,}" for name, count in (("NaN", summary.nans), ("Inf", summary.infinities)) if count]
    if bad:
        share = (summary.nans + summary.infinities) / summary.count
        return Finding(_WORST + share, f"{', '.join(bad)} of {summary.count:,}", ", ".join(bad))
    if is_gradient and summary.is_zero:
        return Finding(_WORST, "gradient all zero", "all zero")
    return None


def _saturation(book: ValueBook, value: ValueId, rail: _Rail) -> Finding | Unknown | None:
    share = book.remember(("saturation", value), lambda: _saturated_share(book, value, rail))
    if share is None:
        return Unknown()
    return Finding(share, f"{share:.0%} saturated", f"{share:.0%} sat.") if share >= _NOTABLE else None


def _saturated_share(book: ValueBook, value: ValueId, rail: _Rail) -> float | None:
    """From the numbers; where they were not kept from the histogram, whose bins make it a close guess."""
    summary = book.summary(value)
    numbers = None if summary is None or summary.count > _LARGEST_READ else book.numbers(value)
    if numbers is not None:
        return _share_of(numbers, rail)
    histogram = book.recording.histogram(value)
    return None if histogram is None else _share_in(histogram, rail)


def _share_of(numbers: Numbers, rail: _Rail) -> float:
    return float(np.mean((numbers < rail.low) | (numbers > rail.high))) if numbers.size else 0.0


def _share_in(histogram: Histogram, rail: _Rail) -> float | None:
    counts = np.array(histogram.counts, dtype=np.float64)
    if not counts.sum():
        return None
    edges = np.linspace(histogram.low, histogram.high, len(counts) + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    return float(counts[(middles < rail.low) | (middles > rail.high)].sum() / counts.sum())
