"""Runs one program to its end and returns the recording: what the command line needs."""

import threading
from collections.abc import Callable
from typing import Protocol

from engine.protocol.messages import DeviceInfo
from engine.protocol.request import RunRequest
from engine.session.launch import SpawnLauncher
from engine.session.listener import SessionState
from engine.session.session import Session
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import ByteStore, MemoryBytes
from engine.trace.facts import Output
from engine.trace.outcome import Outcome
from engine.trace.recording import Recording

POLL_S = 0.2
"""How often Ctrl+C is looked at while waiting (Windows needs this)."""


class Keeper(Protocol):
    """Takes in a recording while it is made. Its methods are called on another thread and must not block for long."""

    def begin(self, info: RunInfo, store: ByteStore) -> None:
        """The run has begun; numbers lie in ``store``."""
        ...

    def append(self, batch: Batch) -> None:
        """The run was recorded a bit further."""
        ...


def run_to_recording(
    request: RunRequest, on_output: Callable[[Output], None] | None = None, keeper: Keeper | None = None
) -> Recording:
    """Run a program in a worker and return its recording, also when it failed.

    Args:
        request: What to run.
        on_output: Gets each text that the program prints, as it comes, on another thread.
        keeper: Takes in the recording while it is made, e.g. a file.

    Ctrl+C stops the program: the recording up to there is returned, with the outcome STOPPED.

    Raises:
        KeyboardInterrupt: If the person pressed Ctrl+C a second time; the worker is gone then.
    """
    collector = _Collector(request, on_output, keeper)
    session = Session(collector, SpawnLauncher(), keeps_spare=False)  # for a single run a nursery is a detour
    try:
        session.run(request)
        try:
            collector.wait()
        except KeyboardInterrupt:
            session.stop()
            collector.wait()
    finally:
        session.close()
    return collector.recording


class _Collector:
    """A session listener that builds the recording of one run."""

    def __init__(self, request: RunRequest, on_output: Callable[[Output], None] | None, keeper: Keeper | None) -> None:
        info = RunInfo(program=request.program, filename=request.filename, device=request.device)
        self.recording = Recording(info, MemoryBytes())
        self.is_over = threading.Event()
        self._on_output = on_output
        self._keeper = keeper
        self._has_begun = False

    def wait(self) -> None:
        """Return when the run is over."""
        while not self.is_over.wait(POLL_S):
            pass

    def on_state(self, state: SessionState) -> None:
        """Nothing depends on it here."""

    def on_devices(self, devices: tuple[DeviceInfo, ...]) -> None:
        """Nothing depends on them here."""

    def on_started(self, info: RunInfo, store: ByteStore) -> None:
        """Begin the recording."""
        self.recording = Recording(info, store)
        self._has_begun = True
        if self._keeper is not None:
            self._keeper.begin(info, store)

    def on_batch(self, batch: Batch) -> None:
        """Extend the recording."""
        self.recording.append(batch)
        if self._keeper is not None:
            self._keeper.append(batch)
        if self._on_output is not None:
            for output in batch.outputs:
                self._on_output(output)

    def on_ended(self, outcome: Outcome) -> None:
        """End the recording."""
        self.recording.end(outcome)
        if not self._has_begun:
            self.is_over.set()

    def on_settled(self, held: int) -> None:
        """All numbers that will come have come."""
        self.on_batch(self.recording.lost_numbers())
        self.is_over.set()
