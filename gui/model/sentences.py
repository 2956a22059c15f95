"""What the top bar and the status bar say."""

from engine.trace.facts import Phase, Step
from engine.trace.ids import StepIndex
from engine.trace.numbers import bytes_text
from engine.trace.outcome import OutcomeKind
from engine.trace.recording import Recording
from gui.model.document import Provenance, RunState

DOT = "  ·  "
NO_STEPS_TEXT = "The program ended before torch computed anything."
CUT_OFF_TEXT = "The file was cut off before the first step."


def empty_text(recording: Recording | None, waiting: str, provenance: Provenance = Provenance.RUN) -> str:
    """Return what stands where nothing was computed; ``waiting`` while something still may be."""
    if recording is None:
        return waiting
    if recording.outcome.kind is not OutcomeKind.RUNNING:
        return NO_STEPS_TEXT
    return CUT_OFF_TEXT if provenance is Provenance.FILE else waiting


def step_headline(recording: Recording | None, step: StepIndex) -> str:
    """Return e.g. ``Step 8 of 12``; steps count from 1, 0 is before the first."""
    if recording is None or not recording.steps:
        return ""
    return f"Step {step + 1:,} of {len(recording):,}"


def step_details(recording: Recording | None, step: StepIndex) -> str:
    """Return e.g. ``backward · ReluBackward0 · line 3``."""
    if recording is None or not recording.steps:
        return ""
    if step < 0:
        return "before the first step"
    fact = recording.steps[step]
    parts = [fact.phase.value, fact.name]
    if path := _module_path(recording, fact):
        parts.append(path)
    if fact.span is not None:
        parts.append(f"line {fact.span.line}")
    return DOT.join(parts)


def _module_path(recording: Recording, step: Step) -> str:
    return "" if step.module is None else recording.module_calls[step.module].path


def run_sentence(
    recording: Recording | None,
    state: RunState,
    provenance: Provenance = Provenance.RUN,
    *,
    is_waiting: bool = False,
) -> str:
    """Return what the worker does or how the last run ended; ``is_waiting``: a run waits for torch."""
    match state:
        case RunState.LOADING:
            return "Loading torch…" if recording is None or is_waiting else _outcome(recording, provenance)
        case RunState.RUNNING:
            return "Running…" if recording is None else f"Running…{DOT}{len(recording):,} steps"
        case RunState.STOPPING:
            return "Stopping…"
        case RunState.IDLE:
            return "Ready" if recording is None else _outcome(recording, provenance)


def _outcome(recording: Recording, provenance: Provenance) -> str:
    if recording.outcome.kind is OutcomeKind.RUNNING:
        return _without_end(provenance)
    ending = recording.outcome.message.rstrip(".")
    match provenance:
        case Provenance.RUN:
            return ending
        case Provenance.FILE | Provenance.GROWING:
            return f"Recorded earlier{DOT}{ending[:1].lower()}{ending[1:]}"
        case Provenance.SHIPPED:
            return "Recorded in advance: press Run to run it here"


def _without_end(provenance: Provenance) -> str:
    match provenance:
        case Provenance.RUN:
            return "Running…"
        case Provenance.GROWING:
            return "Being recorded by another process…"
        case Provenance.FILE | Provenance.SHIPPED:
            return f"Recorded earlier{DOT}cut off before its end"


def count_sentence(recording: Recording | None) -> str:
    """Return e.g. ``5 ops, 7 backward steps, 12 tensors``."""
    if recording is None or not recording.steps:
        return ""
    counts = dict.fromkeys(Phase, 0)
    for step in recording.steps:
        counts[step.phase] += 1
    return counts_text(counts, len(recording.values))


def counts_text(counts: dict[Phase, int], tensors: int) -> str:
    """Return the counts of a recording in words."""
    parts = [_plural(counts[Phase.FORWARD], "op")]
    if counts[Phase.BACKWARD]:
        parts.append(_plural(counts[Phase.BACKWARD], "backward step"))
    if counts[Phase.OPTIMIZER]:
        parts.append(_plural(counts[Phase.OPTIMIZER], "update"))
    parts.append(_plural(tensors, "tensor"))
    return ", ".join(parts)


def memory_sentence(kept_bytes: int, budget_bytes: int) -> str:
    """Return e.g. ``0.4 of 512 MB recorded``."""
    if budget_bytes <= 0:
        return f"{bytes_text(kept_bytes)} recorded"
    if kept_bytes < 50_000:
        return f"{bytes_text(kept_bytes)} of {budget_bytes / 1e6:.0f} MB recorded"
    return f"{kept_bytes / 1e6:.1f} of {budget_bytes / 1e6:.0f} MB recorded"


def torch_sentence(recording: Recording | None) -> str:
    """Return e.g. ``torch 2.13.0 CPU``."""
    if recording is None or not recording.info.torch_version:
        return ""
    device = recording.info.device
    return f"torch {recording.info.torch_version.split('+')[0]} {device.upper() if device == 'cpu' else device}"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
