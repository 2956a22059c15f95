"""What is said of the curves of a training run, and what curves look like to those who read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class AdviceKind(Enum):
    """What was noticed."""

    NOT_FINITE = "not finite"
    DEAD = "dead"
    SATURATED = "saturated"
    VANISHING = "vanishing"
    LARGE_UPDATES = "large updates"
    SMALL_UPDATES = "small updates"
    OVERFITTING = "overfitting"
    PLATEAU = "plateau"
    LEARNED = "learned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One thing that the curves say.

    Attributes:
        kind: What was noticed.
        sentence: What, as one sentence with its numbers.
        hint: What to try; may be empty.
        since: The iteration from which on it is so.
        rate: A learning rate to try instead; None: another one would not help.
    """

    kind: AdviceKind
    sentence: str
    hint: str = ""
    since: int
    rate: float | None = None


class Series(Protocol):
    """One curve: numbers at rising iterations."""

    @property
    def iterations(self) -> npt.NDArray[np.int64]:
        """The iterations."""
        ...

    @property
    def numbers(self) -> Floats:
        """As many numbers."""
        ...

    @property
    def smoothed(self) -> Floats:
        """Their running mean."""
        ...


class Curves(Protocol):
    """The curves of a run, named like ``engine.training.facts.Points``."""

    def get(self, name: str) -> Series | None:
        """Return a curve."""
        ...

    def family(self, prefix: str) -> Sequence[tuple[str, Series]]:
        """Return the curves ``PREFIX/MEMBER`` by member."""
        ...
