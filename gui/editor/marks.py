"""What the editor marks in the program for a place of the playhead."""

from dataclasses import dataclass

from engine.trace.facts import Phase, Span, Step
from engine.trace.recording import Recording

BACKWARD_HINT = "this sub-expression is what the current backward step differentiates"
LEAF_HINT = "the gradient of this leaf arrives in the current step"


@dataclass(frozen=True, slots=True)
class Marks:
    """Arrows and underline; lines count from 1, None is no mark.

    Attributes:
        executed_line: Where the step just executed lies: a thin arrow, and the tint of the line.
        executed_phase: Its phase.
        next_line: Where the next step lies: a bold arrow.
        next_phase: Its phase.
        underlined: The sub-expression of the step just executed.
        hint: What the underline means where it is not plain; empty in the forward pass.
    """

    executed_line: int | None = None
    executed_phase: Phase = Phase.FORWARD
    next_line: int | None = None
    next_phase: Phase = Phase.FORWARD
    underlined: Span | None = None
    hint: str = ""


NO_MARKS = Marks()


def marks_at(recording: Recording, current: int) -> Marks:
    """Return what to mark when the playhead stands at step ``current`` (-1: before the first)."""
    executed = recording.steps[current] if 0 <= current < len(recording) else None
    following = recording.steps[current + 1] if current + 1 < len(recording) else None
    underlined, hint = _underline(recording, executed) if executed is not None else (None, "")
    return Marks(
        executed_line=None if executed is None else line_of(recording, executed),
        executed_phase=Phase.FORWARD if executed is None else executed.phase,
        next_line=None if following is None else line_of(recording, following),
        next_phase=Phase.FORWARD if following is None else following.phase,
        underlined=underlined,
        hint=hint,
    )


def line_of(recording: Recording, step: Step) -> int | None:
    """Return the line of the program that runs during a step: for a backward step that of ``backward()``."""
    span = step.span
    if step.backward_call is not None and step.backward_call < len(recording.backward_calls):
        span = recording.backward_calls[step.backward_call].span or span
    return span.line if span is not None and span.file == 0 else None


def _underline(recording: Recording, step: Step) -> tuple[Span | None, str]:
    if step.phase is not Phase.BACKWARD:
        return _in_program(step.span), ""
    if step.span is not None:
        span = _in_program(step.span)
        return span, BACKWARD_HINT if span else ""
    node = step.grad_node
    variable = None if node is None or node >= len(recording.grad_nodes) else recording.grad_nodes[node].variable
    span = None if variable is None else _in_program(recording.values[variable].span)
    return span, LEAF_HINT if span else ""


def _in_program(span: Span | None) -> Span | None:
    return span if span is not None and span.file == 0 else None
