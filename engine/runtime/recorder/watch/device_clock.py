"""Times the kernels of accelerators, without waiting for them.

Two events around a call go into the device's stream. A drain reads those that the device has reached; for the others
it says how long handing over took, and the next drain says the rest. Only what runs after the program's end waits.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.runtime.compat import Node
from engine.runtime.compat_devices import Accelerator, Event
from engine.runtime.recorder.log import MEASURED, Log
from engine.runtime.recorder.watch.backward_run import NodeHook
from engine.runtime.recorder.watch.early_leaves import EarlyLeaf
from engine.trace.execution import Clock

_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a step on an accelerator; ``duration_ns`` is None while only handing over was timed.

    ``peak_bytes`` is None where the step did not use more memory than all before it: what it used at the most is then
    not known, as nothing of the program's own count may be set back.
    """

    device: str
    stream: int
    clock: Clock
    duration_ns: int | None
    allocated_bytes: int | None
    peak_bytes: int | None


@dataclass(slots=True, eq=False)
class Reading:
    """Two events around something, and the memory at its end."""

    device: str
    stream: int
    start: Event
    end: Event
    allocated_bytes: int | None
    peak_bytes: int | None

    def measured(self, *, waits: bool = False) -> Measured:
        """Return what is known by now; with ``waits``, once the device has come to the end."""
        duration_ns: int | None = None
        try:
            if waits:
                self.end.synchronize()
            if self.end.query():
                duration_ns = round(self.start.elapsed_time(self.end) * _NS_PER_MS)
        except RuntimeError:
            pass  # the device failed, and says so to the program
        clock = Clock.LAUNCH if duration_ns is None else Clock.DEVICE
        return Measured(self.device, self.stream, clock, duration_ns, self.allocated_bytes, self.peak_bytes)


@dataclass(slots=True, eq=False)
class _Begun:
    device: torch.device
    accelerator: Accelerator
    start: Event
    peak_bytes: int | None


class DeviceClock:
    """An instrument that puts two events around each call, each backward node and each optimizer step.

    A call is on a device if its first tensor is; one that only makes tensors is not timed.
    """

    def __init__(self, accelerators: Mapping[str, Accelerator], log: Log) -> None:
        self._accelerators = accelerators
        self._log = log
        self._begun: _Begun | None = None
        self._streams: dict[int, int] = {0: 0}

    def begin(self, args: Any) -> None:  # noqa: ANN401 - arguments of any call
        """Put the first event into the stream."""
        self._begun = self._begin(_first_device(args))

    def end(self) -> tuple[Any, ...]:
        """Put the second one behind it."""
        begun, self._begun = self._begun, None
        return () if begun is None else (MEASURED, self._reading(begun))

    def watch(self, pairs: Iterable[tuple[Node, NodeHook]]) -> Iterator[tuple[Node, NodeHook]]:
        """Return hooks that also put an event behind each node; it is where the next node begins."""
        here = (accelerator.current() for accelerator in self._accelerators.values())
        begun = [self._begin(next((device for device in here if device is not None), None))]

        for node, hook in pairs:

            def timed(sent: Any, came: Any, hook: NodeHook = hook) -> None:  # noqa: ANN401 - tuples of gradients
                device = _first_device((sent, came))
                start: Event | None
                before = begun[0]
                if isinstance(hook, EarlyLeaf) and hook.is_told:
                    start = None  # hooks of the program have run since
                elif before is not None and before.device == device:
                    reading = self._reading(before)
                    self._log.extend((MEASURED, reading))
                    start = reading.end
                else:
                    start = None
                begun[0] = self._begin(device, start)
                hook(sent, came)

            yield node, timed

    def _begin(self, device: torch.device | None, start: Event | None = None) -> _Begun | None:
        accelerator = None if device is None else self._accelerators.get(device.type)
        if device is None or accelerator is None:
            return None
        if start is None:
            start = accelerator.event()
            start.record()
        return _Begun(device, accelerator, start, accelerator.memory(device)[1])

    def _reading(self, begun: _Begun) -> Reading:
        end = begun.accelerator.event()
        end.record()
        allocated, peak = begun.accelerator.memory(begun.device)
        is_new = peak is not None and begun.peak_bytes is not None and peak > begun.peak_bytes
        number = begun.accelerator.stream(begun.device)
        stream = self._streams.setdefault(number, len(self._streams))
        return Reading(str(begun.device), stream, begun.start, end, allocated, peak if is_new else None)


class Unfinished:
    """Readings whose events the device had not reached when their steps were resolved."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Any, Reading]] = []

    def add(self, key: Any, reading: Reading) -> None:  # noqa: ANN401 - whatever the readings are for
        """Keep a reading."""
        self._waiting.append((key, reading))

    def finished(self, *, waits: bool) -> Iterator[tuple[Any, Measured]]:
        """Yield those that the device has reached since, with ``waits`` all of them."""
        waiting, self._waiting = self._waiting, []
        for key, reading in waiting:
            measured = reading.measured(waits=waits)
            if measured.clock is Clock.DEVICE:
                yield key, measured
            elif not waits:
                self._waiting.append((key, reading))


def _first_device(things: Any) -> torch.device | None:  # noqa: ANN401 - arguments of any call
    if isinstance(things, Tensor):
        return None if things.is_cpu else things.device
    if isinstance(things, tuple | list):
        for part in things:
            found = _first_device(part)
            if found is not None:
                return found
    return None
