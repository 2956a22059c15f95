"""Stretches of a program in which calls of torch are no steps."""

from dataclasses import dataclass
from enum import Enum, auto
from types import FrameType


class ScopeKind(Enum):
    """What goes on in a scope."""

    PASS = auto()
    """Nothing inside is looked at: a backward pass, an optimizer's own work, compiled code."""
    CREATE = auto()
    """Modules are built, moved or loaded: tensors are created and filled, without steps."""
    QUIET = auto()
    """Calls are no steps, but what they overwrite is kept: inside of a custom ``autograd.Function``."""

    ENGINE = auto()
    """The backward engine runs: what the person's code does there (hooks, ``backward`` of a custom function, a
    checkpoint) is recorded as anywhere else, what dispatch modes do with the operators of the engine is not."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One such stretch.

    ``frame`` is the call that it lasts for, where nothing tells its end (a constructor, a step that may raise); None
    where the recorder ends it itself.
    """

    kind: ScopeKind
    frame: FrameType | None = None


IN_ENGINE = Scope(ScopeKind.ENGINE)

COMPILED = Scope(ScopeKind.PASS)
"""Compiled code runs; what it calls outside of it may be recorded after all."""
