"""Asks torch about networks in a process of its own, which is kept for the next question."""

import subprocess
import sys
import threading
from types import TracebackType

import msgspec

from engine.protocol.network import NetworkAnswer, NetworkRequest
from engine.session.worker_process import program_root

MODULE = "engine.runtime.network"
"""Named, not imported: this room knows the other side by its messages only."""
TIME_LIMIT_S = 60.0


class NetworkWorker:
    """Answers questions one after the other; started by the first, and again when it was lost."""

    def __init__(self, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._time_limit_s = time_limit_s
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> "NetworkWorker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, request: NetworkRequest) -> NetworkAnswer:
        """Return what torch says of a network; wait for it, at the most the time limit."""
        with self._lock:
            try:
                process = self._started()
            except OSError as error:
                return NetworkAnswer(trouble=f"torch could not be started: {error.strerror or error}.")
            timer = threading.Timer(self._time_limit_s, process.kill)
            timer.start()
            try:
                return self._asked(process, request)
            finally:
                timer.cancel()

    def interrupt(self) -> None:
        """End the process in the middle of a question, from another thread; the question is answered with that."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
                [sys.executable, "-m", MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=program_root(),
            )
        return self._process

    def _asked(self, process: "subprocess.Popen[bytes]", request: NetworkRequest) -> NetworkAnswer:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(msgspec.json.encode(request) + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
            if line:
                return msgspec.json.decode(line, type=NetworkAnswer)
        except (OSError, msgspec.MsgspecError):
            pass
        self._end()
        return NetworkAnswer(trouble="torch gave no answer: the network is too large, or takes too long to follow.")

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            with self._process:
                pass
            self._process = None
