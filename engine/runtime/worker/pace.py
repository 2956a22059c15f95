"""How often the recorder is drained: often enough to lose little and to hold little, seldom enough to cost little."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

LOOK_NS = 20_000_000
"""While a statement runs, it is looked this often whether a drain is due."""
GAP_NS = 100_000_000
"""Drains inside a statement are at least this far apart, unless the log is long."""
REST = 4
"""After a drain the program runs at least this many times as long before the next one inside a statement ..."""
LONG_LOG = 4000
"""... unless so many calls wait: resolving them takes some 0.1 s, for which Stop and the window have to wait ..."""
MUCH_HELD_BYTES = 200_000_000
"""... or they hold so much memory, however short ago the last drain was."""
LOOK_SHARE = 20
"""Finding out how much they hold may take one part in this many of the time; its own computing counts, not how long a
busy machine let it wait: else one long wait would let memory grow for as long again."""
FREE_NS = 100_000_000
"""Drains between statements may take this long in sum, whatever the program takes."""
SHARE = 5
"""Beyond that they may take one part in this many of the time."""
STUCK_NS = 2_000_000_000
"""When no drain came for this long though something was recorded, the main thread waits for other threads."""
USUAL_HELD_BYTES = 4_000_000_000
"""Most bytes of tensors that may wait where the system does not tell how much memory there is."""


class Backlog(Protocol):
    """What a recorder has waiting."""

    def waiting_records(self) -> int:
        """Return about how many calls of torch wait for the next drain."""
        ...

    def held_bytes(self) -> int:
        """Return about how many bytes of tensors wait for the next drain; takes a while for a long log."""
        ...


class Pace:
    """Says when a drain is due, from what drains took so far. Times are in nanoseconds."""

    def __init__(self) -> None:
        self._started_ns = time.perf_counter_ns()
        self._spent_ns = 0
        self._last_cost_ns = 0
        self._last_end_ns = self._started_ns
        self._next_look_ns = self._started_ns

    @property
    def spent_ns(self) -> int:
        """How long all drains took so far."""
        return self._spent_ns

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Count the ``with`` block as a drain."""
        began_ns = time.perf_counter_ns()
        try:
            yield
        finally:
            self._last_end_ns = time.perf_counter_ns()
            self._last_cost_ns = self._last_end_ns - began_ns
            self._spent_ns += self._last_cost_ns

    def is_cheap(self) -> bool:
        """Whether drains took little of the time so far, so that one may come between two statements."""
        elapsed_ns = time.perf_counter_ns() - self._started_ns
        return self._spent_ns < FREE_NS + elapsed_ns // SHARE

    def is_due(self, backlog: Backlog) -> bool:
        """Whether a drain should come inside of a statement."""
        if backlog.waiting_records() >= LONG_LOG:
            return True
        waited_ns = time.perf_counter_ns() - self._last_end_ns
        return waited_ns >= max(GAP_NS, REST * self._last_cost_ns) or self._holds_much(backlog)

    def is_overfull(self, backlog: Backlog, most_records: int) -> bool:
        """Whether more waits than should, because no drain comes: other threads work and the main thread waits."""
        waiting = backlog.waiting_records()
        if not waiting or time.perf_counter_ns() - self._last_end_ns < STUCK_NS:
            return False
        return waiting > most_records or backlog.held_bytes() > most_held_bytes()

    def _holds_much(self, backlog: Backlog) -> bool:
        if time.perf_counter_ns() < self._next_look_ns:
            return False
        cost_ns = -time.thread_time_ns()
        holds_much = backlog.held_bytes() >= MUCH_HELD_BYTES
        cost_ns += time.thread_time_ns()
        self._next_look_ns = time.perf_counter_ns() + LOOK_SHARE * cost_ns
        return holds_much


def most_held_bytes() -> int:
    """Return half of the memory of this machine."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return USUAL_HELD_BYTES
    return total // 2
