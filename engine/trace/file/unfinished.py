"""Files that a writer has begun and not finished: where they lie, and whether their writer still lives.

A recording is written beside its final place, as ``run.part.chainrule`` for ``run.chainrule``, and moved there when it
is whole. While the writer lives it holds a lock on the part; a part without a lock was left by a writer that died.
"""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LONGEST_STEM_BYTES = 200
_MOST_PARTS = 99
_LOCK_PLACE = 1 << 62
"""Windows locks bytes, and locked bytes cannot be read: this one is beyond the end of any file."""


def create_part(target: Path) -> tuple[Path, BinaryIO]:
    """Create and lock a part for the recording that will lie at ``target``; parts of others are left alone.

    Raises:
        OSError: If the operating system refuses, or there are too many parts already.
    """
    last: FileExistsError | None = None
    for part in _names(target):
        try:
            file = part.open("xb")
        except FileExistsError as error:
            last = error
            continue
        with contextlib.suppress(OSError):  # a file system without locks: then nobody can tell that we live
            _lock(file)
        return part, file
    assert last is not None
    raise last


def parts_of(target: Path) -> tuple[Path, ...]:
    """Return the parts that lie beside ``target``, the one written to last first."""
    found = []
    for part in _names(target):
        with contextlib.suppress(OSError):
            found.append((part.stat().st_mtime_ns, part))
    return tuple(part for _time, part in sorted(found, reverse=True))


def is_being_written(path: Path) -> bool:
    """Whether a living writer holds the file."""
    try:
        with path.open("rb") as file:
            return not _can_lock(file)
    except OSError:
        return False


def missing_text(path: Path) -> str:
    """Return the sentence for a recording that is not there, which names an unfinished one of it."""
    parts = parts_of(path)
    if not parts:
        return f"There is no file {path}."
    if is_being_written(parts[0]):
        return f"There is no file {path} yet: it is being written as {parts[0].name}, which can be opened already."
    return f"There is no file {path}, but {parts[0].name} beside it is a recording that was cut off: open that one."


def unfinished_text(path: Path) -> str:
    """Return a sentence about a later recording that did not reach ``path``; empty when there is none."""
    try:
        written_ns = path.stat().st_mtime_ns
    except OSError:
        return ""
    for part in parts_of(path):
        with contextlib.suppress(OSError):
            if part.stat().st_mtime_ns >= written_ns:
                state = "is being written now" if is_being_written(part) else "was cut off"
                return f"A later recording of {path.name} {state}: it is in {part.name}."
    return ""


def _names(target: Path) -> Iterator[Path]:
    """Yield what parts of a target are called; a long name is shortened: most file systems take 255 bytes."""
    stem = target.stem.encode(errors="replace")[:_LONGEST_STEM_BYTES].decode(errors="ignore")
    for number in range(1, _MOST_PARTS + 1):
        yield target.with_name(f"{stem}.part{'' if number == 1 else number}{target.suffix}")


if sys.platform == "win32":

    def _lock(file: BinaryIO) -> None:
        place = file.tell()
        file.seek(_LOCK_PLACE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        finally:
            file.seek(place)

    def _can_lock(file: BinaryIO) -> bool:
        try:
            _lock(file)
        except OSError:
            return False
        file.seek(_LOCK_PLACE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        return True

else:

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _can_lock(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
