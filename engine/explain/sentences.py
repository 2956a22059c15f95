"""One plain sentence about what happened at a backward step."""

import numpy as np

from engine.explain.explanation import SentOn, Term, Verdict
from engine.explain.notation import Notation
from engine.explain.numerals import FEW, array_of, array_text, factor_text, prose_number
from engine.explain.rules.rule import Rule
from engine.explain.rules.run import Floats
from engine.trace.recording import Recording

_MASKS = {"relu", "clamp", "hardtanh", "dropout", "masked_fill", "where", "maximum", "minimum", "threshold"}
_CAUSES = {
    "relu": ("negative", "relu"),
    "clamp": ("outside the bounds", "clamp"),
    "hardtanh": ("outside the bounds", "hardtanh"),
    "dropout": ("dropped", "dropout"),
    "max_pool2d": ("not the largest", "max_pool2d"),
}
_MOVES = {
    "reshape", "squeeze", "unsqueeze", "t", "transpose", "permute", "flip", "roll", "cat", "stack", "split", "unbind",
}  # fmt: skip
_FLAT = {"floor", "ceil", "round", "sign", "trunc"}
_FACTORS = {"matmul", "bmm", "linear", "addmv", "baddbmm"}
_PICKS = {"select", "slice", "gather", "index", "index_select", "embedding"}


def backward_sentence(
    recording: Recording, title: str, rule: Rule | None, inputs: tuple[SentOn, ...], notation: Notation
) -> str:
    """Return what happened at a node, with names and numbers where there are few."""
    if not inputs:
        return f"No input of {title} needs a gradient."
    if rule is None:
        return f"{title} has its own backward rule, so only its result is shown."
    masked = _mask_sentence(recording, title, inputs[0], notation) if title in _MASKS else ""
    return masked or _family_sentence(title, inputs)


def _family_sentence(title: str, inputs: tuple[SentOn, ...]) -> str:
    first = inputs[0]
    if title in ("add", "sub", "rsub", "clone", "to", "alias"):
        return _unchanged_sentence(title, inputs)
    if title in ("sum", "mean", "expand", "repeat"):
        return _share_sentence(title, first)
    fixed = {
        **dict.fromkeys(_MOVES, f"{title} only moves elements, so the gradient is moved back the same way."),
        **dict.fromkeys(_PICKS, f"Only the entries of {first.name} that {title} read get a gradient; others get 0."),
        **dict.fromkeys(_FACTORS, "Each factor gets the upstream gradient times the other factor, transposed."),
        **dict.fromkeys(_FLAT, f"{title} is flat almost everywhere, so nothing is sent on."),
        "copy into a view": "Inside the view the gradient goes through the op that changed it; elsewhere it passes.",
        "mul": f"{first.name} gets the upstream gradient times the other factor.",
    }
    if title in fixed:
        return fixed[title]
    if first.symbols == ("×", "="):
        return _single_product(first) or "Entry by entry: upstream × local = sent on."
    return f"{title} mixes the entries, so each one sent on depends on several that came in."


def _unchanged_sentence(title: str, inputs: tuple[SentOn, ...]) -> str:
    names = " and ".join(dict.fromkeys(one.name for one in inputs))
    if title in ("sub", "rsub") and len(inputs) > 1:
        return f"sub passes the gradient on to {inputs[0].name} and its negative to {inputs[1].name}."
    if title == "rsub" or (title == "sub" and inputs[0].slot == 1):
        return f"{names} was subtracted, so it gets the negative of the gradient."
    return f"{title} passes the gradient on to {names} unchanged."


def _single_product(sent: SentOn) -> str:
    """Return the numbers of a product of single numbers: ``Upstream × local = sent on: 1 × 12 = 12.``."""
    arrays = [term.array for term in sent.terms]
    if sent.check.verdict is not Verdict.MATCHES or any(array is None or array.size != 1 for array in arrays):
        return ""
    one, two, product = (float(array.reshape(-1)[0]) for array in arrays if array is not None)
    return f"Upstream × local = sent on: {factor_text(one)} × {factor_text(two)} = {prose_number(product)}."


def _share_sentence(title: str, first: SentOn) -> str:
    if title in ("expand", "repeat"):
        return f"{first.name} was copied, so the gradients of all its copies are added."
    size = first.terms[-1].shape
    if title == "mean":
        return f"Every entry of {first.name} had the weight 1/n in the mean, so each gets that share of the gradient."
    if not size:
        return f"{first.name} is the sum, so it gets the whole gradient."
    return f"Every entry of {first.name} counted once in the sum, so each gets the whole gradient."


def _mask_sentence(recording: Recording, title: str, sent: SentOn, notation: Notation) -> str:
    local = next((term for term in sent.terms if term.label.startswith("local")), None)
    if local is None or local.array is None:
        return ""
    blocked = int(np.count_nonzero(local.array == 0))
    why, op = _CAUSES.get(title, ("not chosen", title))
    if blocked == 0:
        return f"No entry of {sent.name} is {why}, so {op} lets the whole gradient through."
    lead = _lead(recording, sent, notation)
    places = _places(local.array)
    verb = "is" if blocked == 1 else "are"
    return f"{lead}{places} {verb} {_blocking(recording, sent, local, why)}, so {op} sends 0 there."


def _lead(recording: Recording, sent: SentOn, notation: Notation) -> str:
    array = array_of(recording, sent.value)
    if array is None or sent.value is None or array.size > FEW:
        return f"{sent.name}: "
    meaning = notation.meaning(sent.value)
    names = recording.names(sent.value)
    middle = f" = {meaning}" if meaning and meaning != sent.name and not names else ""
    return f"{sent.name}{middle} = {array_text(array)}: "


def _blocking(recording: Recording, sent: SentOn, local: Term, why: str) -> str:
    """Say 'negative or zero' where relu also stops a zero."""
    array = array_of(recording, sent.value)
    if why != "negative" or array is None or local.array is None or array.shape != local.array.shape:
        return why
    stopped = array[local.array == 0]
    if np.all(stopped == 0):
        return "zero"
    return "negative or zero" if np.any(stopped == 0) else why


def _places(local: Floats) -> str:
    zeros = np.flatnonzero(local == 0)
    if local.ndim == 0:
        return "it"
    if local.ndim > 1 or zeros.size > 3:
        share = f"{zeros.size} of {local.size} entries"
        return share if zeros.size < local.size else f"all {prose_number(local.size)} entries"
    if zeros.size == local.size and zeros.size > 1:
        return f"all {local.size} entries"
    numbers = [str(int(index) + 1) for index in zeros]  # entries count from 1 in sentences, as people do
    return f"entry {numbers[0]}" if len(numbers) == 1 else "entries " + ", ".join(numbers[:-1]) + f" and {numbers[-1]}"
