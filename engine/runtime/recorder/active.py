"""Which recorders run, for ``engine.log`` and ``engine.group``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Protocol

from engine.runtime.recorder.resolve.regions import GroupMark


class RunningRecorder(Protocol):
    """What takes what a program itself tells about it."""

    def log_number(self, name: str, number: float) -> None:
        """Record a number, if this thread is recorded."""
        ...

    def abandon(self) -> None:
        """Be as if it had never begun: this is a process that the program forked."""
        ...

    def begin_group(self, mark: GroupMark) -> None:
        """Record that a group begins, if this thread is recorded."""
        ...

    def end_group(self, mark: GroupMark) -> None:
        """Record that a group ends."""
        ...


class RunningRecorders:
    """The recorders of this process that are inside of their ``with`` block, the outermost first."""

    def __init__(self) -> None:
        self._running: list[RunningRecorder] = []

    def __bool__(self) -> bool:
        return bool(self._running)

    @contextmanager
    def holding(self, recorder: RunningRecorder) -> Iterator[None]:
        """Count ``recorder`` among the running ones inside of the ``with`` block."""
        self._running.append(recorder)
        try:
            yield
        finally:
            if recorder in self._running:
                self._running.remove(recorder)

    def abandon(self) -> None:
        """Let none of them record in a process that was forked from theirs: what it computes is its own."""
        for recorder in reversed(tuple(self._running)):
            recorder.abandon()
        self._running.clear()

    def log_number(self, name: str, number: float) -> None:
        """Give a number to each of them."""
        for recorder in tuple(self._running):
            recorder.log_number(name, number)

    @contextmanager
    def in_group(self, name: str, code: CodeType, instruction: int) -> Iterator[None]:
        """Have what runs inside of the ``with`` block be a group, for each of them."""
        marks = [(recorder, GroupMark(name, code, instruction)) for recorder in self._running]
        for recorder, mark in marks:
            recorder.begin_group(mark)
        try:
            yield
        finally:
            for recorder, mark in marks:
                recorder.end_group(mark)


RUNNING = RunningRecorders()
"""Those of this process: a recorder replaces functions of torch, so it concerns the whole process as well."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=RUNNING.abandon)
