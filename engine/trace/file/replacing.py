"""Write a file so that the old one stays whole until the new one is."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from engine.trace.file.errors import RecordingFileError, unwritable

_LONGEST_STEM_BYTES = 200


def final_target(path: Path) -> Path:
    """Return where writing to ``path`` would end up: a link keeps pointing where it points.

    Raises:
        RecordingFileError: If it is a link that leads to itself.
    """
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:  # RuntimeError up to Python 3.12
        raise RecordingFileError(f"{path} could not be written: it is a link that leads to itself.") from error


def check_target(path: Path) -> None:
    """Check that a file could be written at ``path``, without touching it.

    Raises:
        RecordingFileError: If it is a folder or a device, its name is too long, or its folder is missing or closed to
            us.
    """
    try:
        _check(path)
    except OSError as error:  # even to ask about a name may be refused
        raise unwritable(path, error) from error


def _check(path: Path) -> None:
    if path.is_dir():
        raise RecordingFileError(f"{path} is a folder.")
    if path.exists() and not path.is_file():
        raise RecordingFileError(f"{path} is not a plain file.")
    if not path.parent.is_dir():
        raise RecordingFileError(f"The folder {path.parent} does not exist.")
    if not os.access(path.parent, os.W_OK):
        raise RecordingFileError(f"{path} could not be written: its folder is read-only.")
    if path.exists() and not os.access(path, os.W_OK):
        raise RecordingFileError(f"{path} could not be written: it is read-only.")


def part_beside(path: Path) -> Path:
    """Return an unused path in the same folder, so that renaming it to ``path`` is atomic.

    The ending stays the same: some writers choose a format by it. A long name is shortened: most file systems take 255
    bytes.
    """
    stem = path.stem.encode(errors="replace")[:_LONGEST_STEM_BYTES].decode(errors="ignore")
    return path.with_name(f".{stem}.{secrets.token_hex(4)}.part{path.suffix}")


def put_in_place(part: Path, path: Path) -> None:
    """Move the finished file ``part`` to ``path`` after its bytes have reached the disk.

    Raises:
        OSError: If the operating system refuses.
    """
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    with contextlib.suppress(FileNotFoundError):
        shutil.copymode(path, part)
    part.replace(path)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, and put that file in the place of ``path`` when the block ends well.

    When the block fails, ``path`` stays as it was and nothing is left behind.

    Raises:
        RecordingFileError: If the file cannot be written.
    """
    target = final_target(path)
    check_target(target)
    part = part_beside(target)
    try:
        yield part
        put_in_place(part, target)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        part.unlink(missing_ok=True)
