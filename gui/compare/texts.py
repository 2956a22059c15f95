"""What stands above two recordings that are compared. Qt-free."""

from engine.compare import DecisionChange, Stand
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from engine.trace.whereabouts import outcome_text
from gui.model.sentences import DOT, step_details, step_headline


def step_text(recording: Recording | None, step: StepIndex) -> str:
    """Return where a playhead stands, e.g. ``Step 8 of 12  ·  forward  ·  relu  ·  line 3``."""
    headline = step_headline(recording, step)
    return f"{headline}{DOT}{step_details(recording, step)}" if headline else ""


def waiting_text(stand: Stand, other: Recording, step_count: int) -> str:
    """Return why a side waits, and where.

    Args:
        stand: Where both stand; one of them waits.
        other: The recording of the side that goes on.
        step_count: How many steps the waiting side has.
    """
    assert stand.waiting is not None
    assert stand.waits_for is not None
    step = other.steps[stand.waits_for]
    line = "" if step.span is None else f" of line {step.span.line}"
    place = stand.of(stand.waiting)
    where = "before the first step" if place < 0 else f"at step {place + 1:,} of {step_count:,}"
    return f"Waits {where}{DOT}only {stand.waiting.other.value} has {step.name}{line}"


def decision_sentence(change: DecisionChange) -> str:
    """Return which way a decision went on each side, with the line and the numbers that decided."""
    where = "A condition" if change.a.span is None else f"Line {change.a.span.line}: {change.a.kind.value}"
    return f"{where} was {outcome_text(change.a)} in A and {outcome_text(change.b)} in B"


def iteration_text(place: int, count: int) -> str:
    """Return which iteration stands there; nothing where there is only one."""
    return f"iteration {place + 1:,} of {count:,}" if count > 1 else ""
