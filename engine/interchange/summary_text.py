"""What is in a recording, as text for a terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence

from engine.trace.costs import total_cost
from engine.trace.facts import Phase, Role, Step
from engine.trace.ids import ValueId
from engine.trace.numbers import bytes_text, duration_text, number_text
from engine.trace.recording import Recording
from engine.trace.tensors import element_count, type_text
from engine.trace.whereabouts import decision_place, decision_text

FIRST_STEPS = 20
MAX_PARAMETERS = 12
MAX_DECISIONS = 12
_INDENT = "  "


def summary_text(recording: Recording) -> str:
    """Return outcome, counts, parameters, metrics and the first steps, with aligned columns."""
    sections = (
        _head(recording),
        _parameters(recording),
        _metrics(recording),
        _decisions(recording),
        _steps(recording),
    )
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def one_line(recording: Recording) -> str:
    """Return the counts in one line, e.g. ``4 forward, 5 backward and 0 optimizer steps, 10 values (104 B kept)``."""
    counts = Counter(step.phase for step in recording.steps)
    phases = [f"{counts[phase]} {phase.value}" for phase in Phase]
    values = f"{len(recording.values)} values ({bytes_text(_kept_bytes(recording))} kept)"
    return f"{phases[0]}, {phases[1]} and {phases[2]} steps, {values}"


def _head(recording: Recording) -> list[str]:
    info = recording.info
    counts = Counter(step.phase for step in recording.steps)
    rows = [
        ("Program", info.filename),
        ("Outcome", recording.outcome.message),
        *(("Note", stop.message) for stop in recording.stops),
        ("Device", info.device),
        ("Versions", ", ".join(_versions(recording)) or "unknown"),
        ("Steps", ", ".join([str(len(recording.steps)), *(f"{counts[phase]} {phase.value}" for phase in Phase)])),
        ("Values", f"{len(recording.values)}, {bytes_text(_kept_bytes(recording))} of numbers kept"),
        ("Autograd", f"{_counted(len(recording.grad_nodes), 'node')}, {_counted(len(recording.grad_edges), 'edge')}"),
        ("Backward", _counted(len(recording.backward_calls), "call")),
        *_costs(recording),
    ]
    return columns(rows, indent="")


def _costs(recording: Recording) -> Iterator[tuple[str, str]]:
    total = total_cost(recording)
    if total.steps:
        yield "Cost", total.text


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _versions(recording: Recording) -> Iterator[str]:
    if recording.info.torch_version:
        yield f"torch {recording.info.torch_version}"
    if recording.info.python_version:
        yield f"Python {recording.info.python_version}"


def _kept_bytes(recording: Recording) -> int:
    facts = (recording.data(value.id) for value in recording.values)
    return sum(fact.nbytes for fact in facts if fact is not None and fact.absence is None)


def _parameters(recording: Recording) -> list[str]:
    first_versions = [
        value
        for value in recording.values
        if value.role is Role.PARAMETER and recording.versions(value.tensor)[0] == value.id
    ]
    if not first_versions:
        return []
    total = sum(element_count(value.shape) for value in first_versions)
    rows = [(value_text(recording, value.id), type_text(value)) for value in first_versions[:MAX_PARAMETERS]]
    return [
        f"Parameters: {len(first_versions)} with {total:,} numbers",
        *columns(rows),
        *_more(first_versions, MAX_PARAMETERS),
    ]


def _metrics(recording: Recording) -> list[str]:
    by_name: dict[str, list[float]] = {}
    for metric in recording.metrics:
        by_name.setdefault(metric.name, []).append(metric.number)
    if not by_name:
        return []
    rows = [
        (name, f"{len(numbers)}x", f"{number_text(numbers[0])} → {number_text(numbers[-1])}")
        for name, numbers in by_name.items()
    ]
    return ["Metrics (first → last)", *columns(rows)]


def _decisions(recording: Recording) -> list[str]:
    if not recording.decisions:
        return []
    shown = recording.decisions[:MAX_DECISIONS]
    rows = [(decision_place(recording, one), f"step {one.step}", decision_text(one)) for one in shown]
    return [
        f"Decisions that depended on a tensor: {len(recording.decisions):,}",
        *columns(rows),
        *_more(recording.decisions, MAX_DECISIONS),
    ]


def _steps(recording: Recording) -> list[str]:
    if not recording.steps:
        return []
    shown = recording.steps[:FIRST_STEPS]
    rows = [("step", "phase", "name", "line", "time", "result"), *(_step_row(recording, step) for step in shown)]
    return [*columns(rows, indent=""), *_more(recording.steps, FIRST_STEPS)]


def _step_row(recording: Recording, step: Step) -> tuple[str, ...]:
    results = [value for value in step.outputs if value is not None]
    return (
        str(step.index),
        step.phase.value,
        step.name,
        "" if step.span is None else str(step.span.line),
        duration_text(step.duration_ns),
        ", ".join(f"{value_text(recording, value)} {type_text(recording.values[value])}" for value in results[:3]),
    )


def step_line(recording: Recording, step: Step) -> str:
    """Return one step in one line, for a list that grows."""
    index, phase, name, line, duration, result = _step_row(recording, step)
    place = f"line {line}" if line else ""
    return f"{index:>6}  {phase:<9}  {name:<20}  {place:<9}  {duration:>9}  {result}".rstrip()


def value_text(recording: Recording, value: ValueId) -> str:
    """Return the first name of a value, or a made-up one with its number, e.g. ``linear_2 #12``."""
    names = recording.names(value)
    return names[0] if names else f"{recording.shown_name(value)} #{value}"


def _more(facts: Sequence[object], shown: int) -> list[str]:
    return [f"{_INDENT}... and {len(facts) - shown} more"] if len(facts) > shown else []


def columns(rows: Sequence[tuple[str, ...]], indent: str = _INDENT) -> list[str]:
    """Return rows of cells as lines with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return [(indent + line).rstrip() for line in padded]
