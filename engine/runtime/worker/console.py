"""What the program prints, in order, until it is sent."""

import threading
from collections.abc import Callable
from itertools import groupby

from engine.trace.facts import Output, Stream
from engine.trace.ids import StepIndex
from engine.trace.numbers import bytes_text


class Console:
    """Collects text of both streams up to a limit; safe to use from several threads.

    Before Python's text is added, ``settle`` brings the count of steps up to date, and ``absorb`` puts what C code has
    written to the file descriptors first.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.settle: Callable[[], None] = _nothing
        self.absorb: Callable[[], None] = _nothing
        self.step_count: Callable[[], int] = _none_yet
        self._limit_bytes = limit_bytes
        self._room_bytes = limit_bytes
        self._pieces: list[tuple[StepIndex, Stream, str]] = []
        self.lock = threading.RLock()
        self._closed = False

    def add(self, stream: Stream, text: str) -> None:
        """Add a text that Python code printed."""
        if self._room_bytes < 0 or not text:
            return
        self.settle()
        with self.lock:
            self.absorb()
            self.append(stream, text)

    def append(self, stream: Stream, text: str) -> None:
        """Add a text without looking for earlier output of C code."""
        with self.lock:
            if self._closed or self._room_bytes < 0 or not text:
                return
            raw = text.encode("utf-8", "backslashreplace")
            kept = raw[: self._room_bytes]
            self._room_bytes -= len(raw)
            if kept:
                self._put(stream, kept.decode("utf-8", "ignore"))
            if self._room_bytes < 0:
                start = "" if kept.endswith(b"\n") else "\n"
                limit = bytes_text(self._limit_bytes)
                self._put(Stream.ERR, f"{start}[The output was cut here: it is limited to {limit}.]\n")

    def note(self, text: str) -> None:
        """Add a line of our own, which no limit holds back."""
        with self.lock:
            self._put(Stream.ERR, f"{text}\n")

    def take(self) -> tuple[Output, ...]:
        """Return everything since the last call; neighbours of the same stream and step are one text."""
        with self.lock:
            pieces, self._pieces = self._pieces, []
        groups = groupby(pieces, key=lambda piece: piece[:2])
        return tuple(Output(step, stream, "".join(piece[2] for piece in group)) for (step, stream), group in groups)

    @property
    def has_text(self) -> bool:
        """Whether anything waits to be sent."""
        return bool(self._pieces)

    def close(self) -> None:
        """Take no further text."""
        with self.lock:
            self._closed = True

    def _put(self, stream: Stream, text: str) -> None:
        self._pieces.append((StepIndex(self.step_count()), stream, text))


def _nothing() -> None:
    """Do nothing: nobody else has to be asked."""


def _none_yet() -> int:
    """Return 0: nothing is recorded yet."""
    return 0
