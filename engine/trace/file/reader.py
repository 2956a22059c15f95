"""Reads a recording from a file that anyone may have written."""

import mmap
from pathlib import Path

from engine.trace.file.assembly import Assembly
from engine.trace.file.errors import RecordingFileError, damaged, reason_text
from engine.trace.file.frames import DamagedError, frames_in
from engine.trace.file.header import version_in
from engine.trace.file.stored import MappedBytes
from engine.trace.file.unfinished import missing_text
from engine.trace.recording import Recording


def read_recording(path: Path) -> Recording:
    """Open a recording; its numbers stay in the file and are mapped into memory.

    A file that is cut off gives what is there up to the last whole frame, and an outcome that says so. Nothing in the
    file is ever executed, and every fact is checked before it is believed.

    Raises:
        RecordingFileError: If the file cannot be read, is no recording, is damaged or comes from a newer version.
    """
    content = _mapped(path)
    assembly = Assembly(path.name, version_in(path, content), MappedBytes(content))
    try:
        for frame in frames_in(content):
            assembly.take(frame)
    except DamagedError as error:
        raise damaged(path, error.position) from error
    outcome = assembly.outcome()
    assert assembly.recording is not None
    assembly.recording.append(assembly.recording.lost_numbers())
    assembly.recording.end(outcome)
    return assembly.recording


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
        raise RecordingFileError(missing_text(path)) from error
    except (OSError, ValueError) as error:  # ValueError: the file shrank to nothing before it was mapped
        reason = reason_text(error) if isinstance(error, OSError) else str(error)
        raise RecordingFileError(f"{path} could not be read: {reason}.") from error
