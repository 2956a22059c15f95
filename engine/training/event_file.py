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

import numpy as np
import numpy.typing as npt

_VARINT, _DOUBLE, _BYTES, _FLOAT = 0, 1, 2, 5
_STRING_TYPE = 7
"""DT_STRING of ``types.proto``."""
_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8
_FEW = 8
"""Events that are written one by one."""


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
        by_length: dict[int, list[bytes]] = {}
        for step, number in points:
            value = name + _key(2, _FLOAT) + struct.pack("<f", _as_float(number))
            event = _event(now, step, _field(5, _field(1, value)))
            by_length.setdefault(len(event), []).append(event)
        for events in by_length.values():  # of one curve they are as long as their steps, so the order stays
            self._write_alike(events)

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
        self._file.write(head + masked_crc32c(head) + event + masked_crc32c(event))

    def _write_alike(self, events: list[bytes]) -> None:
        """Write events of one length: their checksums are computed side by side."""
        if len(events) < _FEW:
            for event in events:
                self._write(event)
            return
        rows = np.frombuffer(b"".join(events), dtype=np.uint8).reshape(len(events), -1)
        length = struct.pack("<Q", rows.shape[1])
        head = np.frombuffer(length + masked_crc32c(length), dtype=np.uint8)
        heads = np.broadcast_to(head, (len(events), len(head)))
        self._file.write(np.concatenate((heads, rows, masked_crc32c_of_rows(rows)), axis=1).tobytes())


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


def masked_crc32c(raw: bytes) -> bytes:
    """Return the four bytes that follow ``raw`` in a record."""
    crc = crc32c(raw)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + _MASK) & 0xFFFFFFFF)


def masked_crc32c_of_rows(rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the same for each row: [rows, 4]."""
    table = np.array(_table(), dtype=np.uint32)
    crc = np.full(len(rows), 0xFFFFFFFF, dtype=np.uint32)
    for column in rows.T:
        crc = table[(crc ^ column) & 0xFF] ^ (crc >> 8)
    crc ^= np.uint32(0xFFFFFFFF)
    masked = (((crc >> 15) | (crc << 17)) + np.uint32(_MASK)).astype("<u4")
    return masked.view(np.uint8).reshape(len(rows), 4)


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
