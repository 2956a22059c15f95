"""How a run ended, as a fact and as the sentence that a person reads."""

from enum import StrEnum

import msgspec

from engine.trace.facts import Span


class OutcomeKind(StrEnum):
    """The ways in which a run can end."""

    FINISHED = "finished"
    FAILED = "failed"
    """An exception, a syntax error included."""
    EXITED = "exited"
    """``sys.exit`` or ``os._exit`` with a code."""
    STOPPED = "stopped"
    """The person pressed Stop."""
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    CRASHED = "crashed"
    """A signal such as a segmentation fault, or a lost connection."""
    RUNNING = "running"
    """Not ended yet; in a file: the writer died."""


class Outcome(msgspec.Struct, frozen=True):
    """How a run ended.

    ``message`` is one whole sentence for a person, ``detail`` e.g. the traceback as Python prints it, ``line`` the
    1-based line of the program to look at, ``span`` the failing sub-expression, ``error_type`` the exception's class
    name.
    """

    kind: OutcomeKind
    message: str
    line: int | None = None
    span: Span | None = None
    error_type: str = ""
    detail: str = ""
    exit_code: int | None = None

    def __str__(self) -> str:
        return self.message

    @property
    def succeeded(self) -> bool:
        """Whether the program ended by itself without an error."""
        return self.kind is OutcomeKind.FINISHED or (self.kind is OutcomeKind.EXITED and self.exit_code == 0)
