"""What the chain-rule card says at a step: plain data, from the explanation."""

from dataclasses import dataclass
from typing import assert_never

from engine.explain.explanation import (
    AccumulationExplanation,
    BackwardExplanation,
    Check,
    Explanation,
    ForwardExplanation,
    OptimizerExplanation,
    SentOn,
    Term,
    Verdict,
)
from engine.explain.meanings import meanings

MOST_EQUATIONS = 2
"""At most so many inputs or parameters are shown on the card; the inspector has all of them."""


@dataclass(frozen=True, slots=True)
class Equation:
    """One line of the card; ``formula`` stands above it when there are several."""

    formula: str
    terms: tuple[Term, ...]
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardContent:
    """Lead in words, the operator in bold, a formula, equations, sentences, and the verdict of the check."""

    lead: str
    title: str
    formula: str
    equations: tuple[Equation, ...]
    sentences: tuple[str, ...]
    verdict: str
    is_wrong: bool = False

    @property
    def lacks_numbers(self) -> bool:
        """Whether numbers of a term are not here; they may still come."""
        return any(term.array is None for equation in self.equations for term in equation.terms)


def card_content(explanation: Explanation | None, most: int = MOST_EQUATIONS) -> CardContent | None:
    """Return what to show, or None for a step at which the card has nothing to say (the forward pass).

    ``most`` is how many equations there is room for.
    """
    match explanation:
        case None | ForwardExplanation():
            return None
        case BackwardExplanation():
            return _backward(explanation, most)
        case AccumulationExplanation():
            return _accumulation(explanation)
        case OptimizerExplanation():
            return _optimizer(explanation, most)
        case _:
            assert_never(explanation)


def _backward(explanation: BackwardExplanation, most: int) -> CardContent:
    shown = _most_telling(explanation.inputs, most)
    several = len(shown) > 1
    sentences = [
        f"{fan_in.name} was used {len(fan_in.contributions)} times: {fan_in.text}." for fan_in in explanation.fan_ins
    ]
    sentences.append(explanation.sentence)
    sentences.extend(note for one in shown for note in one.notes)
    hidden = len(explanation.inputs) - len(shown) + explanation.more_inputs
    if hidden:
        sentences.append(_more(hidden, "input"))
    used = " ".join(one.formula for one in explanation.inputs)
    where = meanings([one for one in explanation.definitions if _uses(used, one.symbol)])
    told = " ".join(sentences)
    where = [text for text in where if text not in told]
    if where:
        sentences.append(f"Here {', '.join(where)}.")
    verdict, is_wrong = _verdict([one.check for one in shown])
    return CardContent(
        lead="Chain rule at",
        title=explanation.title,
        formula=shown[0].formula if len(shown) == 1 else "",
        equations=tuple(_equation(one, several=several) for one in shown),
        sentences=tuple(sentences),
        verdict=verdict,
        is_wrong=is_wrong,
    )


def _most_telling(inputs: tuple[SentOn, ...], most: int) -> tuple[SentOn, ...]:
    """Choose the inputs whose rule says most: those with a local factor before those that only get a sum or a copy."""
    if len(inputs) <= most:
        return inputs
    has_factor = [len(one.terms) > 2 and all(term.label != "local 1" for term in one.terms) for one in inputs]
    chosen = sorted(range(len(inputs)), key=lambda place: not has_factor[place])[:most]
    return tuple(inputs[place] for place in sorted(chosen))


def _more(count: int, thing: str) -> str:
    return f"{count:,} more {thing}{'' if count == 1 else 's'} in the inspector."


def _uses(formula: str, symbol: str) -> bool:
    words = "".join(char if char.isalnum() or char in "_₁₂₃" else " " for char in formula).split()
    return symbol in words


def _equation(sent: SentOn, *, several: bool) -> Equation:
    return Equation(sent.formula if several else "", sent.terms, sent.symbols)


def _verdict(checks: list[Check]) -> tuple[str, bool]:
    if not checks:
        return "", False
    wrong = [check for check in checks if check.verdict is Verdict.DIFFERS]
    if wrong:
        return f"torch sent something else (up to {wrong[0].max_abs:.3g} apart)", True
    if all(check.verdict is Verdict.MATCHES for check in checks):
        return "✓ equals what torch sent", False
    return "", False


def _accumulation(explanation: AccumulationExplanation) -> CardContent:
    verdict, is_wrong = _verdict([explanation.check])
    return CardContent(
        lead="Gradient arrives at",
        title=explanation.name,
        formula=explanation.formula,
        equations=(Equation("", explanation.terms, explanation.symbols),),
        sentences=(explanation.sentence,),
        verdict=verdict.replace("sent", "stored"),
        is_wrong=is_wrong,
    )


def _optimizer(explanation: OptimizerExplanation, most: int) -> CardContent:
    shown = explanation.updates[:most]
    equations = tuple(
        Equation(f"{update.name}   {update.numbers}".rstrip(), (update.before, update.delta, update.after), ("+", "="))
        for update in shown
    )
    sentences = [explanation.sentence]
    if len(explanation.updates) > most:
        sentences.append(_more(len(explanation.updates) - most, "parameter"))
    if explanation.settings:
        sentences.insert(0, f"{explanation.settings}.")
    return CardContent(
        lead="Update by",
        title=explanation.title,
        formula=explanation.formula.split(";  ")[-1],
        equations=equations,
        sentences=tuple(sentences),
        verdict="",
    )
