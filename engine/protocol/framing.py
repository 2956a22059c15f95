"""Messages on a stream of bytes, as ``multiprocessing.connection`` frames them.

A frame is a signed big-endian 32-bit length and that many bytes; a length of -1 means that an unsigned 64-bit length
follows. The reader here never waits for the rest of a frame, so that a worker that stops in the middle of one cannot
hold the host up.
"""

import struct

from engine.protocol.codec import MAX_MESSAGE_BYTES, ProtocolError

SHORT = struct.Struct("!i")
LONG = struct.Struct("!Q")


class FrameReader:
    """Cuts a stream that arrives in pieces of any size into frames."""

    def __init__(self, limit_bytes: int = MAX_MESSAGE_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._waiting = bytearray()

    def feed(self, piece: bytes) -> list[bytes]:
        """Take the next piece of the stream and return the frames that are whole now.

        Raises:
            ProtocolError: If a header is impossible or announces more than the limit.
        """
        self._waiting += piece
        frames = []
        start = 0
        while (bounds := self._bounds(start)) is not None:
            begin, start = bounds
            frames.append(bytes(memoryview(self._waiting)[begin:start]))
        if start:
            del self._waiting[:start]
        return frames

    @property
    def is_inside_a_frame(self) -> bool:
        """Whether part of a frame has come whose rest is missing."""
        return bool(self._waiting)

    def _bounds(self, start: int) -> tuple[int, int] | None:
        """Return where the content of the frame at ``start`` begins and ends, or None while it is not whole."""
        have = len(self._waiting)
        begin = start + SHORT.size
        if have < begin:
            return None
        (length,) = SHORT.unpack_from(self._waiting, start)
        if length == -1:
            if have < begin + LONG.size:
                return None
            (length,) = LONG.unpack_from(self._waiting, begin)
            begin += LONG.size
        if not 0 <= length <= self._limit_bytes:
            raise ProtocolError(f"a frame announces {length} bytes, allowed are {self._limit_bytes}")
        return (begin, begin + length) if have >= begin + length else None
