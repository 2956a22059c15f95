"""Why is a gradient (partly) zero?"""

import numpy as np

from engine.explain.explanation import Term
from engine.explain.numerals import array_text, floats_of, prose_number
from engine.explain.proof import Mask, ProofLine, Sender, line_of, senders_of
from engine.explain.rules.run import Floats
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording

_MOST_LINES = 12
_CAUSE = {
    "relu": "relu's mask is 0 because the input is not positive",
    "leaky_relu": "the slope is 0",
    "clamp": "the input lies outside the bounds of clamp",
    "hardtanh": "the input lies outside the bounds",
    "dropout": "dropout dropped these entries",
    "maximum": "the other operand is larger",
    "minimum": "the other operand is smaller",
    "where": "the condition picks the other operand",
    "max": "only the largest entry gets a gradient",
    "amax": "only the largest entry gets a gradient",
    "min": "only the smallest entry gets a gradient",
    "max_pool2d": "only the largest entry of each window gets a gradient",
    "nll_loss": "only the target's class gets a gradient",
    "select": "these entries were not selected",
    "slice": "these entries lie outside the slice",
    "index": "these entries were not read",
    "gather": "these entries were not read",
    "embedding": "these rows were not looked up",
    "floor": "floor is flat: its derivative is 0 everywhere",
    "round": "round is flat: its derivative is 0 everywhere",
    "ceil": "ceil is flat: its derivative is 0 everywhere",
    "sign": "sign is flat: its derivative is 0 everywhere",
}


def why_zero(recording: Recording, gradient: ValueId, step: StepIndex | None, name: str) -> tuple[ProofLine, ...]:
    """Walk back from a gradient with zeros to the step where they first appear."""
    array = floats_of(recording, gradient)
    assert array is not None
    zeros: Mask = np.asarray(array == 0)
    lines = [ProofLine(_opening(name, array, zeros), step)]
    at: StepIndex | None = step
    while len(lines) < _MOST_LINES:
        senders = senders_of(recording, gradient, at)
        if len(senders) != 1:
            lines.extend(_several(senders))
            break
        sender = senders[0]
        upstream = _term(sender, "upstream")
        local = _term(sender, "local")
        if upstream is not None and upstream.array is not None and np.any(upstream.array == 0) and not _blocks(local):
            count = int(np.count_nonzero(upstream.array == 0))
            lines.append(ProofLine(_passed_on(sender, upstream.array, count), sender.step.index))
            if upstream.value is None:
                break
            gradient, at = upstream.value, sender.step.index
            continue
        lines.append(ProofLine(_cause(recording, sender, local), sender.step.index))
        break
    return tuple(lines)


def _opening(name: str, array: Floats, zeros: Mask) -> str:
    if np.all(zeros):
        return f"{name} = {array_text(array)}: every entry is zero." if array.ndim else f"{name} is zero."
    return f"{name} = {array_text(array)}: {_share(zeros)} zero."


def _term(sender: Sender, kind: str) -> Term | None:
    return next((term for term in sender.sent.terms if term.label.startswith(kind)), None)


def _blocks(local: Term | None) -> bool:
    return local is not None and local.array is not None and bool(np.any(local.array == 0))


def _passed_on(sender: Sender, upstream: Floats, count: int) -> str:
    where = f"{sender.step.name}{line_of(sender.step)}"
    amount = "was already zero" if count == upstream.size else f"already had {count} zero{'' if count == 1 else 's'}"
    return f"{where}: the gradient that came in {amount}; {sender.title} only passed it on."


def _cause(recording: Recording, sender: Sender, local: Term | None) -> str:
    where = f"{sender.step.name}{line_of(sender.step)}"
    cause = _CAUSE.get(sender.title)
    if cause is not None:
        return f"{where}: {cause}{_operand(recording, sender)}."
    if local is not None and local.array is not None and np.all(local.array == 0):
        word = local.label.removeprefix("local ").strip()
        return f"{where}: it is multiplied by {word or 'the local derivative'}, which is 0."
    if local is not None and _blocks(local):
        word = local.label.removeprefix("local ").strip()
        zeros = int(np.count_nonzero(local.array == 0)) if local.array is not None else 0
        return f"{where}: the local derivative {word} is 0 at {zeros} entries."
    return f"{where}: the zeros appear here; its terms cancel or it sends nothing there."


def _operand(recording: Recording, sender: Sender) -> str:
    array = floats_of(recording, sender.sent.value)
    if array is None or array.size > 8:
        return ""
    return f": {sender.sent.name} = {array_text(array)}"


def _several(senders: tuple[Sender, ...]) -> list[ProofLine]:
    if not senders:
        return []
    parts = []
    for sender in senders:
        term = sender.sent.terms[-1]
        text = "" if term.array is None else f"{array_text(term.array)} "
        parts.append(ProofLine(f"{text}came from {sender.step.name}{line_of(sender.step)}.", sender.step.index))
    arrays = [sender.sent.terms[-1].array for sender in senders]
    cancelled = all(array is not None and np.any(array != 0) for array in arrays)
    close = "they cancel" if cancelled else "together they are zero there"
    return [
        *parts,
        ProofLine(f"{prose_number(len(senders))} gradients are added, and {close}.", senders[-1].step.index),
    ]


def _share(zeros: Mask) -> str:
    count = int(np.count_nonzero(zeros))
    return f"{count} of {zeros.size} entries {'is' if count == 1 else 'are'}"
