"""A worker process as the host sees it, however it was started."""

import codecs
import os
import signal
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from engine.trace.facts import Stream

READ_BYTES = 65_536
REMAINDER_BYTES = 1_000_000
"""Most bytes of output that are still read from a dead worker."""
WAIT_STEP_S = 0.005
WORKER_MODULE = "engine.runtime.worker"
"""Named, not imported: this room knows the other side of the pipe by its messages only."""


def worker_environment() -> dict[str, str]:
    """Return the environment to start a worker in.

    The threads that torch computes with would wait for each other by spinning, which takes the cores that the window
    and other programs need, and makes the program itself many times slower where there are few. Asleep they compute
    the same. Who sets the variable is obeyed.
    """
    return {"OMP_WAIT_POLICY": "PASSIVE", **os.environ}


class WorkerProcess(Protocol):
    """A running worker: its channel, its process group, and what it leaves behind. Used by one thread."""

    @property
    def connection(self) -> "Connection[bytes, bytes]":
        """The host's end of the channel; bytes only."""
        ...

    @property
    def process_id(self) -> int:
        """Process id, also of its process group where there are groups."""
        ...

    def terminate(self) -> None:
        """Ask the whole group to end (SIGTERM)."""
        ...

    def kill(self) -> None:
        """End the whole group at once."""
        ...

    def exit_status(self, timeout_s: float = 0.0) -> int | None:
        """Return the exit status as ``subprocess`` counts it, or None if it still runs after ``timeout_s``."""
        ...

    def remaining_output(self) -> list[tuple[Stream, str]]:
        """Return what was written to descriptors 1 and 2 and not yet sent; for a dead worker."""
        ...

    def crash_report(self) -> str:
        """Return what the fault handler wrote; for a dead worker."""
        ...

    def release(self) -> None:
        """End the whole group, reap the process and close everything."""
        ...


class Pipes:
    """The host's ends of a worker's output and crash pipes."""

    def __init__(self, output: int, errors: int, crash: int | None) -> None:
        self._output = output
        self._errors = errors
        self._crash = crash

    def remaining_output(self) -> list[tuple[Stream, str]]:
        """Read what is left, without waiting for writers that live on."""
        return [
            (stream, text)
            for stream, number in ((Stream.OUT, self._output), (Stream.ERR, self._errors))
            if (text := _read_rest(number))
        ]

    def crash_report(self) -> str:
        """Read what the fault handler wrote."""
        return "" if self._crash is None else _read_rest(self._crash)

    def close(self) -> None:
        """Close all; once."""
        for number in (self._output, self._errors, self._crash):
            if number is not None:
                os.close(number)


def _read_rest(number: int) -> str:
    if sys.platform == "win32":
        return ""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    texts = []
    os.set_blocking(number, False)
    for _ in range(REMAINDER_BYTES // READ_BYTES):
        try:
            raw = os.read(number, READ_BYTES)
        except OSError:
            break
        if not raw:
            break
        texts.append(decoder.decode(raw))
    return "".join(texts)


class SpawnedWorker:
    """A worker that this process started itself; see ``WorkerProcess``."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", connection: "Connection[bytes, bytes]", pipes: Pipes | None
    ) -> None:
        self._process = process
        self._connection = connection
        self._pipes = pipes
        self._released = False

    @property
    def connection(self) -> "Connection[bytes, bytes]":
        """The host's end of the channel."""
        return self._connection

    @property
    def process_id(self) -> int:
        """Process id of the worker."""
        return self._process.pid

    def terminate(self) -> None:
        """Send SIGTERM to the group."""
        self._signal_group(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL to the group."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            self._signal_group(signal.SIGKILL)

    def exit_status(self, timeout_s: float = 0.0) -> int | None:
        """Look whether it has ended; does not reap it, so that its group cannot be taken for another one."""
        end = time.monotonic() + timeout_s
        while (status := self._status_now()) is None and time.monotonic() < end:
            time.sleep(WAIT_STEP_S)
        return status

    def remaining_output(self) -> list[tuple[Stream, str]]:
        """Return what is left in the output pipes."""
        return [] if self._pipes is None else self._pipes.remaining_output()

    def crash_report(self) -> str:
        """Return what the fault handler wrote."""
        return "" if self._pipes is None else self._pipes.crash_report()

    def release(self) -> None:
        """End and reap everything; doing so twice is harmless."""
        if self._released:
            return
        self._released = True
        self.kill()
        self._process.wait()
        self._connection.close()
        if self._pipes is not None:
            self._pipes.close()

    def _status_now(self) -> int | None:
        if self._process.returncode is not None or not hasattr(os, "waitid"):
            return self._process.poll()
        found = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None:
            return None
        return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status

    def _signal_group(self, number: signal.Signals) -> None:
        if self._process.returncode is not None:
            return
        if sys.platform == "win32":
            self._process.terminate()
            return
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return


def program_root() -> Path:
    """Return the folder that the ``engine`` package lies in."""
    return Path(__file__).resolve().parents[2]
