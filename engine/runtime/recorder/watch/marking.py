"""The helpers that an instrumented program calls: they append to the log where the program is.

They run millions of times, so each appends at most one record, and none where nothing happened since the last: rounds
of a loop in which torch was not called are counted in place, and a function that did nothing leaves no trace. Where the
program has no room left on its stack they do nothing: the error is to come from the program's own call.
"""

import builtins
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np

from engine.program.instrument import MARKS_FILE, Helper
from engine.program.sites import ConditionSite, FunctionSite, HandlerSite, LoopSite, Site
from engine.runtime.recorder.log import CAUGHT, DECIDED, FUNCTION_ENTER, FUNCTION_LEAVE, LOOP_END, ROUND, Log

HelperFunction: TypeAlias = Callable[..., Any]

_LONGEST_LOG = 1_000_000
"""A log with more entries takes no more decisions: nothing drains it, as the program does not call torch."""
_MOST_NUMBERS = 100
_NUMBERS = (bool, int, float, complex)

_frame = sys._getframe  # noqa: SLF001 - the inspect module offers the same, a hundred times slower

_HAND_THROUGH = """
def decide(number, value):
    decided(number, value)
    return value

def tell(number, value):
    told(number, value)
    return value
"""
"""Compiled apart from this file: ``torch.compile`` looks into these two, and leaves out what they call."""


class LostMarks(list[Any]):
    """The log of a thread that is not recorded: it stays empty."""

    def extend(self, _record: object) -> None:
        """Take in nothing."""


class _Thread(threading.local):
    """Where the marks of the running thread go, and the numbers that its next decision is made by."""

    def __init__(self) -> None:
        self.log: Log = LostMarks()
        self.numbers: list[object] = []


class _Current:
    """The log of the only thread that is recorded, None while there is no or more than one: then each has its own.

    Asking for what belongs to the running thread takes as long as all the rest of a mark.
    """

    __slots__ = ("log", "owner", "thread")

    def __init__(self) -> None:
        self.log: Log | None = None
        self.owner: int | None = None
        self.thread = _Thread()


class ProgramMarks:
    """The sites of all instrumented texts of this process, and the helpers that their marks call.

    The helpers are builtins, as marked functions may be called from anywhere and long after their recording.

    Attributes:
        sites: What the marks name by their position.
    """

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self._current = _Current()
        self._silent: frozenset[HelperFunction] = frozenset()

    @property
    def silent(self) -> frozenset[HelperFunction]:
        """The helpers that compiled code is to leave out."""
        return self._silent

    def install(self) -> None:
        """Make the helpers known to every program; once is enough."""
        if self._silent:
            return
        helpers = {**_functions(self.sites, self._current), **_loops(self.sites, self._current)}
        helpers |= _decisions(self.sites, self._current)
        self._silent = frozenset(helpers.values())
        through = {"decided": helpers.pop(Helper.DECIDE), "told": helpers.pop(Helper.NUMBER)}
        exec(compile(_HAND_THROUGH, MARKS_FILE, "exec"), through)  # noqa: S102 - the text above
        helpers |= {Helper.DECIDE: through["decide"], Helper.NUMBER: through["tell"]}
        for name, helper in helpers.items():
            setattr(builtins, name.value, helper)  # a plain string: others make every look-up of a builtin slow

    @contextmanager
    def going_to(self, log: Log) -> Iterator[None]:
        """Have the marks of this thread go to ``log`` inside of the ``with`` block."""
        current, here = self._current, threading.get_ident()
        outer, owner = current.thread.log, current.owner
        current.thread.log = log
        if owner is None:
            current.owner, current.log = here, log
        elif owner != here:
            current.log = None
        elif current.log is not None:
            current.log = log
        try:
            yield
        finally:
            current.thread.log = outer
            if owner is None:
                current.owner = current.log = None
            elif current.log is not None:
                current.log = outer


def _functions(  # noqa: C901 - a row of small functions
    sites: list[Any], current: _Current
) -> dict[Helper, HelperFunction]:
    """Return the helpers that say which function the program is in."""

    def enter(number: int) -> None:
        try:
            site: FunctionSite = sites[number]
            call = next(site.calls)
            log = current.log
            if log is None:
                log = current.thread.log
            if not site.has_frame:
                log.extend((FUNCTION_ENTER, site, 0, call))
                return
            frame = id(_frame(1))
            log.extend((FUNCTION_ENTER, site, frame, call))
            if site.pauses:
                site.running[frame] = call
                site.paused.pop(frame, None)
        except RecursionError:
            return  # no room for a mark

    def leave(number: int) -> None:
        try:
            site: FunctionSite = sites[number]
            log = current.log
            if log is None:
                log = current.thread.log
            frame = id(_frame(1)) if site.has_frame else 0
            if len(log) > 3 and log[-3] is site and log[-2] == frame:
                del log[-4:]
            elif site.pauses and _is_empty_round(log, site, frame):
                site.paused[frame] = (log[-2], log[-1])
                del log[-7:]
            else:
                log.extend((FUNCTION_LEAVE, site, frame))
        except RecursionError:
            return  # no room for a mark

    def resume(number: int) -> None:
        try:
            site: FunctionSite = sites[number]
            frame = id(_frame(1))
            log = current.log or current.thread.log
            log.extend((FUNCTION_ENTER, site, frame, site.running.get(frame, 0)))
            if frame in site.paused:
                log.extend((ROUND, *site.paused.pop(frame)))
        except RecursionError:
            return  # no room for a mark

    return {Helper.ENTER: enter, Helper.LEAVE: leave, Helper.RESUME: resume}


def _loops(  # noqa: C901 - a row of small functions
    sites: list[Any], current: _Current
) -> dict[Helper, HelperFunction]:
    """Return the helpers that say which round of a loop the program is in."""

    def begin_round(number: int) -> None:
        site: LoopSite = sites[number]
        log = current.log
        if log is None:
            log = current.thread.log
        try:
            if log[-2] is site:
                log[-1] += 1
                return
        except IndexError:
            pass  # the log has just been drained
        log.extend((ROUND, site, 1))

    def end(number: int) -> None:
        try:
            site: LoopSite = sites[number]
            log = current.thread.log
            if len(log) > 2 and log[-2] is site:
                del log[-3:]
                if _has_just_begun(log, site.function, site.outer):
                    return
            log.extend((LOOP_END, site))
        except RecursionError:
            return  # no room for a mark

    def catch(number: int) -> None:
        try:
            site: HandlerSite = sites[number]
            log = current.thread.log
            if not _has_just_begun(log, site.function, site.loops[-1] if site.loops else None):
                log.extend((CAUGHT, site, id(_frame(1))))
        except RecursionError:
            return  # no room for a mark

    return {Helper.ROUND: begin_round, Helper.ENDED: end, Helper.BACK: catch}


def _is_empty_round(log: Log, site: FunctionSite, frame: int) -> bool:
    """Whether the last two records begin this call and rounds of a loop in it."""
    return len(log) > 6 and log[-6] is site and log[-5] == frame and log[-3] == ROUND and log[-2].function is site


def _has_just_begun(log: Log, function: FunctionSite | None, loop: LoopSite | None) -> bool:
    """Whether the last record begins a round of ``loop``, or without a loop a call of ``function``."""
    if loop is not None:
        return len(log) > 2 and log[-2] is loop
    return function is not None and len(log) > 3 and log[-3] is function


def _decisions(sites: list[Any], current: _Current) -> dict[Helper, HelperFunction]:
    """Return the helpers that say which way the program goes."""

    def told(_number: int, value: object) -> None:
        try:
            numbers = current.thread.numbers
            if len(numbers) > _MOST_NUMBERS:  # left over from conditions that raised
                del numbers[:-2]
            numbers.append(value if type(value) in _NUMBERS else None)
        except RecursionError:
            return  # no room for a mark

    def decided(number: int, value: object) -> None:
        try:
            site: ConditionSite = sites[number]
            log, numbers, count = current.thread.log, current.thread.numbers, sum(site.told)
            known = tuple(numbers[len(numbers) - count :]) if count else (value,)
            if count:
                del numbers[-count:]
            if len(log) < _LONGEST_LOG and (type(value) in _NUMBERS or isinstance(value, np.bool_ | np.number)):
                log.extend((DECIDED, site, bool(value), known))
        except RecursionError:
            return  # no room for a mark

    return {Helper.DECIDE: decided, Helper.NUMBER: told}


MARKS = ProgramMarks()
"""Those of this process: a marked function may outlive its recording."""
