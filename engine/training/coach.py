"""Reads the curves of a training run: what they say in plain words, since when, and what to try.

Rules of thumb: an update of about a thousandth of a weight is healthy (A. Karpathy, "makemore, part 3"); a gradient
that is a hundred thousandth of another layer's has vanished on the way back.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np

from engine.trace.numbers import number_text
from engine.training.advice import Advice, AdviceKind, Curves, Floats, Series

LEAST_ITERATIONS = 60
"""Before it nothing is said: the first steps of a run tell little."""
MANY_UNITS, MOST_UNITS = 0.5, 0.8
"""From this share of dead or saturated units on; the larger one counts although the loss falls."""
LARGE_UPDATE, SMALL_UPDATE, HEALTHY_UPDATE = 0.05, 1e-5, 1e-3
"""Change of a weight by its size, in one step."""
VANISHED = 1e-5
"""Of the strongest gradient of a weight."""
RISEN = 1.1
"""So many times its least value, a validation loss has risen."""
STILL = 0.02
"""A loss that falls by less than this share within a stretch does not fall."""
LEARNED = 0.01
"""Of the loss at the start."""
_RECENT_POINTS = 40
_STRETCH = 0.4
"""The share of the run that a plateau takes at least."""
_LEAST_PLATEAU = 500
_VALIDATIONS = 5
_LASTING = 0.2
"""The share of all validations over which their loss must have risen."""
_LARGEST_CHANGE = 30.0
"""Of a learning rate, in one go."""

Rule = Callable[[Curves, Series], Iterator[Advice]]


def advise(curves: Curves) -> tuple[Advice, ...]:
    """Return what the curves say; empty while there is too little to read. A still loss is told if no cause is seen."""
    loss = curves.get("loss")
    if loss is None or not len(loss.numbers):
        return ()
    if not math.isfinite(loss.numbers[-1]):
        return (_not_finite(loss),)
    if loss.iterations[-1] < LEAST_ITERATIONS:
        return ()
    causes = tuple(advice for rule in CAUSES for advice in rule(curves, loss))
    return causes or tuple(_stands_still(loss))


def _not_finite(loss: Series) -> Advice:
    """The loss is NaN or infinite: nothing else is to be read off the curves."""
    last = np.flatnonzero(np.isfinite(loss.numbers))
    place = int(last[-1]) + 1 if len(last) else 0
    return Advice(
        kind=AdviceKind.NOT_FINITE,
        sentence=f"The loss is {number_text(float(loss.numbers[-1]))} since iteration {loss.iterations[place]:,}.",
        hint="The batch in which it began is kept whole: open it. A smaller learning rate or clipping often helps.",
        since=int(loss.iterations[place]),
    )


def _closed(kind: AdviceKind, family: str, *, share_of: str, effect: str, hint: str) -> Rule:
    """Return the rule for units that let no gradient through: it tells of the layer with the largest share of them."""

    def rule(curves: Curves, loss: Series) -> Iterator[Advice]:
        many = MOST_UNITS if _falls(loss) else MANY_UNITS
        shares = ((_recent(curve, 3), name, curve) for name, curve in curves.family(family))
        worst = max((one for one in shares if one[0] >= many), key=lambda one: one[0], default=None)
        if worst is None:
            return
        share, name, curve = worst
        below = np.flatnonzero(curve.numbers[:-3] < MANY_UNITS)
        since = int(curve.iterations[int(below[-1]) + 1 if len(below) else 0])
        sentence = f"{share:.0%} of the {share_of.format(name)} since iteration {since:,}: {effect}."
        yield Advice(kind=kind, sentence=sentence, hint=hint, since=since)

    return rule


def _vanishing(curves: Curves, _loss: Series) -> Iterator[Advice]:
    """Layers get next to no gradient beside others."""
    sizes = {name: _strongest(curve) for name, curve in curves.family("gradient norm") if not name.endswith("bias")}
    sizes = {name: size for name, size in sizes.items() if size > 0}
    if len(sizes) < 2:
        return
    least, most = min(sizes, key=lambda name: sizes[name]), max(sizes, key=lambda name: sizes[name])
    if sizes[least] >= VANISHED * sizes[most]:
        return
    times = f"{float(f'{sizes[most] / sizes[least]:.1e}'):,.0f}"
    yield Advice(
        kind=AdviceKind.VANISHING,
        sentence=f"{least} gets {times} times less gradient than {most}: it vanishes on the way back.",
        hint="ReLU in place of Sigmoid, normalization, skip connections, or another start of the weights.",
        since=0,
    )


def _updates(curves: Curves, loss: Series) -> Iterator[Advice]:
    """Steps are far too large for a weight, or too small for most of them."""
    sizes = {name: _recent(curve) for name, curve in curves.family("update ratio") if not name.endswith("bias")}
    sizes = {name: size for name, size in sizes.items() if math.isfinite(size) and size > 0}
    if not sizes:
        return
    most = max(sizes, key=lambda name: sizes[name])
    is_large = sizes[most] > LARGE_UPDATE and not _falls(loss)
    update = sizes[most] if is_large else float(np.median(list(sizes.values())))
    if not is_large and update >= SMALL_UPDATE:
        return
    if is_large:
        sentence = f"Updates are large: a step changes {most} by {_percent(update)}, and the loss does not fall."
    else:
        sentence = f"Updates are tiny: a step changes a weight by {_percent(update)}, so it learns very slowly."
    yield Advice(
        kind=AdviceKind.LARGE_UPDATES if is_large else AdviceKind.SMALL_UPDATES,
        sentence=sentence,
        hint=f"About {_percent(HEALTHY_UPDATE)} is healthy: try a {'smaller' if is_large else 'larger'} learning rate.",
        since=int(loss.iterations[max(0, len(loss.iterations) - _RECENT_POINTS)]),
        rate=_better_rate(curves, update),
    )


def _overfitting(curves: Curves, loss: Series) -> Iterator[Advice]:
    """The validation loss rises while the training loss falls."""
    validation = curves.get("validation loss")
    if validation is None or len(validation.numbers) < _VALIDATIONS:
        return
    numbers = _middles(validation.numbers)
    if not np.isfinite(numbers).all():
        return
    best, now = int(np.argmin(numbers)), float(numbers[-1])
    is_lasting = len(numbers) - best > max(_VALIDATIONS, _LASTING * len(numbers))
    if not is_lasting or now <= RISEN * float(numbers[best]):
        return
    since = int(validation.iterations[best + 1])
    place = int(np.searchsorted(loss.iterations, since))
    if not loss.smoothed[-1] < loss.smoothed[min(place, len(loss.smoothed) - 1)]:
        return
    change = f"{number_text(float(numbers[best]), 3)} → {number_text(now, 3)}"
    yield Advice(
        kind=AdviceKind.OVERFITTING,
        sentence=f"The validation loss rises since iteration {since:,} ({change}) while the training loss falls: "
        "it learns by heart.",
        hint="Stop there, or try weight decay, dropout, a smaller network or more data.",
        since=since,
    )


def _stands_still(loss: Series) -> Iterator[Advice]:
    """The loss has come down to next to nothing, or does not come down any further."""
    finite = loss.smoothed[np.isfinite(loss.smoothed)]
    if len(finite) < 2:
        return
    start, now = float(finite[0]), float(finite[-1])
    iterations, smoothed = loss.iterations, loss.smoothed
    if 0 <= now <= LEARNED * start:
        since = int(iterations[int(np.argmax(smoothed <= LEARNED * start))])
        sentence = f"It has learned these data: the loss is {_percent(now / start)} of what it was at the start."
        yield Advice(kind=AdviceKind.LEARNED, sentence=sentence, since=since)
        return
    place = int(np.argmax(smoothed <= now + STILL * abs(now)))
    since, last = int(iterations[place]), int(iterations[-1])
    if last - since < max(_LEAST_PLATEAU, _STRETCH * last):
        return
    yield Advice(
        kind=AdviceKind.PLATEAU,
        sentence=f"The loss has hardly fallen since iteration {since:,}: it stays near {number_text(now, 3)}.",
        hint="It may be all that this network can do. Else it takes time, another learning rate, or more units.",
        since=since,
    )


def _recent(curve: Series, points: int = _RECENT_POINTS) -> float:
    """Return the median of the newest numbers; NaN when there is none."""
    numbers = curve.numbers[-points:]
    numbers = numbers[np.isfinite(numbers)]
    return float(np.median(numbers)) if len(numbers) else math.nan


def _strongest(curve: Series) -> float:
    """Return the largest finite number, 0 when there is none: once a run is stuck, every gradient is weak."""
    return float(np.max(curve.numbers, where=np.isfinite(curve.numbers), initial=0.0))


def _middles(numbers: Floats) -> Floats:
    """Return the median of every three numbers in a row: a single one that is off is no turn of a curve."""
    middles: Floats = np.median(np.lib.stride_tricks.sliding_window_view(numbers, 3), axis=1)
    return middles


def _falls(loss: Series) -> bool:
    """Whether the smoothed loss is lower than it was a fifth of the run ago."""
    before = loss.smoothed[-max(_RECENT_POINTS, len(loss.smoothed) // 5) :][0]
    return bool(loss.smoothed[-1] < (1 - STILL) * before)


def _better_rate(curves: Curves, update: float) -> float | None:
    """Return the learning rate, to one digit, that brings updates nearer to what is healthy."""
    rates = curves.get("learning rate")
    rate = math.nan if rates is None or not len(rates.numbers) else float(rates.numbers[-1])
    if not (math.isfinite(rate) and rate > 0):
        return None
    factor = min(max(HEALTHY_UPDATE / update, 1 / _LARGEST_CHANGE), _LARGEST_CHANGE)
    return float(f"{rate * factor:.0e}")


def _percent(share: float) -> str:
    return f"{number_text(100 * share, 2)} %"


_dead = _closed(
    AdviceKind.DEAD,
    "dead units",
    share_of="units of {} give nothing",
    effect="no gradient passes",
    hint="Start anew with a smaller learning rate, or with LeakyReLU or GELU.",
)
_saturated = _closed(
    AdviceKind.SATURATED,
    "saturation",
    share_of="answers of {} lie at its ends",
    effect="flat there",
    hint="Start anew with a smaller learning rate, smaller weights, or normalization before it.",
)

CAUSES: tuple[Rule, ...] = (_updates, _dead, _saturated, _vanishing, _overfitting)
"""Rules for what may keep a loss from falling; each may find something. Large updates close units: they come first."""
