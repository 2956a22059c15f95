"""Builds a recording from the frames of a file that anyone may have written."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from engine.trace.batch import Batch, RunInfo
from engine.trace.file.errors import RecordingFileError
from engine.trace.file.frames import ALIGNMENT, DATA_HEAD, DamagedError, Frame, FrameKind, Totals
from engine.trace.file.migrations import migrated
from engine.trace.file.stored import StoredBytes
from engine.trace.invariants import InvariantError, check_batch
from engine.trace.numbers import steps_text
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording

T = TypeVar("T")

Take = Callable[[Recording, Batch], None]
"""Appends a batch to the recording."""


class Assembly:
    """Takes the frames of one file in the only order that a writer uses, and believes none unchecked.

    Args:
        name: The file's name, for sentences about it.
        version: The version that the file says it has.
        store: Learns where the bytes of tensors lie.
        take: Appends each batch; whoever shows the recording live does that in a way of its own.
    """

    def __init__(self, name: str, version: int, store: StoredBytes, take: Take = Recording.append) -> None:
        self._name = name
        self._version = version
        self._store = store
        self._take_in = take
        self._data_bytes = 0
        self._outcome: Outcome | None = None
        self.recording: Recording | None = None
        self.is_complete = False

    def take(self, frame: Frame) -> None:
        """Take in the next frame.

        Raises:
            DamagedError: If it does not decode, stands in the wrong place or contradicts what came before.
        """
        if self.is_complete or (self.recording is None) != (frame.kind is FrameKind.INFO):
            raise DamagedError(frame.start)
        match frame.kind:
            case FrameKind.INFO:
                self.recording = Recording(self._decoded(frame, RunInfo), self._store)
            case FrameKind.DATA:
                self._take_data(frame)
            case FrameKind.BATCH:
                self._take_batch(frame)
            case FrameKind.OUTCOME:
                self._outcome = self._decoded(frame, Outcome)
            case FrameKind.END:
                self._take_end(frame)

    def outcome(self) -> Outcome:
        """Return how the run ended, or what is known when nothing more will come.

        Raises:
            RecordingFileError: If there was not even the beginning of a recording.
        """
        if self.recording is None:
            raise RecordingFileError(f"{self._name} ends before its recording begins.")
        return self._outcome or _cut_off(len(self.recording), is_complete=self.is_complete)

    def _take_data(self, frame: Frame) -> None:
        if len(frame.payload) < DATA_HEAD.size:
            raise DamagedError(frame.start)
        offset, padding = DATA_HEAD.unpack_from(frame.payload)
        nbytes = len(frame.payload) - DATA_HEAD.size - padding
        if padding >= ALIGNMENT or nbytes < 0:
            raise DamagedError(frame.start)
        try:
            self._store.extents.add(offset, nbytes, frame.payload_start + DATA_HEAD.size + padding)
        except ValueError as error:
            raise DamagedError(frame.start) from error
        self._data_bytes += nbytes

    def _take_batch(self, frame: Frame) -> None:
        assert self.recording is not None
        batch = self._decoded(frame, Batch)
        try:
            check_batch(self.recording, batch, self._store.extents.holds)
        except InvariantError as error:
            raise DamagedError(frame.start) from error
        self._take_in(self.recording, batch)

    def _take_end(self, frame: Frame) -> None:
        assert self.recording is not None
        found = Totals(
            len(self.recording.steps),
            len(self.recording.values),
            len(self.recording.grad_nodes),
            len(self.recording.grad_edges),
            self._data_bytes,
        )
        if self._decoded(frame, Totals) != found:
            raise DamagedError(frame.start)
        self.is_complete = True

    def _decoded(self, frame: Frame, kind: type[T]) -> T:
        try:
            payload = migrated(frame.kind, frame.payload, self._version)
            return msgspec.msgpack.decode(payload, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError, MemoryError) as error:
            # A forged length asks for more memory than there is, forged nesting for more stack.
            raise DamagedError(frame.start) from error


def _cut_off(steps: int, *, is_complete: bool) -> Outcome:
    if is_complete:
        return Outcome(OutcomeKind.RUNNING, "The recording was saved while the program was still running.")
    return Outcome(OutcomeKind.RUNNING, f"The recording ends early: its file was cut off after {steps_text(steps)}.")
