"""The plan to end a run, on a clock that the test turns."""

import pytest

from engine.protocol.request import RunRequest
from engine.session.active_run import HURRIED, Action, ActiveRun
from engine.session.outcomes import StopReason
from engine.session.segment import MappedSegment


class Clock:
    now_s = 0.0

    def __call__(self) -> int:
        return int(self.now_s * 1e9)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make_run(clock):
    segment = MappedSegment(1000)
    yield lambda **limits: ActiveRun(request=RunRequest(program="", **limits), segment=segment, clock=clock)
    segment.close()


def actions_at(run, clock, *times):
    found = []
    for clock.now_s in times:
        found.append(run.due_actions())
    return found


def test_stopping_gets_harder(make_run, clock):
    run = make_run()
    clock.now_s = 5
    run.stop(StopReason.PERSON)
    assert actions_at(run, clock, 5, 5.5, 6, 6.4, 6.5, 9) == [
        [Action.INTERRUPT], [], [Action.TERMINATE], [], [Action.KILL], []
    ]  # fmt: skip


def test_the_time_limit_stops(make_run, clock):
    run = make_run(time_limit_s=2)
    assert run.seconds_to_next_action() == 2
    assert actions_at(run, clock, 1.9, 2) == [[], [Action.INTERRUPT]]
    assert run.stop_reason is StopReason.TIME_LIMIT
    assert run.seconds_to_next_action() == pytest.approx(1)


def test_without_limits_nothing_is_due(make_run, clock):
    run = make_run()
    assert actions_at(run, clock, 1e6) == [[]]
    assert run.seconds_to_next_action() is None


def test_the_first_reason_counts(make_run, clock):
    run = make_run(time_limit_s=1)
    run.stop(StopReason.PERSON)
    run.stop(StopReason.MEMORY_LIMIT)
    clock.now_s = 3
    run.due_actions()
    assert run.stop_reason is StopReason.PERSON


def test_a_second_stop_can_only_hurry(make_run, clock):
    run = make_run()
    run.stop(StopReason.PERSON)
    assert run.due_actions() == [Action.INTERRUPT]
    run.stop(StopReason.PERSON, HURRIED)
    assert actions_at(run, clock, 0, 0.3, 0.5) == [[], [Action.TERMINATE], [Action.KILL]]
    run.stop(StopReason.PERSON)
    assert actions_at(run, clock, 10) == [[]]


def test_memory_counts_from_the_idle_worker(make_run):
    run = make_run(memory_limit_mb=100)
    run.idle_memory_bytes = 50_000_000
    assert not run.memory_was_exceeded(50_000_000 + 110_000_000 + 64_000_000)
    assert run.memory_was_exceeded(50_000_000 + 110_000_000 + 64_000_001)
    assert not run.memory_was_exceeded(None)
    assert not make_run().memory_was_exceeded(10**12)
