"""Regions and decisions in words."""

from collections.abc import Iterator

from engine.trace.control import Decision, Region, RegionKind
from engine.trace.ids import RegionId
from engine.trace.recording import Recording


def regions_around(recording: Recording, region: RegionId | None) -> Iterator[Region]:
    """Yield a region and those around it, the innermost first."""
    while region is not None:
        fact = recording.regions[region]
        yield fact
        region = fact.parent


def region_text(region: Region) -> str:
    """Return what a region is, e.g. ``round 3 of for epoch in range(20)`` or ``train(), call 2``."""
    match region.kind:
        case RegionKind.ITERATION:
            return f"round {region.call + 1} of {region.name}"
        case RegionKind.FUNCTION:
            return f"{region.name}(), call {region.call + 1}"
        case RegionKind.GROUP:
            return f"group {region.name}"
        case RegionKind.COMPILED:
            return f"compiled {region.name}"
        case RegionKind.RECOMPUTED:
            return f"{region.name}, computed again"


def whereabouts(recording: Recording, region: RegionId | None) -> str:
    """Return where in the program a region lies, the outermost first, on one line; empty at top level."""
    return " › ".join(reversed([region_text(fact) for fact in regions_around(recording, region)]))


def decision_text(decision: Decision) -> str:
    """Return what was decided, e.g. ``while loss = 0.69 > 0.1 → yes``."""
    condition = f"{decision.kind.value} {decision.text}".strip()
    return f"{condition} → {'yes' if decision.outcome else 'no'}"


def outcome_text(decision: Decision) -> str:
    """Return which way a decision went, with the numbers that decided: ``True (loss = 0.69 > 0.1)``."""
    return f"{decision.outcome} ({decision.text})" if decision.text else f"{decision.outcome}"


def decision_place(recording: Recording, decision: Decision) -> str:
    """Return where a decision stands, e.g. ``line 12`` or ``layers.py, line 3``; empty when unknown."""
    span = decision.span
    if span is None:
        return ""
    file = "" if span.file == 0 else f"{recording.files[span.file].replace(chr(92), '/').rsplit('/', 1)[-1]}, "
    return f"{file}line {span.line}"
