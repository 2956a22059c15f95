"""The file that a worker puts the bytes of tensors into, mapped into this process."""

import contextlib
import mmap
import os
import tempfile
import weakref
from pathlib import Path

from engine.protocol.segment import BYTES_START, LINE


class MappedSegment:
    """A byte store over a temporary file that stays readable when the worker is gone.

    The file takes disk space only as bytes are written. It is removed when the segment is closed or dropped; where the
    system allows it, ``unlink`` removes its name as soon as the worker has opened it, so that nothing can be left over.
    Views that were given out stay valid.
    """

    def __init__(self, budget_bytes: int) -> None:
        self._size = budget_bytes
        descriptor, path = tempfile.mkstemp(prefix="chainrule-", suffix=".values")
        try:
            os.truncate(descriptor if os.truncate in os.supports_fd else path, BYTES_START + budget_bytes)
            self._map = mmap.mmap(descriptor, BYTES_START + budget_bytes, access=mmap.ACCESS_READ)
        except BaseException:
            os.close(descriptor)
            _remove(path)
            raise
        os.close(descriptor)
        self.path = Path(path)
        self._view = memoryview(self._map)
        self._remover = weakref.finalize(self, _remove, path)

    def read(self, offset: int, nbytes: int) -> memoryview:
        """Return the bytes without copying; see ``ByteStore``."""
        if offset < 0 or nbytes < 0 or offset + nbytes > self._size:
            raise ValueError(f"bytes {offset} to {offset + nbytes} are not in the store")
        return self._view[BYTES_START + offset : BYTES_START + offset + nbytes]

    def running_line(self) -> int | None:
        """Return the line of the top-level statement that the worker last began, or None before the first."""
        (line,) = LINE.unpack_from(self._view, 0)
        return line if line > 0 else None

    def unlink(self) -> None:
        """Remove the file's name where an open file may lose it (not on Windows)."""
        if os.name == "posix":
            self._remover()

    def close(self) -> None:
        """Remove the file. The bytes stay readable as long as the segment or a view of it is referred to (POSIX)."""
        self._remover()


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        Path(path).unlink()
