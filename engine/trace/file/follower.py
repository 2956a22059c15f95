"""Follows a recording that another process is still writing."""

from enum import Enum
from pathlib import Path

from engine.trace.file.assembly import Assembly, Take
from engine.trace.file.errors import RecordingFileError, damaged, reason_text
from engine.trace.file.frames import BEGINNING_BYTES, HEADER, DamagedError, payload_length, verified
from engine.trace.file.header import version_in
from engine.trace.file.stored import FileBytes, OpenFile
from engine.trace.file.unfinished import is_being_written, missing_text, parts_of
from engine.trace.recording import Recording


class Progress(Enum):
    """How far a followed file is."""

    GROWING = "growing"
    """Its writer lives; there may be more now or soon."""
    ENDED = "ended"
    """All of it was read."""
    CUT_OFF = "cut off"
    """Its writer is gone and it has no end; what is whole was read."""


def growing_file(path: Path) -> Path | None:
    """Return the file in which a living writer writes the recording of ``path``, or None when nobody does."""
    return next((file for file in (path, *parts_of(path)) if is_being_written(file)), None)


class RecordingFollower:
    """Reads the whole frames of a file as they arrive, and believes none unchecked.

    ``path`` is the part itself or the place where it will lie in the end; it may as well be a finished recording.

    Args:
        path: What to follow.
        take: Appends each batch to the recording; whoever shows it live does that in a way of its own.

    Raises:
        RecordingFileError: If there is no such file, or it cannot be read.
    """

    def __init__(self, path: Path, take: Take = Recording.append) -> None:
        self.path = growing_file(path) or path
        self._take = take
        self._position = 0
        self._assembly: Assembly | None = None
        try:
            self._file = OpenFile(self.path)
        except FileNotFoundError as error:
            raise RecordingFileError(missing_text(path)) from error
        except OSError as error:
            raise RecordingFileError(f"{path} could not be read: {reason_text(error)}.") from error

    @property
    def recording(self) -> Recording | None:
        """What was read so far; None before the first frame."""
        return None if self._assembly is None else self._assembly.recording

    def read_on(self, most_bytes: int | None = None) -> Progress:
        """Take in the whole frames that have arrived, and say whether more may come.

        When nothing more will come, the recording is *not* ended: ``outcome`` of the file is for the caller to apply
        (see ``end``), because whoever shows it live has to hear of it.

        Args:
            most_bytes: Stop after about so many, so that a window stays quick; None reads all there is.

        Raises:
            RecordingFileError: If the file cannot be read or is damaged; what came before stays as it is.
        """
        is_alive = is_being_written(self.path)  # asked before reading: what a writer wrote before it died is read
        try:
            has_more = self._read_frames(most_bytes)
        except OSError as error:
            raise RecordingFileError(f"{self.path} could not be read: {reason_text(error)}.") from error
        except DamagedError as error:
            raise damaged(self.path, error.position) from error
        if self._assembly is not None and self._assembly.is_complete:
            return Progress.ENDED
        return Progress.GROWING if is_alive or has_more else Progress.CUT_OFF

    def end(self) -> Recording:
        """Return the recording with what is known of its end.

        Raises:
            RecordingFileError: If the file ends before its recording begins.
        """
        if self._assembly is None:
            version_in(self.path, self._file.read_at(0, HEADER.size))
            raise RecordingFileError(f"{self.path.name} ends before its recording begins.")
        outcome = self._assembly.outcome()
        recording = self._assembly.recording
        assert recording is not None
        recording.end(outcome)
        return recording

    def _read_frames(self, most_bytes: int | None) -> bool:
        """Take in frames and return whether it stopped early."""
        size = self._file.size()
        if self._assembly is None:
            if size < HEADER.size:
                return False
            version = version_in(self.path, self._file.read_at(0, HEADER.size))
            self._assembly = Assembly(self.path.name, version, FileBytes(self._file), self._take)
            self._position = HEADER.size
        began = self._position
        while size - self._position >= BEGINNING_BYTES:
            if most_bytes is not None and self._position - began >= most_bytes:
                return True
            beginning = self._file.read_at(self._position, BEGINNING_BYTES)
            length = payload_length(beginning)
            payload_start = self._position + BEGINNING_BYTES
            if length > size - payload_start:
                return False
            payload = memoryview(self._file.read_at(payload_start, length))
            if len(payload) < length:
                return False
            self._assembly.take(verified(beginning, payload, self._position))
            self._position = payload_start + length
        return False
