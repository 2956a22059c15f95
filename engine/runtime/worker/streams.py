"""Stand-ins for ``sys.stdout``, ``sys.stderr`` and ``sys.stdin`` while a program runs."""

import io
import os
from collections.abc import Iterable
from typing import Never

from engine.runtime.worker.console import Console
from engine.trace.facts import Stream

NO_INPUT = (
    "input() cannot be answered here, because the program runs without a keyboard: write the value into the program"
)


class CapturedBytes(io.RawIOBase):
    """``sys.stdout.buffer``: bytes written to it go to the console as UTF-8."""

    def __init__(self, text_stream: "CapturedStream") -> None:
        self._text_stream = text_stream

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, raw: object) -> int:
        """Add the bytes to the console."""
        content = bytes(memoryview(raw))  # type: ignore[arg-type]  # any object with the buffer protocol is allowed
        self._text_stream.write(content.decode("utf-8", "replace"))
        return len(content)


class CapturedStream(io.TextIOBase):
    """A text stream whose text goes to the console; in a process that the program forked, to the file descriptor."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, console: Console, stream: Stream) -> None:
        self.mode = "w"
        self.name = f"<std{stream.value}>"
        self.buffer = CapturedBytes(self)
        self._console = console
        self._stream = stream
        self._process_id = os.getpid()

    def write(self, text: str) -> int:
        """Add ``text`` to the console."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() == self._process_id:
            self._console.add(self._stream, text)
        else:
            os.write(self.fileno(), text.encode("utf-8", "backslashreplace"))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:  # type: ignore[override]  # typeshed wants bytes lines of IOBase
        """Write each text."""
        for line in lines:
            self.write(line)

    def fileno(self) -> int:
        """Return the descriptor that C code writes to: 1 or 2."""
        return 1 if self._stream is Stream.OUT else 2

    def writable(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Stay open: programs that close ``sys.stdout`` still print."""


class NoInput(io.TextIOBase):
    """``sys.stdin``: every read fails with a sentence that says what to do instead."""

    encoding = "utf-8"

    def readable(self) -> bool:
        """Return True, so that ``input()`` asks."""
        return True

    def fileno(self) -> int:
        """Return 0, as a terminal would."""
        return 0

    def read(self, _size: int | None = -1) -> Never:
        """Refuse.

        Raises:
            EOFError: Always.
        """
        raise EOFError(NO_INPUT)

    def readline(self, _size: int = -1) -> Never:  # type: ignore[override]  # str in typeshed; this one never returns
        """Refuse.

        Raises:
            EOFError: Always.
        """
        raise EOFError(NO_INPUT)
