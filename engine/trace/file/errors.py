"""What can be wrong with a file."""

from pathlib import Path


class RecordingFileError(Exception):
    """A file cannot be read or written; the text is one whole sentence for a person."""


def reason_text(error: OSError) -> str:
    """Return the operating system's reason in words, e.g. ``No space left on device``."""
    return error.strerror or str(error)


def unwritable(path: Path, error: OSError) -> RecordingFileError:
    """Return the error for a file that the operating system does not let us write."""
    return RecordingFileError(f"{path} could not be written: {reason_text(error)}.")


def damaged(path: Path, position: int) -> RecordingFileError:
    """Return the error for a file whose bytes from ``position`` on are not what was written."""
    return RecordingFileError(f"{path.name} is damaged at byte {position}.")
