"""What steps cost, as a table for a terminal."""

from engine.interchange.summary_text import columns, value_text
from engine.trace.costs import CostKind, amount, clock_text, ranked_steps, total_cost
from engine.trace.execution import Clock
from engine.trace.facts import Phase
from engine.trace.numbers import bytes_text, duration_text, flops_text
from engine.trace.recording import Recording

MOST_STEPS = 20
NONE_RECORDED = "No costs were recorded.\n"


def costs_text(recording: Recording, kind: CostKind = CostKind.TIME) -> str:
    """Return sums over each phase and the most expensive steps, ranked by ``kind``."""
    ranked = ranked_steps(recording, kind)
    if not ranked:
        return NONE_RECORDED
    total = sum(amount(cost, kind) for _, cost in ranked)
    rows = [("step", "phase", "name", "line", "time", "share", "operations", "moved", "result")]
    for step, cost in ranked[:MOST_STEPS]:
        share = amount(cost, kind) / total if total else 0.0
        result = next((value_text(recording, value) for value in step.outputs if value is not None), "")
        rows.append(
            (
                str(step.index),
                step.phase.value,
                step.name,
                "" if step.span is None else str(step.span.line),
                duration_text(cost.duration_ns),
                f"{share:.1%}",
                "unknown" if cost.flops is None else flops_text(cost.flops),
                bytes_text(cost.read_bytes + cost.written_bytes),
                result,
            )
        )
    lines = [*_totals(recording), "", f"Most expensive steps by {kind.value}", *columns(rows, indent="")]
    if len(ranked) > MOST_STEPS:
        lines.append(f"... and {len(ranked) - MOST_STEPS:,} more")
    launched = next((cost for _, cost in ranked if cost.clock is Clock.LAUNCH), None)
    if launched is not None:
        lines += ["", f"Some times are only those {clock_text(launched)}."]
    return "\n".join(lines) + "\n"


def _totals(recording: Recording) -> list[str]:
    rows = []
    for phase in Phase:
        total = total_cost(recording, phase)
        if total.steps:
            rows.append((phase.value.capitalize(), duration_text(total.duration_ns), total.text))
    return columns(rows, indent="")
