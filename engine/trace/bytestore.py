"""Where the bytes of tensors lie."""

from typing import Protocol


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


class MemoryBytes:
    """A byte store and sink in plain memory, for recordings made in this process and for tests."""

    def __init__(self, budget_bytes: int | None = None) -> None:
        self._content = bytearray()
        self._budget_bytes = budget_bytes

    def write(self, raw: memoryview) -> int | None:
        """Append ``raw``; see ``ByteSink``."""
        offset = len(self._content)
        if self._budget_bytes is not None and offset + raw.nbytes > self._budget_bytes:
            return None
        self._content += raw
        return offset

    def read(self, offset: int, nbytes: int) -> memoryview:
        """Return a copy of the bytes; see ``ByteStore``."""
        if offset < 0 or nbytes < 0 or offset + nbytes > len(self._content):
            raise ValueError(f"bytes {offset} to {offset + nbytes} are not in the store")
        return memoryview(bytes(self._content[offset : offset + nbytes]))
