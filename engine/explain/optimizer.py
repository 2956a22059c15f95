"""One step of an optimizer: gradient in, parameter changed."""

import numpy as np

from engine.explain.compare import compared
from engine.explain.element_update import settings_of
from engine.explain.explanation import Check, OptimizerExplanation, Term, Update, Verdict
from engine.explain.notation import Notation
from engine.explain.numerals import factor_text, floats_of, prose_number
from engine.explain.operands import plain_of
from engine.explain.rules.run import Plain
from engine.explain.update_rules import Settings
from engine.trace.facts import Step
from engine.trace.ids import ValueId
from engine.trace.recording import Recording

_FORMULAS = {
    "SGD": "w ← w − lr·g",
    "SGD momentum": "v ← μ·v + g;  w ← w − lr·v",
    "Adam": "m ← β₁·m + (1 − β₁)·g;  v ← β₂·v + (1 − β₂)·g²;  w ← w − lr·m̂/(√v̂ + ε)",
    "AdamW": "w ← w − lr·λ·w;  w ← w − lr·m̂/(√v̂ + ε)",
    "RMSprop": "v ← α·v + (1 − α)·g²;  w ← w − lr·g/(√v + ε)",
    "Adagrad": "s ← s + g²;  w ← w − lr·g/(√s + ε)",
}
_SHOWN = ("lr", "momentum", "weight_decay", "betas", "eps", "alpha", "nesterov", "maximize")


def explain_optimizer(recording: Recording, step: Step) -> OptimizerExplanation:
    """Explain an optimizer step: for each parameter its gradient and by how much it changed."""
    name = step.name.split(".", maxsplit=1)[0]
    settings = {argument.name: plain_of(argument.text) for argument in step.arguments if argument.value is None}
    is_plain = name == "SGD" and not any(settings.get(key) for key in ("momentum", "weight_decay", "maximize"))
    key = "SGD momentum" if name == "SGD" and settings.get("momentum") else name
    notation = Notation(recording)
    rate = settings.get("lr") if is_plain else None
    updates = tuple(
        _update(recording, notation, pair, after, rate)
        for pair, after in zip(zip(step.inputs[::2], step.inputs[1::2], strict=False), step.outputs, strict=False)
    )
    return OptimizerExplanation(
        step=step.index,
        title=name,
        formula=_FORMULAS.get(key, "w ← w + Δ(g)"),
        settings=_settings_text(settings_of(step)),
        updates=updates,
        sentence=_sentence(name, updates),
    )


def _settings_text(settings: Settings) -> str:
    parts = []
    for key in _SHOWN:
        found = settings.get(key)
        if isinstance(found, bool) and found:
            parts.append(key)
        elif isinstance(found, (tuple, list)):
            parts.append(f"{key} {', '.join(map(str, found))}")
        elif found:
            parts.append(f"{key.replace('_', ' ')} {prose_number(found) if isinstance(found, (int, float)) else found}")
    return " · ".join(parts)


def _update(
    recording: Recording,
    notation: Notation,
    pair: tuple[ValueId | None, ValueId | None],
    after: ValueId | None,
    rate: Plain,
) -> Update:
    before, gradient = pair
    name = notation.of(before) if before is not None else "?"
    terms = [
        Term(label, () if value is None else recording.values[value].shape, floats_of(recording, value), value)
        for label, value in (("before", before), ("gradient", gradient), ("after", after))
    ]
    old, grad, new = terms
    delta = None if old.array is None or new.array is None else np.asarray(new.array - old.array)
    change = Term("change", new.shape, delta)
    dtype = "float32" if after is None else recording.values[after].dtype
    check = _sgd_check(old, grad, new, float(rate), dtype) if isinstance(rate, (int, float)) else _unchecked()
    believed = rate if check.verdict is Verdict.MATCHES else None
    return Update(name, old, grad, new, change, _numbers(old, grad, new, believed), check)


def _unchecked() -> Check:
    return Check(Verdict.SYMBOLIC_ONLY, reason="the optimizer's own state is not recorded")


def _sgd_check(old: Term, grad: Term, new: Term, rate: float, dtype: str) -> Check:
    if old.array is None or grad.array is None or new.array is None:
        return Check(Verdict.SYMBOLIC_ONLY, reason="a value was not kept")
    scale = float(np.max(np.abs(old.array), initial=0.0, where=np.isfinite(old.array)))
    return compared(np.asarray(old.array - rate * grad.array), new.array, dtype, scale)


def _numbers(old: Term, grad: Term, new: Term, rate: Plain) -> str:
    """Return the update of the first element, e.g. ``0.5 − 0.1·2 = 0.3``."""
    if old.array is None or new.array is None or old.array.size == 0:
        return ""
    before, after = float(old.array.flat[0]), float(new.array.flat[0])
    place = "" if old.array.size == 1 else "[" + ", ".join("0" for _ in old.shape) + "]: "
    if isinstance(rate, (int, float)) and grad.array is not None:
        lr, slope = prose_number(rate), factor_text(float(grad.array.flat[0]))
        return f"{place}{prose_number(before)} − {lr}·{slope} = {prose_number(after)}"
    sign = "−" if after < before else "+"
    return f"{place}{prose_number(before)} {sign} {prose_number(abs(after - before))} = {prose_number(after)}"


def _sentence(name: str, updates: tuple[Update, ...]) -> str:
    count = len(updates)
    if count == 0:
        return f"{name} had no gradient to work with, so nothing changed."
    moved = [update for update in updates if update.delta.array is not None and np.any(update.delta.array)]
    if not moved:
        return (
            f"{name} changed nothing."
            if all(u.delta.array is not None for u in updates)
            else f"{name} updated {count} parameters."
        )
    largest = max(
        moved, key=lambda update: float(np.max(np.abs(update.delta.array))) if update.delta.array is not None else 0.0
    )
    assert largest.delta.array is not None
    amount = prose_number(float(np.max(np.abs(largest.delta.array))))
    things = "1 parameter" if count == 1 else f"{count} parameters"
    return f"{name} changed {things}; the largest change is {amount}, in {largest.name}."
