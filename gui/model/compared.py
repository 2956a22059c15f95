"""What the recording shown is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.compare import Comparison
from engine.graph import Iteration
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording


@dataclass(frozen=True, slots=True)
class Compared:
    """Another recording: what it is called, and for each step of the one shown its partner there, if there is one.

    ``comparison`` is all of how the two differ, where it was worked out. ``is_before`` says that the other one is the
    first of the two: what only the one shown has was added. ``iterations`` are those of one recording that are
    compared, the one shown first; None where two recordings are.
    """

    name: str
    recording: Recording
    partners: Sequence[StepIndex | None]
    comparison: Comparison | None = None
    is_before: bool = False
    iterations: tuple[Iteration, Iteration] | None = None
