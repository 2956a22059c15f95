"""Writes recordings, whole or while they grow."""

import contextlib
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import ByteStore
from engine.trace.file.errors import RecordingFileError, reason_text, unwritable
from engine.trace.file.frames import HEADER, MAGIC, VERSION, FrameKind, Totals, data_head, write_frame
from engine.trace.file.ranges import WrittenRanges, pieces
from engine.trace.file.replacing import check_target, final_target, put_in_place
from engine.trace.file.unfinished import create_part
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording
from engine.trace.split import batches


class RecordingWriter:
    """Writes one recording as it grows, beside the final path, and puts it in place at the end.

    Each batch is handed to the operating system at once, so that a ``RecordingFollower`` in another process sees it.
    Use it as a context manager: a block that fails, or never calls ``end``, leaves what was at ``path`` untouched and
    nothing else behind, unless ``keep`` was called. When the process is killed the unfinished file stays beside it
    (``part``) and can be opened.

    Raises:
        RecordingFileError: From every method, if the operating system refuses.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._target = final_target(path)
        check_target(self._target)
        self._is_kept = self._is_over = False
        self._store: ByteStore | None = None
        self._written = WrittenRanges()
        self._steps = self._values = self._grad_nodes = self._grad_edges = self._data_bytes = 0
        try:
            self.part, self._file = create_part(self._target)
        except OSError as error:
            raise unwritable(path, error) from error

    def begin(self, info: RunInfo, store: ByteStore) -> None:
        """Write what is known before the first step; ``store`` is where the batches' numbers lie."""
        self._store = store
        try:
            self._file.write(HEADER.pack(MAGIC, VERSION))
        except OSError as error:
            raise unwritable(self._path, error) from error
        self._write(FrameKind.INFO, msgspec.msgpack.encode(info))
        self._hand_over()

    def append(self, batch: Batch) -> None:
        """Write a batch, its numbers first, so that a whole batch frame never lacks any."""
        if batch.is_empty:
            return
        kept = [(data.offset, data.offset + data.nbytes) for data in batch.data if data.absence is None]
        kept.extend((state.offset, state.offset + state.nbytes) for state in batch.random_states)
        for start, end in pieces(kept):
            for gap in self._written.missing(start, end):
                self._write_data(*gap)
        self._write(FrameKind.BATCH, msgspec.msgpack.encode(batch))
        self._hand_over()
        self._steps += len(batch.steps)
        self._values += len(batch.values)
        self._grad_nodes += len(batch.grad_nodes)
        self._grad_edges += len(batch.grad_edges)

    def end(self, outcome: Outcome) -> None:
        """Say how the run ended, and put the file in the place of whatever was there."""
        if outcome.kind is not OutcomeKind.RUNNING:
            self._write(FrameKind.OUTCOME, msgspec.msgpack.encode(outcome))
        totals = Totals(self._steps, self._values, self._grad_nodes, self._grad_edges, self._data_bytes)
        self._write(FrameKind.END, msgspec.msgpack.encode(totals))
        try:
            self._file.close()
        except OSError as error:
            raise unwritable(self._path, error) from error
        try:
            put_in_place(self.part, self._target)
        except OSError as error:
            self._is_kept = True
            where = f"the recording is whole in {self.part.name}"
            raise RecordingFileError(f"{self._path} could not be written: {reason_text(error)}; {where}.") from error
        self._is_over = True

    def keep(self) -> None:
        """Let ``discard`` leave the unfinished file where it is: it is all that there is of a run."""
        self._is_kept = True

    def discard(self) -> None:
        """Remove the unfinished file, unless it is to be kept; after ``end`` this does nothing."""
        if self._is_over:
            return
        self._is_over = True
        with contextlib.suppress(OSError):  # what does not fit on the disk is not wanted any more
            self._file.close()
        try:
            if not self._is_kept:
                self.part.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self._path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.discard()

    def _write_data(self, start: int, end: int) -> None:
        if self._store is None:
            raise RecordingFileError(f"{self._path} could not be written: it has numbers before it has a beginning.")
        try:
            raw = self._store.read(start, end - start)
        except ValueError as error:
            raise RecordingFileError(f"{self._path} could not be written: some of the numbers are gone.") from error
        self._write(FrameKind.DATA, data_head(self._file.tell(), start), raw)
        self._written.add(start, end)
        self._data_bytes += end - start

    def _hand_over(self) -> None:
        try:
            self._file.flush()
        except OSError as error:
            raise unwritable(self._path, error) from error

    def _write(self, kind: FrameKind, *payload: bytes | memoryview) -> None:
        try:
            write_frame(self._file, kind, *payload)
        except OSError as error:
            raise unwritable(self._path, error) from error


def write_recording(path: Path, recording: Recording) -> None:
    """Write a whole recording; a file that is there already stays whole until the new one is.

    Raises:
        RecordingFileError: If the file cannot be written.
    """
    with RecordingWriter(path) as writer:
        writer.begin(recording.info, recording.store)
        for batch in batches(recording):
            writer.append(batch)
        writer.end(recording.outcome)
