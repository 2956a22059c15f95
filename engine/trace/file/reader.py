"""Reads a recording from a file that anyone may have written."""

import mmap
from pathlib import Path
from typing import TypeVar

import msgspec

from engine.trace.batch import Batch, RunInfo
from engine.trace.file.errors import RecordingFileError, reason_text
from engine.trace.file.frames import (
    ALIGNMENT,
    DATA_HEAD,
    HEADER,
    MAGIC,
    VERSION,
    DamagedError,
    Frame,
    FrameKind,
    Totals,
    frames_in,
)
from engine.trace.file.mapped import MappedBytes
from engine.trace.invariants import InvariantError, check_batch
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording

T = TypeVar("T")


def read_recording(path: Path) -> Recording:
    """Open a recording; its numbers stay in the file and are mapped into memory.

    A file that is cut off gives what is there up to the last whole frame, and an outcome that says so. Nothing in the
    file is ever executed, and every fact is checked before it is believed.

    Raises:
        RecordingFileError: If the file cannot be read, is no recording, is damaged or comes from a newer version.
    """
    content = _mapped(path)
    _check_header(path, content)
    reader = _Reader(path.name)
    try:
        for frame in frames_in(content):
            reader.take(frame)
    except DamagedError as error:
        raise RecordingFileError(f"{path.name} is damaged at byte {error.position}.") from error
    return reader.recording()


def _mapped(path: Path) -> memoryview:
    try:
        if path.is_dir():
            raise RecordingFileError(f"{path} is a folder.")
        if path.exists() and not path.is_file():
            raise RecordingFileError(f"{path} is not a plain file.")
        with path.open("rb") as file:
            if path.stat().st_size == 0:
                return memoryview(b"")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except FileNotFoundError as error:
        raise RecordingFileError(f"There is no file {path}.") from error
    except (OSError, ValueError) as error:  # ValueError: the file shrank to nothing before it was mapped
        reason = reason_text(error) if isinstance(error, OSError) else str(error)
        raise RecordingFileError(f"{path} could not be read: {reason}.") from error


def _check_header(path: Path, content: memoryview) -> None:
    if len(content) < HEADER.size or content[: len(MAGIC)] != MAGIC:
        raise RecordingFileError(f"{path.name} is not a Chainrule recording.")
    _magic, version = HEADER.unpack_from(content)
    if version > VERSION:
        raise RecordingFileError(
            f"{path.name} was written by a newer version ({version}) of Chainrule; this one reads up to {VERSION}."
        )
    if version == 0:
        raise RecordingFileError(f"{path.name} is damaged at byte {len(MAGIC)}.")


class _Reader:
    """Builds the recording frame by frame, in the only order that a writer uses."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._store = MappedBytes()
        self._data_bytes = 0
        self._recording: Recording | None = None
        self._outcome: Outcome | None = None
        self._is_complete = False

    def take(self, frame: Frame) -> None:
        """Take in the next frame.

        Raises:
            DamagedError: If it does not decode, stands in the wrong place or contradicts what came before.
        """
        if self._is_complete or (self._recording is None) != (frame.kind is FrameKind.INFO):
            raise DamagedError(frame.start)
        match frame.kind:
            case FrameKind.INFO:
                self._recording = Recording(_decoded(frame, RunInfo), self._store)
            case FrameKind.DATA:
                self._take_data(frame)
            case FrameKind.BATCH:
                self._take_batch(frame)
            case FrameKind.OUTCOME:
                self._outcome = _decoded(frame, Outcome)
            case FrameKind.END:
                self._take_end(frame)

    def recording(self) -> Recording:
        """Return what was read.

        Raises:
            RecordingFileError: If there was not even the beginning of a recording.
        """
        if self._recording is None:
            raise RecordingFileError(f"{self._name} ends before its recording begins.")
        self._recording.end(self._outcome or _cut_off(len(self._recording), is_complete=self._is_complete))
        return self._recording

    def _take_data(self, frame: Frame) -> None:
        if len(frame.payload) < DATA_HEAD.size:
            raise DamagedError(frame.start)
        offset, padding = DATA_HEAD.unpack_from(frame.payload)
        raw = frame.payload[DATA_HEAD.size + padding :]
        if padding >= ALIGNMENT or len(frame.payload) < DATA_HEAD.size + padding:
            raise DamagedError(frame.start)
        try:
            self._store.add(offset, raw)
        except ValueError as error:
            raise DamagedError(frame.start) from error
        self._data_bytes += raw.nbytes

    def _take_batch(self, frame: Frame) -> None:
        assert self._recording is not None
        batch = _decoded(frame, Batch)
        try:
            check_batch(self._recording, batch, self._store.holds)
        except InvariantError as error:
            raise DamagedError(frame.start) from error
        self._recording.append(batch)

    def _take_end(self, frame: Frame) -> None:
        assert self._recording is not None
        found = Totals(
            len(self._recording.steps),
            len(self._recording.values),
            len(self._recording.grad_nodes),
            len(self._recording.grad_edges),
            self._data_bytes,
        )
        if _decoded(frame, Totals) != found:
            raise DamagedError(frame.start)
        self._is_complete = True


def _decoded(frame: Frame, kind: type[T]) -> T:
    try:
        return msgspec.msgpack.decode(frame.payload, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError(frame.start) from error


def _cut_off(steps: int, *, is_complete: bool) -> Outcome:
    if is_complete:
        return Outcome(OutcomeKind.RUNNING, "The recording was saved while the program was still running.")
    counted = "1 step" if steps == 1 else f"{steps} steps"
    return Outcome(OutcomeKind.RUNNING, f"The recording ends early: its file was cut off after {counted}.")
