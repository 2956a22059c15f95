"""A recording written to its file while the program runs."""

import queue
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import ByteStore
from engine.trace.file import RecordingFileError, RecordingWriter
from engine.trace.recording import Recording


class StreamedFile:
    """Writes on a thread of its own, so that a slow disk never holds up the run; a ``Keeper`` of a session.

    Whoever follows the file (``chainrule inspect --follow``, a window) sees each batch soon after it was recorded.
    When this process is killed, what was written stays beside the final place and can be opened. Use it as a context
    manager: a block that fails leaves nothing behind; one that is interrupted leaves what was recorded.

    Raises:
        RecordingFileError: If the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._writer = RecordingWriter(path)
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._error: RecordingFileError | None = None
        self._has_begun = False
        self._thread = threading.Thread(target=self._write, name="recording file", daemon=True)
        self._thread.start()

    @property
    def part(self) -> Path:
        """Where the file lies until it is whole."""
        return self._writer.part

    def begin(self, info: RunInfo, store: ByteStore) -> None:
        """The run has begun."""
        self._has_begun = True
        self._work.put(lambda: self._writer.begin(info, store))

    def append(self, batch: Batch) -> None:
        """The run was recorded a bit further."""
        self._work.put(lambda: self._writer.append(batch))

    def finish(self, recording: Recording) -> None:
        """Write the end and put the file in its place.

        Raises:
            RecordingFileError: If it could not be written whole; the sentence says where what was written lies.
        """
        if not self._has_begun:  # no worker could be started: the file says so
            self.begin(recording.info, recording.store)
        self._wait()
        if self._error is not None:
            self._writer.keep()
            raise RecordingFileError(
                f"{self._error} What was written before lies in {self.part.name}."
            ) from self._error
        self._writer.end(recording.outcome)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._wait()
        if isinstance(error, KeyboardInterrupt) and self._has_begun:
            self._writer.keep()
        self._writer.discard()

    def _wait(self) -> None:
        self._work.put(None)
        self._thread.join()

    def _write(self) -> None:
        """Do what waits; after an error nothing more is written, so that the file ends with a whole frame or in it."""
        while (work := self._work.get()) is not None:
            if self._error is None:
                try:
                    work()
                except RecordingFileError as error:
                    self._error = error
