"""Which recorders run, for ``engine.log``."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class NumberLog(Protocol):
    """What takes the numbers that a program logs."""

    def log_number(self, name: str, number: float) -> None:
        """Record a number, if this thread is recorded."""
        ...


class RunningRecorders:
    """The recorders of this process that are inside of their ``with`` block, the outermost first."""

    def __init__(self) -> None:
        self._running: list[NumberLog] = []

    def __bool__(self) -> bool:
        return bool(self._running)

    @contextmanager
    def holding(self, recorder: NumberLog) -> Iterator[None]:
        """Count ``recorder`` among the running ones inside of the ``with`` block."""
        self._running.append(recorder)
        try:
            yield
        finally:
            self._running.remove(recorder)

    def log_number(self, name: str, number: float) -> None:
        """Give a number to each of them."""
        for recorder in tuple(self._running):
            recorder.log_number(name, number)


RUNNING = RunningRecorders()
"""Those of this process: a recorder replaces functions of torch, so it concerns the whole process as well."""
