"""The bytes of the file: a header, then frames of one kind, length, checksum and payload each."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import BinaryIO

import msgspec

MAGIC = b"CHAINRULE"
VERSION = 2

HEADER = Struct("<9sH")
"""Magic and version."""

HEAD = Struct("<BQ")
"""Kind and length of the payload in bytes."""

CHECKSUM = Struct("<I")
"""CRC-32 of head and payload."""

BEGINNING_BYTES = HEAD.size + CHECKSUM.size
"""What precedes the payload of a frame."""

DATA_HEAD = Struct("<QB")
"""First offset of the raw bytes in the recording's store, and how many padding bytes follow."""

ALIGNMENT = 64
"""Raw bytes lie in the file as they lie in the store, modulo this, so that numpy sees aligned arrays."""


class FrameKind(IntEnum):
    """What a frame holds."""

    INFO = 1
    BATCH = 2
    DATA = 3
    OUTCOME = 4
    END = 5


KNOWN_KINDS = frozenset(kind.value for kind in FrameKind)


class Totals(msgspec.Struct, frozen=True):
    """How many facts a whole file has, so that a reader can tell that nothing is missing."""

    steps: int
    values: int
    grad_nodes: int
    grad_edges: int
    data_bytes: int


class DamagedError(ValueError):
    """The bytes at ``position`` are not what was written."""

    def __init__(self, position: int) -> None:
        super().__init__(f"damaged at byte {position}")
        self.position = position


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole, verified frame: it starts at byte ``start``, its payload at byte ``payload_start`` of the file."""

    kind: FrameKind
    start: int
    payload_start: int
    payload: memoryview


def frames_in(content: memoryview) -> Iterator[Frame]:
    """Yield the whole frames that follow the header, up to the first one that is cut off.

    Raises:
        DamagedError: If a frame is all there but is not what was written.
    """
    position = HEADER.size
    while len(content) - position >= BEGINNING_BYTES:
        payload_start = position + BEGINNING_BYTES
        beginning = content[position:payload_start]
        length = payload_length(beginning)
        if length > len(content) - payload_start:
            return
        payload = content[payload_start : payload_start + length]
        yield verified(beginning, payload, position)
        position = payload_start + length


def payload_length(beginning: bytes | memoryview) -> int:
    """Return how many bytes follow the beginning of a frame."""
    _kind, length = HEAD.unpack_from(beginning)
    return int(length)


def verified(beginning: bytes | memoryview, payload: memoryview, position: int) -> Frame:
    """Return the frame at byte ``position`` of the file.

    Raises:
        DamagedError: If it is not what was written.
    """
    kind, length = HEAD.unpack_from(beginning)
    (expected,) = CHECKSUM.unpack_from(beginning, HEAD.size)
    if kind not in KNOWN_KINDS or zlib.crc32(payload, zlib.crc32(HEAD.pack(kind, length))) != expected:
        raise DamagedError(position)
    return Frame(FrameKind(kind), position, position + BEGINNING_BYTES, payload)


def write_frame(file: BinaryIO, kind: FrameKind, *pieces: bytes | memoryview) -> None:
    """Write one frame whose payload is ``pieces`` one after the other."""
    head = HEAD.pack(kind, sum(memoryview(piece).nbytes for piece in pieces))
    checksum = zlib.crc32(head)
    for piece in pieces:
        checksum = zlib.crc32(piece, checksum)
    file.write(head + CHECKSUM.pack(checksum))
    for piece in pieces:
        file.write(piece)


def data_head(position: int, offset: int) -> bytes:
    """Return what precedes the raw bytes in the payload of a DATA frame that starts at byte ``position``."""
    raw_start = position + BEGINNING_BYTES + DATA_HEAD.size
    padding = (offset - raw_start) % ALIGNMENT
    return DATA_HEAD.pack(offset, padding) + bytes(padding)
