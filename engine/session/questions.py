"""Asks a process of its own, which is kept for the next question: a line of JSON each way."""

import subprocess
import sys
import threading
from types import TracebackType
from typing import Generic, Self, TypeVar

import msgspec

from engine.session.worker_process import program_root

RequestT = TypeVar("RequestT", bound=msgspec.Struct)
AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)


class NoAnswerError(Exception):
    """The process could not be started, or was lost with the question; the text is one sentence."""


class QuestionProcess(Generic[RequestT, AnswerT]):
    """Answers questions one after the other; started by the first, and again when it was lost.

    Args:
        module: What runs there, by its name.
        answer: The type of its answers.
        silence: The sentence for a question that brought no answer.
        time_limit_s: So long a question may take.
    """

    def __init__(self, module: str, answer: type[AnswerT], silence: str, time_limit_s: float) -> None:
        self._module = module
        self._answer = answer
        self._silence = silence
        self._time_limit_s = time_limit_s
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def put(self, request: RequestT) -> AnswerT:
        """Return the answer; wait for it, at the most the time limit.

        Raises:
            NoAnswerError: If there is none.
        """
        with self._lock:
            try:
                process = self._started()
            except OSError as error:
                raise NoAnswerError(f"torch could not be started: {error.strerror or error}.") from error
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
                [sys.executable, "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=program_root(),
            )
        return self._process

    def _asked(self, process: "subprocess.Popen[bytes]", request: RequestT) -> AnswerT:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(msgspec.json.encode(request) + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
            if line:
                return msgspec.json.decode(line, type=self._answer)
        except (OSError, msgspec.MsgspecError):
            pass
        self._end()
        raise NoAnswerError(self._silence)

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            with self._process:
                pass
            self._process = None
