# ruff: noqa: SLF001 - like compat, this file may touch what torch keeps private
"""What accelerators tell about themselves: events in their streams, and memory.

``torch.cuda.memory_stats`` makes a flat dictionary of hundreds of entries at each call; the private function behind it
takes a few microseconds. Nothing here makes the program wait for a device.
"""

from collections.abc import Callable
from typing import Protocol

import torch


class Event(Protocol):
    """A moment in the work of a device."""

    def record(self) -> None:
        """Put it into the stream, behind all work that was handed over until now."""
        ...

    def query(self) -> bool:
        """Whether the device has come so far."""
        ...

    def synchronize(self) -> None:
        """Wait until it has."""
        ...

    def elapsed_time(self, end: "Event") -> float:
        """Return the milliseconds from this event to a later one; both must have been reached."""
        ...


class Accelerator(Protocol):
    """A kind of device that works off what it is given, later."""

    def current(self) -> torch.device | None:
        """Return the device in use, None while the program has used none."""
        ...

    def event(self) -> Event:
        """Return a new event that can be timed."""
        ...

    def stream(self, device: torch.device) -> int:
        """Return what tells the running stream of a device from others, 0 for the usual one."""
        ...

    def memory(self, device: torch.device) -> tuple[int | None, int | None]:
        """Return the bytes allocated now, and the most so far."""
        ...


class Cuda:
    """CUDA and what behaves like it (ROCm)."""

    def current(self) -> torch.device | None:
        """Return the device in use, None while CUDA was not started: asking would start it."""
        is_started: bool = torch.cuda.is_initialized()  # type: ignore[no-untyped-call] # torch leaves it so
        return torch.device("cuda", torch.cuda.current_device()) if is_started else None

    def event(self) -> Event:
        """Return a new event that can be timed."""
        return torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call, return-value] # torch leaves it so

    def stream(self, device: torch.device) -> int:
        """Return torch's id of the running stream."""
        return int(torch.cuda.current_stream(device).stream_id)

    def memory(self, device: torch.device) -> tuple[int | None, int | None]:
        """Return the bytes in living tensors now, and the most so far."""
        found = torch._C._cuda_memoryStats(device.index or 0)["allocated_bytes"]["all"]
        return int(found["current"]), int(found["peak"])


class Mps:
    """Metal: one stream, and no record of the highest use of memory."""

    def current(self) -> torch.device | None:
        """Return the one device that there is."""
        return torch.device("mps", 0)

    def event(self) -> Event:
        """Return a new event that can be timed."""
        return torch.mps.event.Event(enable_timing=True)  # type: ignore[return-value] # as above

    def stream(self, device: torch.device) -> int:
        """Return 0: there is one."""
        return 0

    def memory(self, device: torch.device) -> tuple[int | None, int | None]:
        """Return the bytes allocated now."""
        return int(torch.mps.current_allocated_memory()), None


def accelerators() -> dict[str, Accelerator]:
    """Return the kinds of devices that are here, by torch's name."""
    known: tuple[tuple[str, Callable[[], bool], Callable[[], Accelerator]], ...] = (
        ("cuda", torch.cuda.is_available, Cuda),
        ("mps", torch.backends.mps.is_available, Mps),
    )
    return {name: make() for name, is_here, make in known if is_here()}
