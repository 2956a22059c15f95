"""Which recorder runs, for ``engine.log``."""

from contextvars import ContextVar

from engine.runtime.recorder.recorder import Recorder

ACTIVE: ContextVar[Recorder | None] = ContextVar("ACTIVE", default=None)
"""The innermost recorder of this context; whoever enters a recorder sets it."""
