"""One training step of a model from a library: built from its configuration, without weights."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from torch import Tensor

Results: TypeAlias = dict[str, Tensor]
"""What a step leaves: loss, outputs, gradients, changed parameters."""
Step: TypeAlias = Callable[[], Results]


@dataclass(frozen=True, slots=True)
class Sample:
    """``build`` makes a fresh model (the same with the same seed) and returns its training step."""

    library: str
    name: str
    build: Callable[[], Step]
