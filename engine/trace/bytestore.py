"""Where the bytes of tensors lie."""

import sys
from bisect import bisect_right
from collections.abc import Iterator
from typing import Protocol

import numpy as np


class ByteStore(Protocol):
    """Read access to the bytes of a recording's tensors."""

    def read(self, offset: int, nbytes: int) -> memoryview:
        """Return ``nbytes`` bytes at ``offset``, without copying where possible.

        Raises:
            ValueError: If the range does not lie inside the store.
        """
        ...


class ByteSink(Protocol):
    """Write access: takes the bytes of tensors while a program runs."""

    def write(self, raw: memoryview) -> int | None:
        """Keep ``raw`` and return its offset, or None when the budget is used up."""
        ...

    @property
    def room_bytes(self) -> int:
        """How many bytes can still be written."""
        ...


BLOCK_BYTES = 1_000_000
"""Small writes share blocks of this size; larger ones have a block each."""


class MemoryBytes:
    """A byte store and sink in plain memory, for recordings made in this process and for tests.

    It is a list of blocks that never move: what was written once is not copied again, and what one ``write`` took can
    be read without a copy.
    """

    def __init__(self, budget_bytes: int | None = None) -> None:
        self._budget_bytes = budget_bytes
        self._starts: list[int] = []
        self._blocks: list[memoryview] = []
        self._size = 0

    def write(self, raw: memoryview) -> int | None:
        """Append ``raw``, which must be contiguous; see ``ByteSink``."""
        offset = self._size
        if self._budget_bytes is not None and offset + raw.nbytes > self._budget_bytes:
            return None
        if raw.nbytes == 0:
            return offset
        used = offset - self._starts[-1] if self._starts else 0
        if not self._blocks or used + raw.nbytes > len(self._blocks[-1]):
            self._begin_block(raw.nbytes)
            used = 0
        self._blocks[-1][used : used + raw.nbytes] = raw.cast("B")
        self._size = offset + raw.nbytes
        return offset

    @property
    def room_bytes(self) -> int:
        """How many bytes can still be written; see ``ByteSink``."""
        return sys.maxsize if self._budget_bytes is None else max(0, self._budget_bytes - self._size)

    def read(self, offset: int, nbytes: int) -> memoryview:
        """Return the bytes, without copying when they were written at once; see ``ByteStore``."""
        if offset < 0 or nbytes < 0 or offset + nbytes > self._size:
            raise ValueError(f"bytes {offset} to {offset + nbytes} are not in the store")
        parts = list(self._parts(offset, offset + nbytes))
        return parts[0] if len(parts) == 1 else memoryview(b"".join(parts))

    def _begin_block(self, nbytes: int) -> None:
        if self._blocks:
            # The rest of the last block stays empty: offsets go on where the bytes end.
            self._blocks[-1] = self._blocks[-1][: self._size - self._starts[-1]]
        self._starts.append(self._size)
        self._blocks.append(np.empty(max(nbytes, BLOCK_BYTES), np.uint8).data)  # a bytearray would be zeroed first

    def _parts(self, start: int, end: int) -> Iterator[memoryview]:
        number = bisect_right(self._starts, start) - 1
        while start < end:
            first = self._starts[number]
            part = self._blocks[number][start - first : end - first].toreadonly()
            yield part
            start += len(part)
            number += 1
