"""A gradient arrives at a leaf: what came from whom, and what was there before."""

from engine.explain.compare import compared
from engine.explain.explanation import AccumulationExplanation, Check, Term, Verdict
from engine.explain.fan_in import contributions, sum_text
from engine.explain.notation import Notation
from engine.explain.numerals import floats_of
from engine.trace.facts import Step
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording


def explain_accumulation(recording: Recording, step: Step) -> AccumulationExplanation:
    """Explain a step of an AccumulateGrad node."""
    assert step.grad_node is not None
    leaf = recording.grad_nodes[step.grad_node].variable
    notation = Notation(recording)
    total = notation.total(step.backward_call)
    name = notation.of(leaf) if leaf is not None else "leaf"
    parts = contributions(recording, step, 0)
    earlier = _earlier(recording, leaf, step)
    arrived = step.inputs[0] if step.inputs else None
    after = step.outputs[0] if step.outputs else None
    result = _term(recording, f"{name}.grad", after)
    if earlier is None:
        terms, symbols = _first_terms(recording, f"∂{total}/∂{name}", arrived, result)
        if len(parts) in (2, 3):
            terms = (*(_term(recording, f"from {part.source}", part.value) for part in parts), result)
            symbols = (*("+",) * (len(parts) - 1), "=")
        check = _check(recording, terms, after)
    else:
        before = _term(recording, f"{name}.grad before", earlier)
        terms = (before, _term(recording, f"arriving ∂{total}/∂{name}", arrived), result)
        symbols = ("+", "=")
        check = _check(recording, terms, after)
    formula = f"{name}.grad = ∂{total}/∂{name}" if earlier is None else f"{name}.grad ← {name}.grad + ∂{total}/∂{name}"
    return AccumulationExplanation(
        step=step.index,
        name=name,
        value=leaf,
        formula=formula,
        terms=terms,
        symbols=symbols,
        contributions=parts,
        check=check,
        sentence=_sentence(name, parts_text=sum_text(parts) if len(parts) > 1 else "", has_earlier=earlier is not None),
    )


def _first_terms(
    recording: Recording, label: str, arrived: ValueId | None, result: Term
) -> tuple[tuple[Term, ...], tuple[str, ...]]:
    if arrived is None or arrived == result.value:
        return (result,), ()
    return (_term(recording, f"arriving {label}", arrived), result), ("=",)


def _earlier(recording: Recording, leaf: ValueId | None, step: Step) -> ValueId | None:
    if leaf is None:
        return None
    return recording.grad_at(recording.values[leaf].tensor, StepIndex(step.index - 1))


def _term(recording: Recording, label: str, value: ValueId | None) -> Term:
    shape = () if value is None else recording.values[value].shape
    return Term(label, shape, floats_of(recording, value), value)


def _check(recording: Recording, terms: tuple[Term, ...], after: ValueId | None) -> Check:
    *parts, result = terms
    if not parts:
        return Check(Verdict.SYMBOLIC_ONLY, reason="the gradient itself was stored")
    arrays = [part.array for part in parts]
    if result.array is None or after is None or any(array is None for array in arrays):
        return Check(Verdict.SYMBOLIC_ONLY, reason="a gradient was not kept")
    known = [array for array in arrays if array is not None]
    if any(array.shape != result.array.shape for array in known):
        return Check(Verdict.SYMBOLIC_ONLY, reason="shapes do not fit")
    computed = sum(known[1:], start=known[0])
    scale = max(float(abs(array).max(initial=0.0)) for array in known)
    return compared(computed, result.array, recording.values[after].dtype, scale)


def _sentence(name: str, *, parts_text: str, has_earlier: bool) -> str:
    if has_earlier:
        return f"{name}.grad already held a gradient, so the new one is added to it; zero_grad() would have cleared it."
    if parts_text:
        return f"{name} was used more than once, so its gradients add up: {parts_text}."
    return f"The gradient has arrived: it is now {name}.grad."
