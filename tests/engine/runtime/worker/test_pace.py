"""When a drain is due."""

import pytest

from engine.runtime.worker import pace as pace_module
from engine.runtime.worker.pace import GAP_NS, LONG_LOG, LOOK_SHARE, MUCH_HELD_BYTES, REST, Pace

MS = 1_000_000


class Clock:
    """Time that passes when the test says so."""

    def __init__(self):
        self.now_ns = self.computed_ns = 0

    def perf_counter_ns(self):
        return self.now_ns

    def thread_time_ns(self):
        return self.computed_ns

    def wait(self, wait_ns):
        self.now_ns += wait_ns

    def compute(self, cost_ns):
        self.now_ns += cost_ns
        self.computed_ns += cost_ns


class Backlog:
    """What waits; a look at how much it holds may cost computing, or wait for the machine."""

    def __init__(self, records=1, held_bytes=0, look=lambda: None):
        self.records, self.held, self.look = records, held_bytes, look
        self.looks = 0

    def waiting_records(self):
        return self.records

    def held_bytes(self):
        self.looks += 1
        self.look()
        return self.held


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(pace_module, "time", made)
    return made


@pytest.fixture
def pace(clock):
    """Just after a drain that took half a second, so that time alone makes none due for long."""
    made = Pace()
    with made.measured():
        clock.compute(500 * MS)
    return made


def test_drains_leave_the_program_its_time(clock, pace):
    clock.wait(REST * 500 * MS - 1)
    assert not pace.is_due(Backlog())
    clock.wait(1)
    assert pace.is_due(Backlog())


def test_cheap_drains_have_a_gap(clock):
    pace = Pace()
    clock.wait(GAP_NS - 1)
    assert not pace.is_due(Backlog())
    clock.wait(1)
    assert pace.is_due(Backlog())


def test_a_long_log_is_due_at_once(pace):
    assert pace.is_due(Backlog(records=LONG_LOG))
    assert not pace.is_due(Backlog(records=LONG_LOG - 1))


def test_much_memory_is_due_at_once(pace):
    assert pace.is_due(Backlog(held_bytes=MUCH_HELD_BYTES))


def test_looks_at_memory_take_a_small_share_of_the_time(clock, pace):
    backlog = Backlog(look=lambda: clock.compute(5 * MS))
    assert not pace.is_due(backlog)
    clock.wait(LOOK_SHARE * 5 * MS - 1)
    assert not pace.is_due(backlog)
    assert backlog.looks == 1
    clock.wait(1)
    assert not pace.is_due(backlog)
    assert backlog.looks == 2


def test_a_look_that_had_to_wait_for_the_machine_does_not_put_off_the_next(clock, pace):
    backlog = Backlog(look=lambda: clock.wait(200 * MS))
    assert not pace.is_due(backlog)
    clock.wait(1)
    assert not pace.is_due(backlog)
    assert backlog.looks == 2
