"""TensorBoard's event files: the curves of a run for the tool that people know.

A file is a row of records: length (8 bytes, little-endian), its checksum, the event, its checksum; checksums are
CRC-32C, masked as TFRecord files have it. An event is a message of Protocol Buffers (``event.proto``,
``summary.proto``); the few fields that scalars and texts need are written here by hand.
"""

import struct
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

_VARINT, _DOUBLE, _BYTES, _FLOAT = 0, 1, 2, 5
_STRING_TYPE = 7
"""DT_STRING of ``types.proto``."""
_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8


class EventFile:
    """Writes one event file; a run is a folder with one of them.

    ``clock`` gives seconds since 1970.

    Raises:
        OSError: From any method, if the file cannot be written.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self.path = folder / f"events.out.tfevents.{int(clock())}.chainrule"
        self._file: BinaryIO = self.path.open("ab")
        self._write(_event(clock(), 0, _field(3, b"brain.Event:2")))

    def add_scalars(self, tag: str, points: Iterable[tuple[int, float]]) -> None:
        """Add points of one curve: step and number."""
        now = self._clock()
        name = _field(1, tag.encode())
        for step, number in points:
            value = name + _key(2, _FLOAT) + struct.pack("<f", _as_float(number))
            self._write(_event(now, step, _field(5, _field(1, value))))

    def add_text(self, tag: str, text: str, step: int = 0) -> None:
        """Add a text; TensorBoard shows it as Markdown."""
        metadata = _field(9, _field(1, _field(1, b"text")))
        shape = _field(2, _field(2, _key(1, _VARINT) + _varint(1)))
        tensor = _key(1, _VARINT) + _varint(_STRING_TYPE) + shape + _field(8, text.encode())
        value = _field(1, tag.encode()) + metadata + _field(8, tensor)
        self._write(_event(self._clock(), step, _field(5, _field(1, value))))

    def flush(self) -> None:
        """Have everything on disk, where TensorBoard reads along."""
        self._file.flush()

    def close(self) -> None:
        """End the file."""
        self._file.close()

    def _write(self, event: bytes) -> None:
        head = struct.pack("<Q", len(event))
        self._file.write(head + _masked(head) + event + _masked(event))


def crc32c(raw: bytes) -> int:
    """Return the CRC-32C (Castagnoli) of some bytes."""
    table, crc = _table(), 0xFFFFFFFF
    for byte in raw:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


@lru_cache(maxsize=1)
def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (_POLYNOMIAL if crc & 1 else 0)
        rows.append(crc)
    return tuple(rows)


def _masked(raw: bytes) -> bytes:
    crc = crc32c(raw)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + _MASK) & 0xFFFFFFFF)


def _event(seconds: float, step: int, what: bytes) -> bytes:
    return _key(1, _DOUBLE) + struct.pack("<d", seconds) + _key(2, _VARINT) + _varint(step) + what


def _field(number: int, raw: bytes) -> bytes:
    return _key(number, _BYTES) + _varint(len(raw)) + raw


def _key(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _as_float(number: float) -> float:
    """Return a number that a float can hold: what is too large becomes infinite."""
    largest = 3.4028234663852886e38
    if abs(number) > largest and abs(number) != float("inf"):
        return float("inf") if number > 0 else float("-inf")
    return number
