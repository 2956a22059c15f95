"""The first bytes of a file: whether it is a recording, and of which version."""

from pathlib import Path

from engine.trace.file.errors import RecordingFileError, damaged
from engine.trace.file.frames import HEADER, MAGIC, VERSION


def version_in(path: Path, content: bytes | memoryview) -> int:
    """Return the version of the file that begins with ``content``.

    Raises:
        RecordingFileError: If it is no recording, or one that this reader does not know.
    """
    if len(content) < HEADER.size or content[: len(MAGIC)] != MAGIC:
        raise RecordingFileError(f"{path.name} is not a Chainrule recording.")
    _magic, version = HEADER.unpack_from(content)
    if version > VERSION:
        raise RecordingFileError(
            f"{path.name} was written by a newer version of Chainrule "
            f"(file {version}, this one reads up to {VERSION}): "
            "install the newest Chainrule to open it."
        )
    if version == 0:
        raise damaged(path, len(MAGIC))
    return int(version)
