"""Why is there no gradient at all?"""

from collections import deque

from engine.explain.proof import ProofLine, line_of
from engine.trace.facts import Phase, Step, Value
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording

_CUTS = {"detach", "detach_", "data", "numpy", "item", "tolist"}
_FLAT = {
    "argmax",
    "argmin",
    "argsort",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "isnan",
    "bincount",
    "nonzero",
    "long",
    "int",
}
_MOST_VISITED = 20_000


def why_missing(recording: Recording, value: Value, name: str, at: StepIndex) -> tuple[ProofLine, ...]:
    """Say why no gradient ever arrives at a value."""
    if not value.requires_grad:
        return _not_required(recording, value, name)
    cleared = _cleared(recording, value, at)
    if cleared is not None:
        return (ProofLine(f"{name}.grad was set back to None here, as zero_grad() does.", cleared),)
    if not recording.backward_calls:
        return (ProofLine(f"{name} requires a gradient, but backward() was never called.", None),)
    return _no_path(recording, value, name)


def _cleared(recording: Recording, value: Value, at: StepIndex) -> StepIndex | None:
    changes = [change for change in recording.grad_changes(value.tensor) if change.step <= at]
    return changes[-1].step if changes and changes[-1].value is None else None


def _not_required(recording: Recording, value: Value, name: str) -> tuple[ProofLine, ...]:
    if value.dtype.startswith(("int", "uint", "bool")):
        kind = "truth values" if value.dtype == "bool" else f"whole numbers ({value.dtype})"
        return (ProofLine(f"{name} holds {kind}; only floating-point tensors have a gradient.", value.producer),)
    if value.producer is None:
        return (ProofLine(f"{name} was made without requires_grad=True, so nothing is kept for its gradient.", None),)
    return _cut_before(recording, value, name)


def _cut_before(recording: Recording, value: Value, name: str) -> tuple[ProofLine, ...]:
    """Walk back to the step where the need for a gradient was lost."""
    queue, seen = deque([value.id]), {value.id}
    while queue and len(seen) < _MOST_VISITED:
        current = recording.values[queue.popleft()]
        if current.producer is None:
            continue
        step = recording.steps[current.producer]
        before = [recording.values[v] for v in step.inputs if v is not None]
        if any(one.requires_grad for one in before):
            return (ProofLine(f"{name} does not require a gradient: {_cut(step)}.", step.index),)
        for one in before:
            if one.id not in seen:
                seen.add(one.id)
                queue.append(one.id)
    text = f"{name} does not require a gradient, because nothing that it was computed from does."
    return (ProofLine(text, value.producer),)


def _cut(step: Step) -> str:
    where = f"{step.name}{line_of(step)}"
    if step.name in _CUTS:
        return f"{where} cuts it off from what it was computed from"
    if step.name in _FLAT:
        return f"{where} has no derivative"
    return f"{where} ran without recording gradients, as inside torch.no_grad()"


def _no_path(recording: Recording, value: Value, name: str) -> tuple[ProofLine, ...]:
    """Follow a value forward until its path to the roots of the backward calls is lost."""
    uses = [recording.steps[i] for i in recording.consumers(value.id) if recording.steps[i].phase is Phase.FORWARD]
    if not uses:
        return (ProofLine(f"No gradient arrives at {name}: nothing was computed from it.", value.producer),)
    lines = [ProofLine(f"No gradient arrives at {name}: no backward call reached it.", value.producer)]
    queue, seen = deque([value.id]), {value.id}
    while queue and len(seen) < _MOST_VISITED:
        current = queue.popleft()
        for index in recording.consumers(current):
            step = recording.steps[index]
            if step.phase is not Phase.FORWARD:
                continue
            outputs: list[ValueId] = [v for v in step.outputs if v is not None]
            if outputs and not any(recording.values[v].requires_grad for v in outputs):
                lines.append(ProofLine(f"The path is lost at {_cut(step)}.", step.index))
                return tuple(lines)
            queue.extend(v for v in outputs if v not in seen)
            seen.update(outputs)
    lines.append(ProofLine(f"What was computed from {name} is not part of what backward() was called on.", None))
    return tuple(lines)
