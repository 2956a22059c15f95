"""``chainrule compare``: two recordings side by side."""

from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import msgspec

from engine.commands.sources import open_recording
from engine.compare import Comparison, compare
from engine.interchange.comparison_json import comparison_json
from engine.interchange.comparison_text import comparison_text
from engine.trace.recording import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareOptions:
    """``chainrule compare``; ``tolerance`` None is that of each type of numbers."""

    a: Path
    b: Path
    as_json: bool = False
    tolerance: float | None = None


def compare_files(options: CompareOptions) -> tuple[str, int]:
    """Return what is to be printed, and the exit code: 0, or 1 when the recordings differ beyond the tolerance.

    Raises:
        CommandError: If one of them cannot be read.
    """
    a, b = open_recording(options.a), open_recording(options.b)
    comparison = compare(a, b, options.tolerance)
    if options.as_json:
        return msgspec.json.encode(comparison_json(comparison)).decode() + "\n", exit_code(comparison)
    return comparison_text(comparison, a, b), exit_code(comparison)


def tell_comparison(a: Recording, b: Recording, out: TextIO) -> int:
    """Write how two recordings made just now differ, and return the exit code."""
    comparison = compare(a, b)
    out.write(comparison_text(comparison, a, b))
    return exit_code(comparison)


def exit_code(comparison: Comparison) -> int:
    """Return 0 when nothing differs beyond the tolerance, else 1."""
    return 0 if comparison.is_same else 1
