"""Timing what accelerators do, without waiting for them: the logic with a made-up device, the rest with a real one."""

from dataclasses import dataclass, field
from typing import Any

import pytest
import torch

from engine.runtime.recorder.log import MEASURED
from engine.runtime.recorder.watch.device_clock import DeviceClock, Reading, Unfinished
from engine.trace.execution import Clock
from tests.support.recorded import record_text

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device is here")


@dataclass
class Device:
    """A device that works off a stream: every event takes a millisecond; it has come to event ``done``."""

    done: int = 0
    events: list["FakeEvent"] = field(default_factory=list)
    waits: int = 0
    allocated: int = 100
    peak: int = 150
    number: int = 0

    def current(self) -> torch.device:
        return torch.device("meta")

    def event(self) -> "FakeEvent":
        return FakeEvent(self)

    def stream(self, device: torch.device) -> int:
        return self.number

    def memory(self, device: torch.device) -> tuple[int | None, int | None]:
        return self.allocated, self.peak


@dataclass(eq=False)
class FakeEvent:
    device: Device
    place: int = -1

    def record(self) -> None:
        self.device.events.append(self)
        self.place = len(self.device.events)

    def query(self) -> bool:
        return self.place <= self.device.done

    def synchronize(self) -> None:
        self.device.waits += 1
        self.device.done = max(self.device.done, self.place)

    def elapsed_time(self, end: Any) -> float:
        if not end.query():
            raise RuntimeError("not ready")
        return float(end.place - self.place)


def clock_of(device: Device, log: list[Any]) -> DeviceClock:
    return DeviceClock({"meta": device}, log)


def there() -> torch.Tensor:
    return torch.ones(2, device="meta")


def test_a_call_lies_between_two_events_and_nothing_waits() -> None:
    device = Device()
    clock = clock_of(device, [])
    clock.begin((there(), 1))
    tag, reading = clock.end()
    assert tag == MEASURED
    assert isinstance(reading, Reading)
    assert len(device.events) == 2
    early = reading.measured()
    assert (early.clock, early.duration_ns, early.device) == (Clock.LAUNCH, None, "meta")
    device.done = 2
    late = reading.measured()
    assert (late.clock, late.duration_ns) == (Clock.DEVICE, 1_000_000)
    assert device.waits == 0


def test_calls_in_main_memory_put_no_events() -> None:
    device = Device()
    clock = clock_of(device, [])
    clock.begin((torch.ones(2), [torch.ones(1)]))
    assert clock.end() == ()
    assert device.events == []


def test_the_peak_is_told_only_where_it_is_a_new_one() -> None:
    device = Device()
    clock = clock_of(device, [])
    clock.begin((there(),))
    assert clock.end()[1].peak_bytes is None
    clock.begin((there(),))
    device.peak, device.allocated = 300, 200
    reading = clock.end()[1]
    assert (reading.allocated_bytes, reading.peak_bytes) == (200, 300)


def test_streams_are_numbered_as_they_come() -> None:
    device = Device()
    clock = clock_of(device, [])
    found = []
    for number in (0, 77, 0, 12):
        device.number = number
        clock.begin((there(),))
        found.append(clock.end()[1].stream)
    assert found == [0, 1, 0, 2]


def test_each_node_lasts_from_the_event_before_it_to_its_own() -> None:
    device, log, ran = Device(), [], []
    clock = clock_of(device, log)
    nodes = ["a", "b"]
    hooks = dict(clock.watch([(node, lambda sent, came, node=node: ran.append(node)) for node in nodes]))
    for node in nodes:
        hooks[node]((there(),), (there(),))
    assert ran == nodes
    readings = [entry for entry in log if isinstance(entry, Reading)]
    assert [(reading.start.place, reading.end.place) for reading in readings] == [(1, 2), (2, 3)]


def test_what_the_device_has_not_reached_is_told_later_and_at_the_end_is_waited_for() -> None:
    device = Device()
    clock = clock_of(device, [])
    waiting = Unfinished()
    for key in ("first", "second"):
        clock.begin((there(),))
        waiting.add(key, clock.end()[1])
    assert list(waiting.finished(waits=False)) == []
    device.done = 2
    assert [key for key, _ in waiting.finished(waits=False)] == ["first"]
    assert device.waits == 0
    assert [(key, found.clock) for key, found in waiting.finished(waits=True)] == [("second", Clock.DEVICE)]
    assert device.waits == 1


def test_a_device_that_failed_leaves_the_time_of_the_launch() -> None:
    class Broken(FakeEvent):
        def query(self) -> bool:
            raise RuntimeError("device-side assert")

    device = Device()
    reading = Reading("cuda:0", 0, FakeEvent(device), Broken(device), None, None)
    assert reading.measured(waits=True).clock is Clock.LAUNCH


CUDA_TEXT = """
import torch
x = torch.randn(512, 512, device="cuda", requires_grad=True)
y = (x @ x).relu().sum()
y.backward()
"""


@needs_cuda
def test_steps_on_cuda_have_the_time_of_the_device_and_its_memory() -> None:
    run = record_text(CUDA_TEXT)
    assert run.error is None
    costs = [run.recording.cost(step.index) for step in run.steps()]
    assert all(cost is not None and cost.device == "cuda:0" for cost in costs)
    timed = [cost for cost in costs if cost is not None and cost.clock is Clock.DEVICE]
    assert len(timed) >= len(costs) - 1
    assert all(cost.duration_ns >= 0 and (cost.allocated_bytes or 0) >= 512 * 512 * 4 for cost in timed)


@needs_cuda
def test_the_programs_own_highest_use_of_memory_is_not_set_back() -> None:
    torch.cuda.reset_peak_memory_stats()
    record_text(CUDA_TEXT)
    assert torch.cuda.max_memory_allocated() >= 2 * 512 * 512 * 4
