"""The host's side of a nursery: workers in some 40 ms instead of the seconds that loading torch takes (Linux)."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from engine.protocol.nursery import ORDER, Notice, NoticeKind
from engine.session.worker_process import (
    WAIT_STEP_S,
    WORKER_MODULE,
    Pipes,
    WorkerProcess,
    program_root,
    worker_environment,
)
from engine.trace.facts import Stream

BIRTH_TIMEOUT_S = 1.0
RELEASE_TIMEOUT_S = 3.0
CLOSE_TIMEOUT_S = 3.0
WORDS_BYTES = 100_000
LOST_STATUS = -int(signal.SIGKILL)
"""Status of workers whose nursery has died."""


class ForkedWorker:
    """A worker that a nursery forks for us; see ``WorkerProcess``."""

    def __init__(self, connection: "Connection[bytes, bytes]", pipes: Pipes) -> None:
        self._connection = connection
        self._pipes = pipes
        self._process_id = 0
        self._status: int | None = None
        self._last_words = ""
        self._is_born = threading.Event()
        self._is_gone = threading.Event()
        self._is_orphan = False
        self._released = False

    def was_born(self, process_id: int) -> None:
        """Take note of the process id. Called by the nursery's thread."""
        self._process_id = process_id
        self._is_born.set()

    def has_gone(self, status: int, last_words: str = "") -> None:
        """Take note of the death. Called by the nursery's thread."""
        self._status = status
        self._last_words = last_words
        self._is_gone.set()
        self._is_born.set()

    def was_orphaned(self) -> None:
        """Take note that the nursery is gone and this worker lives on: nobody will report its death."""
        self._is_orphan = True

    @property
    def connection(self) -> "Connection[bytes, bytes]":
        """The host's end of the channel."""
        return self._connection

    @property
    def process_id(self) -> int:
        """Process id of the worker, 0 while it is not born."""
        return self._process_id

    def terminate(self) -> None:
        """Send SIGTERM to the group."""
        self._signal_group(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL to the group."""
        self._signal_group(signal.SIGKILL)

    def exit_status(self, timeout_s: float = 0.0) -> int | None:
        """Return the exit status once the nursery has reported it; 0 for a dead orphan, whose status nobody knows."""
        end = time.monotonic() + timeout_s
        while self._is_orphan and not self._is_gone.is_set():
            if not _exists(self._process_id):
                self.has_gone(0)
            elif time.monotonic() >= end:
                return None
            else:
                time.sleep(WAIT_STEP_S)
        return self._status if self._is_gone.wait(timeout_s) else None

    def remaining_output(self) -> list[tuple[Stream, str]]:
        """Return what is left in the output pipes."""
        words = [(Stream.ERR, self._last_words)] if self._last_words else []
        return [*self._pipes.remaining_output(), *words]

    def crash_report(self) -> str:
        """Return what the fault handler wrote."""
        return self._pipes.crash_report()

    def release(self) -> None:
        """End everything of the worker; a worker that is not born yet ends when it finds its channel closed."""
        if self._released:
            return
        self._released = True
        if self._process_id:
            self.kill()
            self.exit_status(RELEASE_TIMEOUT_S)
        self._connection.close()
        self._pipes.close()

    def _signal_group(self, number: signal.Signals) -> None:
        if not self._is_born.wait(BIRTH_TIMEOUT_S) or self._is_gone.is_set() or sys.platform == "win32":
            return
        try:
            os.killpg(self._process_id, number)
        except (ProcessLookupError, PermissionError):
            return


def _exists(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


class NurseryLauncher:
    """Launches workers by way of a nursery, which is started when first needed and again if it should die."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._nursery: _Nursery | None = None

    def launch(self) -> WorkerProcess:
        """Order a worker; returns at once.

        Raises:
            OSError: If no process could be started.
        """
        with self._lock:
            if self._nursery is not None and not self._nursery.is_dead:
                with contextlib.suppress(BrokenPipeError):  # it died just now
                    return self._nursery.order()
            self._nursery = _Nursery()
            return self._nursery.order()

    def close(self) -> None:
        """End the nursery and every worker of it."""
        with self._lock:
            if self._nursery is not None:
                self._nursery.close()
                self._nursery = None


class _Nursery:
    """One nursery process and the thread that hears its notices."""

    def __init__(self) -> None:
        self.is_dead = False
        self._lock = threading.Lock()
        self._unborn: deque[ForkedWorker] = deque()
        self._living: dict[int, ForkedWorker] = {}
        self._control, theirs = socket.socketpair()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the nursery; closed by its thread
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
                [sys.executable, "-m", WORKER_MODULE, "--nursery", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=(theirs.fileno(),),
                cwd=program_root(),
                env=worker_environment(),
                start_new_session=True,
            )
        self._thread = threading.Thread(target=self._listen, name="nursery", daemon=True)
        self._thread.start()

    def order(self) -> ForkedWorker:
        """Order a worker.

        Raises:
            OSError: If the nursery is gone.
        """
        host_end, worker_end = Pipe()
        output, output_end = os.pipe()
        errors, errors_end = os.pipe()
        crash, crash_end = os.pipe()
        worker = ForkedWorker(host_end, Pipes(output, errors, crash))
        try:
            with self._lock:
                if self.is_dead:
                    raise BrokenPipeError("the nursery is gone")
                self._unborn.append(worker)
            numbers = [worker_end.fileno(), crash_end, output, errors, output_end, errors_end]
            socket.send_fds(self._control, [ORDER], numbers)
        except OSError:
            worker.release()
            raise
        finally:
            worker_end.close()
            for number in (output_end, errors_end, crash_end):
                os.close(number)
        return worker

    def close(self) -> None:
        """End the nursery, which ends its workers."""
        with self._lock, contextlib.suppress(OSError):  # it may have died just now
            self._control.shutdown(socket.SHUT_WR)
        try:
            self._process.wait(CLOSE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join(CLOSE_TIMEOUT_S)

    def _listen(self) -> None:
        while len(raw := self._receive()) == Notice.SIZE:
            self._pass_on(Notice.decode(raw))
        with self._lock:
            self.is_dead = True
            self._control.close()
        self._process.wait()
        with self._errors as errors:
            errors.seek(0)
            last_words = errors.read(WORDS_BYTES).decode("utf-8", "replace")
        for orphan in self._living.values():
            orphan.was_orphaned()
        for worker in self._unborn:
            worker.has_gone(LOST_STATUS, last_words)

    def _pass_on(self, notice: Notice) -> None:
        with self._lock:
            if notice.kind is NoticeKind.BORN:
                worker = self._living[notice.process_id] = self._unborn.popleft()
            else:
                worker = self._living.pop(notice.process_id)
        if notice.kind is NoticeKind.BORN:
            worker.was_born(notice.process_id)
        else:
            worker.has_gone(notice.status)

    def _receive(self) -> bytes:
        try:
            return self._control.recv(Notice.SIZE, socket.MSG_WAITALL)
        except OSError:
            return b""
