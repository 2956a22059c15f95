"""A comparison of two recordings as JSON: format ``chainrule-compare``, version 1, described in INSPECT.md."""

import math

from engine.compare import ChangeKind, Comparison, Difference, StepChange
from engine.interchange.json_type import Json
from engine.trace.control import Decision

FORMAT = "chainrule-compare"
VERSION = 1


def comparison_json(comparison: Comparison) -> dict[str, Json]:
    """Return everything that a comparison says; numbers that are not finite are the strings of ``inspect --json``."""
    first = comparison.first_difference
    return {
        "format": FORMAT,
        "version": VERSION,
        "same": comparison.is_same,
        "counts": {kind.value: comparison.count(kind) for kind in ChangeKind},
        "first_difference": first,
        "outcomes": [comparison.outcome_a.message, comparison.outcome_b.message],
        "decisions": [{"a": _decision(change.a), "b": _decision(change.b)} for change in comparison.decisions],
        "steps": [_step(change) for change in comparison.changes],
    }


def _step(change: StepChange) -> Json:
    return {
        "change": change.kind.value,
        "a": change.a,
        "b": change.b,
        "name": change.name,
        "phase": change.phase.value,
        "file": None if change.span is None else change.span.file,
        "line": None if change.span is None else change.span.line,
        "a_ns": change.a_ns,
        "b_ns": change.b_ns,
        "is_device_time": change.is_device_time,
        "outputs": _difference(change.outputs),
        "gradients": _difference(change.gradients),
        "notes": list(change.notes),
    }


def _difference(difference: Difference | None) -> Json:
    if difference is None:
        return None
    return {
        "absolute": _finite(difference.absolute),
        "relative": _finite(difference.relative),
        "is_at_least": difference.is_at_least,
    }


def _finite(number: float) -> float | str:
    return number if math.isfinite(number) else str(number)


def _decision(decision: Decision) -> Json:
    return {
        "step": decision.step,
        "kind": decision.kind.value,
        "line": None if decision.span is None else decision.span.line,
        "outcome": decision.outcome,
        "text": decision.text,
    }
