"""One step of an optimizer, opened: every quantity between the gradient and the new value, for every element.

The rules are those of torch.optim, computed in the type of the parameter in the order of torch's own loops (not the
fused ones). Where torch multiplies and adds in one rounding, so is it done here. SGD of float32 comes out the same bit
for bit; torch's square root
(that of MKL) is not the nearest number on some elements, so the others may differ in the last bits. So agreement is
told in both ways: how many elements are the same bit for bit, and the largest difference in units of the last place of
the largest of the old number, the new number, and the parts of which the step is a sum.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from engine.training.arithmetic import Arithmetic
from engine.training.update_record import Array, OptimizerUpdate, ParameterUpdate

TOLERANCE_ULPS = 4.0
"""So far may an element be from torch's, in units of the last place of what went into it, to count as the same."""


NARROW_SHARE = 0.95
"""Of narrow types at least so many elements have to be the same where others lie further apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """One named array with the rule that gives it, e.g. ``m``, ``β₁·m + (1 − β₁)·g``."""

    name: str
    rule: str
    array: Array


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the computed result compares with torch's: share of elements with the same bits, and the largest gap."""

    same_share: float
    largest_ulps: float
    is_narrow: bool = False
    """Whether one rounding the other way early on may show as many units at the end: float16 and bfloat16."""

    @property
    def holds(self) -> bool:
        """Whether the rule is that of torch."""
        is_rare = self.is_narrow and self.same_share >= NARROW_SHARE
        return self.largest_ulps <= TOLERANCE_ULPS or is_rare

    @property
    def sentence(self) -> str:
        """What came out, for a person."""
        if self.same_share == 1.0:
            return "The same as torch's result, bit for bit."
        share = f"{100 * self.same_share:.4g} % of the elements are the same bit for bit"
        gap = f"the largest gap is {self.largest_ulps:.2g} units in the last place"
        return f"{share}; {gap}." if self.holds else f"This is not what torch computed: {gap}."


@dataclass(frozen=True, slots=True)
class Xray:
    """One parameter through one step; ``quantities`` lie in order, the last two are ``change`` and ``after``."""

    kind: str
    name: str
    quantities: tuple[Quantity, ...]
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Alternative:
    """What another optimizer would have done with the same gradient in its first step, at its own usual rate."""

    title: str
    change: Array


class XrayError(ValueError):
    """A step cannot be opened; the text is one sentence."""


def xray(update: OptimizerUpdate, position: int) -> Xray:
    """Open the step of the parameter at ``position``.

    Raises:
        XrayError: If the rule of the optimizer is not known here.
        IndexError: If there is no such parameter.
    """
    parameter = update.parameters[position]
    rule = RULES.get(update.kind)
    if rule is None:
        raise XrayError(f"The arithmetic of {update.kind} is not known here; that of {', '.join(RULES)} is.")
    work = _Work.of(parameter)
    with np.errstate(all="ignore"):  # what overflows in torch overflows here
        after = work.math.kept(rule(work, parameter))
    old, new = parameter.array(parameter.before), parameter.array(parameter.after)
    with np.errstate(all="ignore"):
        work.put("change", "after − before", new - old)
    work.put("after", "w", new)
    return Xray(update.kind, parameter.name, tuple(work.found), _agreement(work.math, after, new, old, work.largest))


def alternatives(parameter: ParameterUpdate) -> tuple[Alternative, ...]:
    """Return what other optimizers would have done in a first step, all with the learning rate of this one."""
    rate = parameter.settings.get("lr", (0.001,))
    found = []
    for kind, title, settings in _OTHERS:
        fresh = ParameterUpdate(
            name=parameter.name,
            shape=parameter.shape,
            before=parameter.before,
            gradient=parameter.gradient,
            after=parameter.after,
            settings={"lr": rate, **settings},
            numbers=parameter.numbers,
        )
        with np.errstate(all="ignore"):
            after = RULES[kind](_Work.of(fresh), fresh)
        found.append(Alternative(title, after - fresh.array(fresh.before)))
    return tuple(found)


@dataclass(slots=True)
class _Work:
    """The numbers of a step while it is computed."""

    gradient: Array
    math: Arithmetic
    found: list[Quantity] = field(default_factory=list)
    largest: Array | None = None
    """The size of the largest parts of which each element of the result is a sum; None: old and new value say it."""

    @classmethod
    def of(cls, parameter: ParameterUpdate) -> "_Work":
        work = cls(
            parameter.array(parameter.gradient),
            Arithmetic(parameter.numbers, is_fused=bool(_number(parameter, "fused"))),
        )
        work.put("before", "w", parameter.array(parameter.before))
        if parameter.unclipped and parameter.unclipped != parameter.gradient:
            raw = work.put("gradient", "g", parameter.array(parameter.unclipped))
            work.put("clipped", _clipping(raw, work.gradient), work.gradient)
        else:
            work.put("gradient", "g", work.gradient)
        return work

    def reach(self, *parts: Array) -> None:
        """Note parts of the result that may be larger than it is."""
        sizes = [np.abs(part) for part in parts] + ([] if self.largest is None else [self.largest])
        self.largest = np.maximum.reduce(sizes)

    def put(self, name: str, rule: str, array: Array) -> Array:
        """Keep a quantity and return it."""
        self.found.append(Quantity(name, rule, np.asarray(array, self.math.type)))
        return array


Rule = Callable[[_Work, ParameterUpdate], Array]


def _sgd(work: _Work, parameter: ParameterUpdate) -> Array:
    old, rate, inertia = parameter.array(parameter.before), _number(parameter, "lr"), _number(parameter, "momentum")
    slope = _decayed(work, parameter, old)
    moved = slope
    if inertia:
        before = _state(parameter, "momentum_buffer")
        damping = 1 - _number(parameter, "dampening")
        if before is None:
            moved = work.put("momentum", "first step: v = g", slope)
        else:
            work.put("momentum before", "v", before)
            rule = "v ← μ·v + g" if damping == 1 else "v ← μ·v + (1 − τ)·g"
            moved = work.put("momentum", rule, work.math.added(work.math.times(before, inertia), slope, damping))
        if _number(parameter, "nesterov"):
            moved = work.put("look ahead", "d = g + μ·v", work.math.added(slope, moved, inertia))
    work.put("step", "−lr·d" if moved is not slope else "−lr·g", work.math.times(moved, -rate))
    return work.math.added(old, moved, -rate)


def _adam(work: _Work, parameter: ParameterUpdate) -> Array:
    return _moments(work, parameter, is_decoupled=bool(_number(parameter, "decoupled_weight_decay")))


def _adamw(work: _Work, parameter: ParameterUpdate) -> Array:
    return _moments(work, parameter, is_decoupled=True)


def _moments(work: _Work, parameter: ParameterUpdate, *, is_decoupled: bool) -> Array:
    old, rate, decay = parameter.array(parameter.before), _number(parameter, "lr"), _number(parameter, "weight_decay")
    if is_decoupled:
        slope = _turned(work, parameter)
        if decay:
            old = work.put("decayed", "w ← w·(1 − lr·λ)", work.math.times(old, 1 - rate * decay))
    else:
        slope = _decayed(work, parameter, old)
    one, two = parameter.settings.get("betas", (0.9, 0.999))
    mean = work.put("m", "β₁·m + (1 − β₁)·g", work.math.towards(_state_or_zero(parameter, "exp_avg"), slope, 1 - one))
    spread = work.math.squares(work.math.times(_state_or_zero(parameter, "exp_avg_sq"), two), slope, 1 - two)
    work.put("v", "β₂·v + (1 − β₂)·g²", spread)
    steps = parameter.steps + 1
    first, second = 1 - one**steps, 1 - two**steps
    work.put("m̂", f"m/(1 − β₁^{steps})", work.math.times(mean, 1 / first))
    if _number(parameter, "amsgrad"):
        spread = np.maximum(_state_or_zero(parameter, "max_exp_avg_sq"), spread)
        work.put("largest v", "the largest v so far", spread)
    work.put("v̂", f"v/(1 − β₂^{steps})", work.math.times(spread, 1 / second))
    below = work.math.shifted(work.math.over(work.math.root(spread), math.sqrt(second)), _number(parameter, "eps"))
    work.put("denominator", "√v̂ + ε", below)
    size = rate / first
    work.put("step", "−lr·m̂/(√v̂ + ε)", work.math.quotients(np.zeros_like(old), mean, below, -size))
    return work.math.quotients(old, mean, below, -size)


def _rmsprop(work: _Work, parameter: ParameterUpdate) -> Array:
    old, rate, share = parameter.array(parameter.before), _number(parameter, "lr"), _number(parameter, "alpha")
    slope = _decayed(work, parameter, old)
    spread = work.math.squares(work.math.times(_state_or_zero(parameter, "square_avg"), share), slope, 1 - share)
    work.put("v", "α·v + (1 − α)·g²", spread)
    if _number(parameter, "centered"):
        mean = work.put(
            "mean", "α·a + (1 − α)·g", work.math.towards(_state_or_zero(parameter, "grad_avg"), slope, 1 - share)
        )
        spread = work.put("variance", "v − a²", work.math.squares(spread, mean, -1.0))
    below = work.put("denominator", "√v + ε", work.math.shifted(work.math.root(spread), _number(parameter, "eps")))
    inertia = _number(parameter, "momentum")
    if not inertia:
        work.put("step", "−lr·g/(√v + ε)", work.math.quotients(np.zeros_like(old), slope, below, -rate))
        return work.math.quotients(old, slope, below, -rate)
    kept = work.math.times(_state_or_zero(parameter, "momentum_buffer"), inertia)
    moved = work.math.quotients(kept, slope, below, 1.0)
    work.reach(work.math.times(kept, rate), work.math.times(moved - kept, rate))
    work.put("momentum", "b ← μ·b + g/(√v + ε)", moved)
    work.put("step", "−lr·b", work.math.times(moved, -rate))
    return work.math.added(old, moved, -rate)


def _adagrad(work: _Work, parameter: ParameterUpdate) -> Array:
    old, rate = parameter.array(parameter.before), _number(parameter, "lr")
    slope = _decayed(work, parameter, old)
    start = _state(parameter, "sum")
    if start is None:
        start = work.math.full(parameter.shape, _number(parameter, "initial_accumulator_value"))
    total = work.put("s", "s + g²", work.math.squares(start, slope, 1.0))
    below = work.put("denominator", "√s + ε", work.math.shifted(work.math.root(total), _number(parameter, "eps")))
    slower = rate / (1 + parameter.steps * _number(parameter, "lr_decay"))
    work.put("step", "−lr·g/(√s + ε)", work.math.quotients(np.zeros_like(old), slope, below, -slower))
    return work.math.quotients(old, slope, below, -slower)


RULES: dict[str, Rule] = {"SGD": _sgd, "Adam": _adam, "AdamW": _adamw, "RMSprop": _rmsprop, "Adagrad": _adagrad}
_EPS = {"eps": (1e-8,)}
_OTHERS: tuple[tuple[str, str, dict[str, tuple[float, ...]]], ...] = (
    ("SGD", "SGD", {}),
    ("Adam", "Adam", {"betas": (0.9, 0.999), **_EPS}),
    ("AdamW", "AdamW", {"betas": (0.9, 0.999), "weight_decay": (0.01,), **_EPS}),
    ("RMSprop", "RMSprop", {"alpha": (0.99,), **_EPS}),
    ("Adagrad", "Adagrad", {"eps": (1e-10,)}),
)


def _number(parameter: ParameterUpdate, name: str) -> float:
    found = parameter.settings.get(name, ())
    return found[0] if found else 0.0


def _state(parameter: ParameterUpdate, name: str) -> Array | None:
    raw = parameter.state.get(name)
    return None if raw is None else parameter.array(raw)


def _state_or_zero(parameter: ParameterUpdate, name: str) -> Array:
    found = _state(parameter, name)
    return np.zeros(parameter.shape, np.float32) if found is None else found


def _turned(work: _Work, parameter: ParameterUpdate) -> Array:
    if not _number(parameter, "maximize"):
        return work.gradient
    return work.put("turned round", "g ← −g, to climb", -work.gradient)


def _decayed(work: _Work, parameter: ParameterUpdate, old: Array) -> Array:
    slope, decay = _turned(work, parameter), _number(parameter, "weight_decay")
    return work.put("with decay", "g ← g + λ·w", work.math.added(slope, old, decay)) if decay else slope


def _agreement(numbers: Arithmetic, computed: Array, new: Array, old: Array, largest: Array | None) -> Agreement:
    if not new.size:
        return Agreement(1.0, 0.0)
    same = numbers.are_same(computed, new)
    with np.errstate(all="ignore"):
        size = np.maximum(np.abs(new), np.abs(old))
        unit = numbers.spacing(size if largest is None else np.maximum(size, largest))
        gaps = np.where(same, 0.0, np.abs(computed.astype(np.float64) - new) / unit)
    return Agreement(float(np.mean(same)), float(np.max(np.where(np.isnan(gaps), np.inf, gaps))), numbers.is_narrow)


def _clipping(raw: Array, clipped: Array) -> str:
    """Return how a gradient was clipped: by one factor for all, as a norm is, or each element for itself."""
    with np.errstate(all="ignore"):
        norm = float(np.linalg.norm(raw.astype(np.float64)))
        share = float(np.linalg.norm(clipped.astype(np.float64))) / norm if norm else 1.0
    if np.allclose(clipped, raw * share, rtol=1e-5, atol=0.0, equal_nan=True):
        return f"g ← c·g, c = {share:.4g}"
    return "g ← g, cut off at both ends"
