"""Reads event files back that Chainrule, or TensorBoard's own writer, has written: curves and texts."""

import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.training.event_file import masked_crc32c, masked_crc32c_of_rows

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_HEAD = struct.Struct("<QI")
_TAIL_BYTES = 4
_MOST_BYTES = 1_000_000_000
"""Of one file: what is larger is not loaded."""


class EventFileError(ValueError):
    """A file cannot be read as a row of events; the text is one sentence."""


@dataclass(slots=True)
class Events:
    """What stands in a file: curves by their tags with steps and numbers, and texts as (step, tag, text)."""

    curves: dict[str, tuple[Integers, Floats]] = field(default_factory=dict)
    texts: list[tuple[int, str, str]] = field(default_factory=list)


def read_events(path: Path) -> Events:
    """Return what an event file holds; a last record that was not written to its end is left out.

    Raises:
        EventFileError: If it cannot be read, or is damaged.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise EventFileError(f"{path.name} is too large to be shown.")
        raw = path.read_bytes()
    except OSError as error:
        raise EventFileError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    try:
        spans = _spans(raw)
        _check(raw, spans)
        return _events(raw, spans)
    except (ValueError, IndexError, struct.error, UnicodeDecodeError) as error:
        raise EventFileError(f"{path.name} is damaged, or no event file.") from error


def _spans(raw: bytes) -> list[tuple[int, int]]:
    """Return where the events of all whole records begin and end."""
    found, at, end = [], 0, len(raw)
    while at + _HEAD.size <= end:
        length, _crc = _HEAD.unpack_from(raw, at)
        start = at + _HEAD.size
        if start + length + _TAIL_BYTES > end:
            if masked_crc32c(raw[at : at + 8]) != raw[at + 8 : at + 12]:
                raise ValueError("a length is wrong")
            break  # the writer was ended in the middle of it
        found.append((start, start + length))
        at = start + length + _TAIL_BYTES
    if not found:
        raise ValueError("not even its version stands in it")
    return found


def _check(raw: bytes, spans: list[tuple[int, int]]) -> None:
    """Compare the checksums, those of events of one length at once."""
    numbers = np.frombuffer(raw, dtype=np.uint8)
    starts = np.array([start for start, _ in spans], dtype=np.int64)
    lengths = np.array([end - start for start, end in spans], dtype=np.int64)
    for length in np.unique(lengths).tolist():
        at = starts[lengths == length]
        rows = numbers[at[:, None] + np.arange(length)]
        told = numbers[at[:, None] + length + np.arange(_TAIL_BYTES)]
        if not np.array_equal(masked_crc32c_of_rows(rows), told):
            raise ValueError("a checksum is wrong")


def _events(raw: bytes, spans: list[tuple[int, int]]) -> Events:
    points: dict[bytes, tuple[list[int], list[float]]] = {}
    made = Events()
    unpack = struct.Struct("<f").unpack_from
    for start, end in spans:
        step, at = 0, start
        while at < end:
            key, at = _varint(raw, at)
            if key == 2 << 3:
                step, at = _varint(raw, at)
            elif key == 5 << 3 | 2:
                length, at = _varint(raw, at)
                tag, number_at, text = _value(raw, at, at + length)
                if number_at >= 0:
                    steps, numbers = points.setdefault(tag, ([], []))
                    steps.append(step)
                    numbers.append(unpack(raw, number_at)[0])
                elif text is not None:
                    made.texts.append((step, tag.decode(), text))
                at += length
            else:
                at = _past(raw, at, key & 7)
        if at != end:
            raise ValueError("a message does not fit its record")
    for tag, (steps, numbers) in points.items():
        made.curves[tag.decode()] = (np.array(steps, dtype=np.int64), np.array(numbers, dtype=np.float64))
    return made


def _value(raw: bytes, at: int, end: int) -> tuple[bytes, int, str | None]:
    """Return tag, place of a number (-1: there is none) and text of the first value of a summary."""
    tag, number_at, text = b"", -1, None
    key, at = _varint(raw, at)
    if key != 1 << 3 | 2:
        return tag, number_at, text
    length, at = _varint(raw, at)
    end = min(end, at + length)
    while at < end:
        key, at = _varint(raw, at)
        if key == 1 << 3 | 2:
            length, at = _varint(raw, at)
            tag = raw[at : at + length]
            at += length
        elif key == 2 << 3 | 5:
            number_at, at = at, at + 4
        elif key == 8 << 3 | 2:
            length, at = _varint(raw, at)
            text = _text(raw, at, at + length)
            at += length
        else:
            at = _past(raw, at, key & 7)
    return tag, number_at, text


def _text(raw: bytes, at: int, end: int) -> str | None:
    """Return the first text of a tensor, None where it holds none."""
    while at < end:
        key, at = _varint(raw, at)
        if key == 8 << 3 | 2:
            length, at = _varint(raw, at)
            return raw[at : at + length].decode()
        at = _past(raw, at, key & 7)
    return None


def _past(raw: bytes, at: int, kind: int) -> int:
    """Return where the field after this one begins."""
    match kind:
        case 0:
            return _varint(raw, at)[1]
        case 1:
            return at + 8
        case 2:
            length, at = _varint(raw, at)
            return at + length
        case 5:
            return at + 4
        case _:
            raise ValueError("a field is of no known kind")


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    byte = raw[at]
    if byte < 0x80:
        return byte, at + 1
    number, shift = byte & 0x7F, 7
    while True:
        at += 1
        byte = raw[at]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at + 1
        shift += 7
        if shift > 63:
            raise ValueError("a number is too long")
