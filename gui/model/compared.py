"""What the recording shown is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.compare import Comparison
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording


@dataclass(frozen=True, slots=True)
class Compared:
    """Another recording: what it is called, and for each step of the one shown its partner there, if there is one.

    ``comparison`` is all of how the two differ, where it was worked out.
    """

    name: str
    recording: Recording
    partners: Sequence[StepIndex | None]
    comparison: Comparison | None = None
