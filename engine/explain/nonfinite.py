"""Where was a NaN or an infinity born?"""

import numpy as np

from engine.explain.notation import Notation
from engine.explain.numerals import array_of, floats_of, prose_number
from engine.explain.proof import ProofLine, Sender, line_of, senders_of
from engine.explain.rules.run import Floats
from engine.trace.facts import Step
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording

_MOST_LINES = 12


def why_not_finite(recording: Recording, gradient: ValueId, step: StepIndex | None, name: str) -> tuple[ProofLine, ...]:
    """Walk back from a gradient with NaN or infinity to the step that made the first one."""
    lines = [ProofLine(f"{name} holds {_kind(floats_of(recording, gradient))}.", step)]
    at: StepIndex | None = step
    while len(lines) < _MOST_LINES:
        sender = _ill(recording, senders_of(recording, gradient, at))
        if sender is None:
            lines.append(ProofLine("It came in from outside: the gradient that backward() started with.", at))
            break
        before = _ill_upstream(recording, sender)
        if before is None:
            lines.extend(_born(recording, sender))
            break
        lines.append(ProofLine(f"{sender.step.name}{line_of(sender.step)} only passed it on.", sender.step.index))
        gradient, at = before, sender.step.index
    return tuple(lines)


def _kind(array: Floats | None) -> str:
    if array is None:
        return "numbers that are not finite"
    nans, infinities = int(np.isnan(array).sum()), int(np.isinf(array).sum())
    parts = [f"{nans} NaN" if nans else "", f"{infinities} Inf" if infinities else ""]
    return " and ".join(part for part in parts if part)


def _is_ill(array: Floats | None) -> bool:
    return array is not None and not bool(np.all(np.isfinite(array)))


def _ill(recording: Recording, senders: tuple[Sender, ...]) -> Sender | None:
    def sends_ill(sender: Sender) -> bool:
        return _is_ill(floats_of(recording, sender.sent.terms[-1].value))

    return next((sender for sender in senders if sends_ill(sender)), None)


def _ill_upstream(recording: Recording, sender: Sender) -> ValueId | None:
    return next((v for v in sender.step.inputs if v is not None and _is_ill(floats_of(recording, v))), None)


def _born(recording: Recording, sender: Sender) -> list[ProofLine]:
    where = f"{sender.step.name}{line_of(sender.step)}"
    lines = [ProofLine(f"Born at {where}: {_how(recording, sender)}.", sender.step.index)]
    node = recording.grad_nodes[sender.step.grad_node] if sender.step.grad_node is not None else None
    if node is not None and node.step is not None:
        lines.extend(_forward_cause(recording, recording.steps[node.step]))
    return lines


def _how(recording: Recording, sender: Sender) -> str:
    local = next((term for term in sender.sent.terms if term.label.startswith("local")), None)
    if local is not None and _is_ill(local.array):
        assert local.array is not None
        place = int(np.flatnonzero(~np.isfinite(local.array))[0])
        word = local.label.removeprefix("local ").strip() or "the local derivative"
        operand = floats_of(recording, sender.sent.value)
        at = ""
        if operand is not None and place < operand.size:
            at = f" where {sender.sent.name} is {prose_number(float(operand.flat[place]))}"
        number = prose_number(float(local.array.flat[place]))
        return f"{word} is {number}{at}, and no incoming gradient makes it finite again"
    return "finite numbers came in, and this step made it"


def _forward_cause(recording: Recording, forward: Step) -> list[ProofLine]:
    """If the forward pass was ill before, say where that began: the producers are followed back."""
    ill = _ill_input(recording, forward)
    if ill is None:
        return []
    name = Notation(recording).of(ill)
    lines = [ProofLine(f"The forward pass was not finite before: {name} already was.", forward.index)]
    seen: set[ValueId] = set()
    while ill is not None and ill not in seen:
        seen.add(ill)
        producer = recording.values[ill].producer
        if producer is None:
            lines.append(ProofLine(f"{Notation(recording).of(ill)} was created with it.", None))
            break
        step = recording.steps[producer]
        before = _ill_input(recording, step)
        if before is None:
            lines.append(ProofLine(f"It first appears in the forward pass at {step.name}{line_of(step)}.", producer))
        ill = before
    return lines


def _ill_input(recording: Recording, step: Step) -> ValueId | None:
    for value in step.inputs:
        array = array_of(recording, value)
        if value is not None and array is not None and array.dtype.kind == "f" and not np.all(np.isfinite(array)):
            return value
    return None
