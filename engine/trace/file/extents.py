"""Which stretches of a recording's store a file holds, and where in the file they lie."""

from bisect import bisect_right


class Extents:
    """Stretches of the store, each at one place of the file; they never overlap."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._places: list[int] = []

    def add(self, offset: int, nbytes: int, place: int) -> None:
        """Say that the ``nbytes`` bytes of the store from ``offset`` on begin at byte ``place`` of the file.

        Raises:
            ValueError: If some of them are known already.
        """
        if nbytes == 0:
            return
        position = bisect_right(self._starts, offset)
        overlaps_before = position > 0 and self._ends[position - 1] > offset
        if overlaps_before or (position < len(self._starts) and self._starts[position] < offset + nbytes):
            raise ValueError(f"bytes {offset} to {offset + nbytes} overlap others")
        self._starts.insert(position, offset)
        self._ends.insert(position, offset + nbytes)
        self._places.insert(position, place)

    def parts(self, offset: int, nbytes: int) -> list[tuple[int, int]]:
        """Return where the bytes lie in the file: places and numbers of bytes, in order.

        Raises:
            ValueError: If some of them are not in the file.
        """
        if offset < 0 or nbytes < 0:
            raise ValueError("offsets and numbers of bytes are not negative")
        parts: list[tuple[int, int]] = []
        position = bisect_right(self._starts, offset) - 1
        end = offset + nbytes
        while offset < end:
            if not 0 <= position < len(self._starts) or not self._starts[position] <= offset < self._ends[position]:
                raise ValueError(f"bytes {offset} to {end} are not in the recording")
            stop = min(end, self._ends[position])
            parts.append((self._places[position] + offset - self._starts[position], stop - offset))
            offset = stop
            position += 1
        return parts

    def holds(self, offset: int, nbytes: int) -> bool:
        """Whether all of the bytes are in the file."""
        position = bisect_right(self._starts, offset) - 1
        if position >= 0 and nbytes > 0 and offset + nbytes <= self._ends[position]:
            return True  # in one piece, as nearly always
        try:
            self.parts(offset, nbytes)
        except ValueError:
            return False
        return True
