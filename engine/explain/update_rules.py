"""The rules of torch.optim for one number: pytorch.org/docs/stable/optim.html gives each as an algorithm."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from engine.explain.numerals import factor_text, prose_number

Settings = dict[str, object]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A named number with the rule that gives it, e.g. ``m``, ``β₁·m + (1 − β₁)·g``, ``0.9·0.2 + 0.1·0.5 = 0.23``."""

    name: str
    rule: str
    text: str


@dataclass(slots=True)
class State:
    """What an optimizer remembers of one element; a rule brings it forward by one step."""

    steps: int = 0
    first: float = 0.0
    second: float = 0.0
    largest: float = 0.0


Advance = Callable[[State, Settings, float, float], tuple[float, list[Quantity]]]


def _number(settings: Settings, name: str, default: float = 0.0) -> float:
    found = settings.get(name)
    return float(found) if isinstance(found, (int, float)) else default


def _slope(settings: Settings, slope: float) -> float:
    return -slope if settings.get("maximize") else slope


def _decayed(settings: Settings, old: float, slope: float, found: list[Quantity]) -> float:
    decay = _number(settings, "weight_decay")
    if not decay:
        return slope
    sent = slope + decay * old
    text = f"{prose_number(slope)} + {prose_number(decay)}·{factor_text(old)} = {prose_number(sent)}"
    found.append(Quantity("with decay", "g ← g + λ·w", text))
    return sent


def _sgd(state: State, settings: Settings, old: float, slope: float) -> tuple[float, list[Quantity]]:
    found: list[Quantity] = []
    slope = _decayed(settings, old, _slope(settings, slope), found)
    rate, inertia = _number(settings, "lr"), _number(settings, "momentum")
    moved = slope
    if inertia:
        damping = 1.0 - _number(settings, "dampening")
        before = state.first
        state.first = slope if state.steps == 0 else inertia * before + damping * slope
        weight = f"{prose_number(damping)}·" if damping != 1.0 else ""
        rule = "v ← μ·v + (1 − τ)·g" if damping != 1.0 else "v ← μ·v + g"
        text = f"{prose_number(inertia)}·{factor_text(before)} + {weight}{factor_text(slope)}"
        text = "first step: g" if state.steps == 0 else text
        found.append(Quantity("momentum", rule, f"{text} = {prose_number(state.first)}"))
        moved = state.first
        if settings.get("nesterov"):
            moved = slope + inertia * state.first
            ahead = f"{prose_number(slope)} + {prose_number(inertia)}·{factor_text(state.first)}"
            found.append(Quantity("look ahead", "d = g + μ·v", f"{ahead} = {prose_number(moved)}"))
    state.steps += 1
    found.append(Quantity("step", "−lr·" + ("v" if inertia else "g"), _product(rate, moved)))
    return old - rate * moved, found


def _product(rate: float, moved: float) -> str:
    return f"−{prose_number(rate)}·{factor_text(moved)} = {signed_text(-rate * moved)}"


def _betas(settings: Settings) -> tuple[float, float]:
    found = settings.get("betas")
    if isinstance(found, (tuple, list)) and len(found) == 2:
        return float(found[0]), float(found[1])
    return 0.9, 0.999


def _adam(state: State, settings: Settings, old: float, slope: float) -> tuple[float, list[Quantity]]:
    return _moments(state, settings, old, slope, is_decoupled=bool(settings.get("decoupled_weight_decay")))


def _adamw(state: State, settings: Settings, old: float, slope: float) -> tuple[float, list[Quantity]]:
    return _moments(state, settings, old, slope, is_decoupled=True)


def _moments(
    state: State, settings: Settings, old: float, slope: float, *, is_decoupled: bool
) -> tuple[float, list[Quantity]]:
    found: list[Quantity] = []
    slope, rate, start = _slope(settings, slope), _number(settings, "lr"), old
    decay = _number(settings, "weight_decay")
    if is_decoupled and decay:
        start = old * (1.0 - rate * decay)
        text = f"{prose_number(old)}·(1 − {prose_number(rate)}·{prose_number(decay)}) = {prose_number(start)}"
        found.append(Quantity("decayed", "w ← w·(1 − lr·λ)", text))
    elif decay:
        slope = _decayed(settings, old, slope, found)
    one, two = _betas(settings)
    state.steps += 1
    was_first, was_second = state.first, state.second
    state.first = one * was_first + (1.0 - one) * slope
    state.second = two * was_second + (1.0 - two) * slope * slope
    found.append(Quantity("m", "β₁·m + (1 − β₁)·g", _mean(one, was_first, slope, state.first, "")))
    found.append(Quantity("v", "β₂·v + (1 − β₂)·g²", _mean(two, was_second, slope, state.second, "²")))
    mean = state.first / (1.0 - one**state.steps)
    spread = state.second / (1.0 - two**state.steps)
    found.append(Quantity("m̂", f"m/(1 − β₁^{state.steps})", prose_number(mean)))
    found.append(Quantity("v̂", f"v/(1 − β₂^{state.steps})", prose_number(spread)))
    if settings.get("amsgrad"):
        state.largest = max(state.largest, state.second)
        spread = state.largest / (1.0 - two**state.steps)
        found.append(Quantity("largest v̂", "max of all v, corrected", prose_number(spread)))
    root = math.sqrt(spread) + _number(settings, "eps", 1e-8)
    moved = mean / root if root else 0.0
    text = f"−{prose_number(rate)}·{factor_text(mean)}/{prose_number(root)} = {signed_text(-rate * moved)}"
    found.append(Quantity("step", "−lr·m̂/(√v̂ + ε)", text))
    return start - rate * moved, found


def _mean(share: float, before: float, slope: float, after: float, power: str) -> str:
    new = f"{prose_number(1.0 - share)}·{factor_text(slope)}{power}"
    return f"{prose_number(share)}·{factor_text(before)} + {new} = {prose_number(after)}"


def _rmsprop(state: State, settings: Settings, old: float, slope: float) -> tuple[float, list[Quantity]]:
    found: list[Quantity] = []
    slope = _decayed(settings, old, _slope(settings, slope), found)
    share, before = _number(settings, "alpha", 0.99), state.second
    state.second = share * before + (1.0 - share) * slope * slope
    found.append(Quantity("v", "α·v + (1 − α)·g²", _mean(share, before, slope, state.second, "²")))
    return _scaled(settings, old, slope, math.sqrt(state.second), found)


def _adagrad(state: State, settings: Settings, old: float, slope: float) -> tuple[float, list[Quantity]]:
    found: list[Quantity] = []
    slope = _decayed(settings, old, _slope(settings, slope), found)
    if state.steps == 0:
        state.second = _number(settings, "initial_accumulator_value")
    before = state.second
    state.second = before + slope * slope
    text = f"{prose_number(before)} + {factor_text(slope)}² = {prose_number(state.second)}"
    found.append(Quantity("s", "s + g²", text))
    slower = 1.0 + state.steps * _number(settings, "lr_decay")
    state.steps += 1
    return _scaled({**settings, "lr": _number(settings, "lr") / slower}, old, slope, math.sqrt(state.second), found)


def _scaled(
    settings: Settings, old: float, slope: float, root: float, found: list[Quantity]
) -> tuple[float, list[Quantity]]:
    rate, below = _number(settings, "lr"), root + _number(settings, "eps", 1e-8)
    moved = slope / below if below else 0.0
    text = f"−{prose_number(rate)}·{factor_text(slope)}/{prose_number(below)} = {signed_text(-rate * moved)}"
    found.append(Quantity("step", "−lr·g/(√v + ε)", text))
    return old - rate * moved, found


def signed_text(number: float) -> str:
    """Return a change with its sign, plus included."""
    text = prose_number(number)
    return text if text.startswith("−") or number == 0 else f"+{text}"


RULES: dict[str, Advance] = {
    "SGD": _sgd,
    "Adam": _adam,
    "AdamW": _adamw,
    "RMSprop": _rmsprop,
    "Adagrad": _adagrad,
}
