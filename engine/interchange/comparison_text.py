"""A comparison of two recordings as text for a terminal."""

from collections.abc import Sequence

from engine.compare import ChangeKind, Comparison, Difference, StepChange
from engine.trace.numbers import duration_text, number_text, steps_text
from engine.trace.recording import Recording

MOST_ROWS = 40
_HEAD = ("A", "B", "phase", "name", "line", "time A", "time B", "B/A", "|a-b|", "relative", "")


def comparison_text(comparison: Comparison, a: Recording, b: Recording, most_rows: int = MOST_ROWS) -> str:
    """Return what differs, and the table of the steps that differ most (all that changed come first, in order)."""
    shown = ranked(comparison)
    rows = [_HEAD, *(_row(change) for change in shown[:most_rows])]
    more = [f"... and {len(shown) - most_rows:,} more"] if len(shown) > most_rows else []
    table = [*_columns(rows), *more] if shown else []
    parts = [_sides(a, b), _summary(comparison), _decisions(comparison), table]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def ranked(comparison: Comparison) -> list[StepChange]:
    """Return the steps: first those that are not kept, in order; then the others, the largest difference first."""
    changed = [change for change in comparison.changes if change.kind is not ChangeKind.KEPT]
    kept = [change for change in comparison.changes if change.kind is ChangeKind.KEPT]
    kept.sort(key=lambda change: (-change.relative, -max(change.a_ns or 0, change.b_ns or 0)))
    return [*changed, *kept]


def verdict(comparison: Comparison, first_number: int = 0, things: str = "recordings") -> str:
    """Return one sentence about the whole; the first step is called ``first_number``, what is compared ``things``."""
    if comparison.is_same:
        return f"The {things} are the same within the tolerance."
    if comparison.first_difference is None:
        if comparison.outcome_a.kind is not comparison.outcome_b.kind:
            return "All steps are the same within the tolerance, but the runs ended differently."
        return "All steps are the same within the tolerance, but decisions went the other way."
    first = comparison.changes[comparison.first_difference]
    where = "" if first.span is None else f", line {first.span.line}"
    side, number = ("B", first.b) if first.a is None else ("A", first.a)
    place = f"step {(number or 0) + first_number} of {side}"
    return f"They differ first at {place} ({first.name}{where}): {kind_text(first)}."


def kind_text(change: StepChange) -> str:
    """Return what became of a step, in words."""
    match change.kind:
        case ChangeKind.ADDED:
            return "only in B"
        case ChangeKind.REMOVED:
            return "only in A"
        case ChangeKind.RESHAPED:
            return "; ".join(change.notes)
        case ChangeKind.CHANGED:
            return "other values" if _is_beyond(change.outputs) else "other gradients"
        case ChangeKind.KEPT:
            return ""


def difference_text(difference: float, *, is_at_least: bool = False) -> str:
    """Return a difference with few digits; ``≥`` says that it is a lower bound."""
    text = number_text(difference, 3)
    return f"≥ {text}" if is_at_least and difference else text


def _is_beyond(difference: Difference | None) -> bool:
    return difference is not None and difference.absolute > 0


def _sides(a: Recording, b: Recording) -> list[str]:
    rows = [
        (name, recording.info.filename, recording.info.device, steps_text(len(recording)), recording.outcome.message)
        for name, recording in (("A", a), ("B", b))
    ]
    return _columns(rows)


def _summary(comparison: Comparison) -> list[str]:
    counts = [
        (ChangeKind.KEPT, "the same"),
        (ChangeKind.CHANGED, "with other values"),
        (ChangeKind.RESHAPED, "with another shape or type"),
        (ChangeKind.REMOVED, "only in A"),
        (ChangeKind.ADDED, "only in B"),
    ]
    total_a = sum(change.a_ns or 0 for change in comparison.changes)
    total_b = sum(change.b_ns or 0 for change in comparison.changes)
    ratio = f", B/A {total_b / total_a:.2f}" if total_a else ""
    return [
        verdict(comparison),
        "Steps: " + ", ".join(f"{comparison.count(kind):,} {text}" for kind, text in counts) + ".",
        f"Time in steps: A {duration_text(total_a)}, B {duration_text(total_b)}{ratio}.",
    ]


def _decisions(comparison: Comparison) -> list[str]:
    lines = []
    for change in comparison.decisions:
        where = "" if change.a.span is None else f"Line {change.a.span.line}: "
        texts = " / ".join(dict.fromkeys(text for text in (change.a.text, change.b.text) if text))
        told = f" ({texts})" if texts else ""
        lines.append(f"{where}{change.a.kind.value} was {change.a.outcome} in A and {change.b.outcome} in B{told}.")
    return lines


def _row(change: StepChange) -> tuple[str, ...]:
    parts = [part for part in (change.outputs, change.gradients) if part is not None]
    is_at_least = any(part.is_at_least for part in parts)
    return (
        "" if change.a is None else str(change.a),
        "" if change.b is None else str(change.b),
        change.phase.value,
        change.name,
        "" if change.span is None else str(change.span.line),
        "" if change.a_ns is None else duration_text(change.a_ns),
        "" if change.b_ns is None else duration_text(change.b_ns),
        "" if change.ratio is None else f"{change.ratio:.2f}",
        difference_text(change.absolute, is_at_least=is_at_least) if parts else "",
        difference_text(change.relative, is_at_least=is_at_least) if parts else "",
        kind_text(change),
    )


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return [line.rstrip() for line in lines]
