"""What the timeline says about a step."""

from engine.trace.facts import Phase, Step
from engine.trace.numbers import duration_text
from engine.trace.recording import Recording
from engine.trace.whereabouts import whereabouts


def short_title(recording: Recording, step: Step) -> str:
    """Return a step's name as it fits into a cell: ``mul``, ``Relu``, ``w.grad``, ``Adam``."""
    match step.phase:
        case Phase.FORWARD:
            return step.name
        case Phase.OPTIMIZER:
            return step.name.removesuffix(".step")
        case Phase.BACKWARD:
            return _backward_title(recording, step)


def _backward_title(recording: Recording, step: Step) -> str:
    if step.name.endswith("AccumulateGrad"):
        node = step.grad_node
        if node is not None and node < len(recording.grad_nodes):
            variable = recording.grad_nodes[node].variable
            names = () if variable is None else recording.names(variable)
            if names:
                return f"{names[0]}.grad"
        return "grad"
    return step.name.rstrip("0123456789").removesuffix("Backward") or step.name


def position_text(recording: Recording, step: Step) -> str:
    """Return where a step is, counted from 1: ``Step 8 of 12 · backward · ReluBackward0 · line 3``."""
    parts = [f"Step {step.index + 1:,} of {len(recording):,}", step.phase.value, step.name]
    if step.module is not None:
        parts.append(recording.module_calls[step.module].path)
    if step.span is not None and step.span.file == 0:
        parts.append(f"line {step.span.line}")
    return " · ".join(part for part in parts if part)


def detail_text(recording: Recording, step: Step) -> str:
    """Return what the tooltip adds on lines of their own: the loop rounds and functions around, and the duration."""
    taken = f"took {duration_text(step.duration_ns)}" if step.duration_ns > 0 else ""
    return "\n".join(filter(None, (whereabouts(recording, step.region), taken)))
