"""The bytes of tensors inside a memory-mapped file."""

from bisect import bisect_right, insort
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class _Extent:
    offset: int
    raw: memoryview = field(compare=False)

    @property
    def end(self) -> int:
        return self.offset + self.raw.nbytes


class MappedBytes:
    """A ``ByteStore`` over pieces of a mapped file; reading inside one piece copies nothing."""

    def __init__(self) -> None:
        self._extents: list[_Extent] = []

    def add(self, offset: int, raw: memoryview) -> None:
        """Say that the bytes from ``offset`` on are ``raw``.

        Raises:
            ValueError: If some of them are known already.
        """
        extent = _Extent(offset, raw)
        position = bisect_right(self._extents, extent)
        before = self._extents[position - 1] if position else None
        after = self._extents[position] if position < len(self._extents) else None
        if (before is not None and before.end > offset) or (after is not None and after.offset < extent.end):
            raise ValueError(f"bytes {offset} to {extent.end} overlap others")
        insort(self._extents, extent)

    def read(self, offset: int, nbytes: int) -> memoryview:
        """Return the bytes; see ``ByteStore``."""
        parts = self._parts(offset, nbytes)
        return parts[0] if len(parts) == 1 else memoryview(b"".join(parts))

    def holds(self, offset: int, nbytes: int) -> bool:
        """Whether ``read`` would succeed."""
        try:
            self._parts(offset, nbytes)
        except ValueError:
            return False
        return True

    def _parts(self, offset: int, nbytes: int) -> list[memoryview]:
        parts: list[memoryview] = []
        position = bisect_right(self._extents, offset, key=lambda extent: extent.offset) - 1
        end = offset + nbytes
        while offset < end:
            extent = self._extents[position] if 0 <= position < len(self._extents) else None
            if extent is None or not extent.offset <= offset < extent.end:
                raise ValueError(f"bytes {offset} to {end} are not in the recording")
            parts.append(extent.raw[offset - extent.offset : end - extent.offset])
            offset = min(end, extent.end)
            position += 1
        if nbytes < 0:
            raise ValueError("a number of bytes is not negative")
        return parts
