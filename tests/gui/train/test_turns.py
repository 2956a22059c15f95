"""Live views take a share of one core: the more they take, the longer until the next of them."""

import pytest

from tests.gui.train import facts


class Clock:
    """The time that the thread of the window has computed for."""

    def __init__(self):
        self.now_s = 100.0

    def thread_time(self):
        return self.now_s


@pytest.fixture
def clock(begun, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("gui.train.page.time.thread_time", clock.thread_time)
    begun.page._ended_s = clock.now_s
    begun.page._later.timeout.disconnect()
    return clock


def told(begun, clock, costs_s):
    """Have parts that cost so much brought up to date; return how many each turn took, and how long it rests then."""
    done = []

    def part(cost_s):
        def refresh():
            clock.now_s += cost_s
            done.append(cost_s)

        return refresh

    begun.page._parts = tuple(map(part, costs_s))
    begun.page._waiting.clear()
    begun.training.control.take_facts((facts.progress(5),))
    while begun.page._waiting:
        before = len(done)
        begun.page._take_turn()
        yield len(done) - before, begun.page._later.interval()


def test_short_parts_share_a_turn_and_long_ones_have_rests_after_them(begun, clock):
    turns = list(told(begun, clock, [0.0001, 0.0001, 0.004, 0.012, 0.1]))
    assert [count for count, _ in turns] == [3, 1, 1]
    rests_ms = [rest for _, rest in turns]
    assert rests_ms == sorted(rests_ms)
    for took_ms, rest in zip((4.2, 12.0), rests_ms[:2], strict=True):
        assert took_ms < 0.15 * rest
    assert rests_ms[-1] <= 300, "all is shown still every second or two"


def test_what_a_turn_paints_counts_with_the_next(begun, clock):
    turns = told(begun, clock, [0.001, 0.001, 0.001])
    _, first = next(turns)
    clock.now_s += 0.01
    _, second = next(turns)
    _, third = next(turns)
    assert second > 2 * first
    assert third == first
