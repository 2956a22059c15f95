"""The bytes of tensors inside a file: mapped into memory, or read when somebody looks."""

import os
import threading
import weakref
from pathlib import Path
from typing import Protocol

from engine.trace.bytestore import ByteStore
from engine.trace.file.extents import Extents


class StoredBytes(ByteStore, Protocol):
    """A byte store that learns stretch by stretch where in its file the bytes lie."""

    @property
    def extents(self) -> Extents:
        """The stretches known so far."""
        ...


class MappedBytes:
    """The bytes of a file that is mapped whole; reading inside one stretch copies nothing."""

    def __init__(self, content: memoryview) -> None:
        self._content = content
        self.extents = Extents()

    def read(self, offset: int, nbytes: int) -> memoryview:
        """Return the bytes; see ``ByteStore``."""
        parts = [self._content[place : place + size] for place, size in self.extents.parts(offset, nbytes)]
        return parts[0] if len(parts) == 1 else memoryview(b"".join(parts))


class OpenFile:
    """A file that is read at many places, from any thread, while it may still grow.

    It is closed when nobody needs it any more.
    """

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            OSError: If the operating system refuses.
        """
        self._file = path.open("rb")
        self._lock = threading.Lock()
        weakref.finalize(self, self._file.close)

    def size(self) -> int:
        """Return how many bytes the file has now."""
        return os.fstat(self._file.fileno()).st_size

    def read_at(self, place: int, nbytes: int) -> bytes:
        """Return the bytes at ``place``; fewer where the file ends.

        Raises:
            OSError: If the operating system refuses.
        """
        with self._lock:
            self._file.seek(place)
            return self._file.read(nbytes)


class FileBytes:
    """The bytes of tensors in an open file; each look reads them, and nothing is mapped."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self.extents = Extents()

    def read(self, offset: int, nbytes: int) -> memoryview:
        """Return the bytes; see ``ByteStore``."""
        pieces = [self._piece(place, size) for place, size in self.extents.parts(offset, nbytes)]
        return memoryview(pieces[0] if len(pieces) == 1 else b"".join(pieces))

    def _piece(self, place: int, nbytes: int) -> bytes:
        try:
            raw = self._file.read_at(place, nbytes)
        except OSError as error:
            raise ValueError(f"the file cannot be read any more: {error}") from error
        if len(raw) != nbytes:
            raise ValueError("the file is shorter than it was")
        return raw
