"""TensorBoard's event files: the curves of a run for the tool that people know.

A file is a row of records: length (8 bytes, little-endian), its checksum, the event, its checksum; checksums are
CRC-32C, masked as TFRecord files have it. An event is a message of Protocol Buffers (``event.proto``,
``summary.proto``); the few fields that scalars, texts and histograms need are written here by hand.
"""

import struct
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

_VARINT, _DOUBLE, _BYTES, _FLOAT = 0, 1, 2, 5
_DOUBLE_TYPE, _STRING_TYPE = 2, 7
"""DT_DOUBLE and DT_STRING of ``types.proto``."""
_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8
Bytes = npt.NDArray[np.uint8]


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

    def add_scalars(self, tag: str, steps: npt.ArrayLike, numbers: npt.ArrayLike) -> None:
        """Add points of one curve, with rising steps."""
        now, name = self._clock(), _field(1, tag.encode())
        all_steps = np.asarray(steps, dtype=np.int64)
        all_numbers = _as_floats(np.asarray(numbers, dtype=np.float64))
        lengths = _varint_lengths(all_steps)
        for length in np.unique(lengths).tolist():  # events are as long as their steps, so the order stays
            chosen = lengths == length
            events = _scalars(now, name, _varints(all_steps[chosen], length), all_numbers[chosen])
            self._write_alike(events)

    def add_text(self, tag: str, text: str, step: int = 0) -> None:
        """Add a text; TensorBoard shows it as Markdown."""
        self._add_tensor(tag, step, b"text", _tensor(_STRING_TYPE, (1,), _field(8, text.encode())))

    def add_histogram(self, tag: str, edges: npt.ArrayLike, counts: npt.ArrayLike, step: int) -> None:
        """Add a histogram: ``counts`` of what lies between one of the ``edges`` and the next."""
        bounds = np.asarray(edges, dtype="<f8")
        rows = np.stack([bounds[:-1], bounds[1:], np.asarray(counts, dtype="<f8")], axis=1)
        self._add_tensor(tag, step, b"histograms", _tensor(_DOUBLE_TYPE, rows.shape, _field(4, rows.tobytes())))

    def _add_tensor(self, tag: str, step: int, plugin: bytes, tensor: bytes) -> None:
        value = _field(1, tag.encode()) + _field(9, _field(1, _field(1, plugin))) + _field(8, tensor)
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

    def _write_alike(self, rows: Bytes) -> None:
        """Write events of one length, [events, bytes]: their checksums are computed side by side."""
        length = struct.pack("<Q", rows.shape[1])
        head = np.frombuffer(length + masked_crc32c(length), dtype=np.uint8)
        heads = np.broadcast_to(head, (len(rows), len(head)))
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


def masked_crc32c_of_rows(rows: Bytes) -> Bytes:
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


def _tensor(kind: int, shape: tuple[int, ...], content: bytes) -> bytes:
    sizes = b"".join(_field(2, _key(1, _VARINT) + _varint(size)) for size in shape)
    return _key(1, _VARINT) + _varint(kind) + _field(2, sizes) + content


def _scalars(seconds: float, name: bytes, steps: Bytes, numbers: npt.NDArray[np.float32]) -> Bytes:
    """Return events of one point each: [events, bytes]; ``steps`` are written already, [events, bytes of a step]."""
    value = name + _key(2, _FLOAT)
    before = _key(1, _DOUBLE) + struct.pack("<d", seconds) + _key(2, _VARINT)
    inner = _key(1, _BYTES) + _varint(len(value) + numbers.itemsize) + value
    between = _key(5, _BYTES) + _varint(len(inner) + numbers.itemsize) + inner
    parts = (_repeated(before, len(steps)), steps, _repeated(between, len(steps)), _bytes_of(numbers))
    return np.concatenate(parts, axis=1)


def _repeated(raw: bytes, count: int) -> Bytes:
    return np.broadcast_to(np.frombuffer(raw, dtype=np.uint8), (count, len(raw)))


def _bytes_of(numbers: npt.NDArray[np.float32]) -> Bytes:
    return np.ascontiguousarray(numbers, dtype="<f4").view(np.uint8).reshape(len(numbers), -1)


def _varint_lengths(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return how many bytes each number takes: one for every seven bits."""
    lengths = np.ones(len(numbers), dtype=np.int64)
    for bits in range(7, 63, 7):
        lengths += numbers >= 1 << bits
    return lengths


def _varints(numbers: npt.NDArray[np.int64], length: int) -> Bytes:
    """Return numbers that take so many bytes each: [numbers, length]."""
    shifts = np.arange(0, 7 * length, 7, dtype=np.int64)
    found = (numbers[:, None] >> shifts & 0x7F).astype(np.uint8)
    found[:, :-1] |= 0x80
    return found


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


def _as_floats(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Return numbers that a float can hold: what is too large becomes infinite."""
    with np.errstate(over="ignore"):
        return numbers.astype(np.float32)
