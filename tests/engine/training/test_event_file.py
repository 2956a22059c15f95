"""Event files: checksums against published vectors, records against a decoder by the rules of Protocol Buffers."""

import math
import struct

import numpy as np
import pytest

from engine.training.event_file import EventFile, crc32c
from engine.training.event_log import EventLog
from engine.training.event_reader import read_events
from engine.training.facts import Hyper, Mark, MarkKind, Picture, Progress, TrainState, points


@pytest.mark.parametrize(
    ("raw", "crc"),
    [
        (b"123456789", 0xE3069283),
        (b"", 0),
        (bytes(32), 0x8A9136AA),  # RFC 3720, B.4, as the next two
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_checksums_are_those_of_the_standard(raw, crc):
    assert crc32c(raw) == crc


def varint(raw, at):
    number = shift = 0
    while True:
        byte = raw[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def fields(raw):
    """The fields of a message: number to list of what stands there."""
    found, at = {}, 0
    while at < len(raw):
        key, at = varint(raw, at)
        match key & 7:
            case 0:
                value, at = varint(raw, at)
            case 1:
                value, at = struct.unpack_from("<d", raw, at)[0], at + 8
            case 5:
                value, at = struct.unpack_from("<f", raw, at)[0], at + 4
            case 2:
                length, at = varint(raw, at)
                value, at = raw[at : at + length], at + length
        found.setdefault(key >> 3, []).append(value)
    return found


def events(path):
    raw, at = path.read_bytes(), 0
    while at < len(raw):
        (length,) = struct.unpack_from("<Q", raw, at)
        event = raw[at + 12 : at + 12 + length]
        for part, place in ((raw[at : at + 8], at + 8), (event, at + 12 + length)):
            crc = crc32c(part)
            assert struct.unpack_from("<I", raw, place)[0] == ((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32
        yield fields(event)
        at += 16 + length


def test_scalars_stand_where_they_belong(tmp_path):
    file = EventFile(tmp_path / "a run", lambda: 1700000000.5)
    file.add_scalars("loss", [0, 300, 301], [0.5, math.nan, 1e300])
    file.close()
    first, *rest = events(file.path)
    assert file.path.name == "events.out.tfevents.1700000000.chainrule"
    assert (first[1], first[3]) == ([1700000000.5], [b"brain.Event:2"])
    values = [fields(fields(event[5][0])[1][0]) for event in rest]
    assert [event[2] for event in rest] == [[0], [300], [301]]
    assert {value[1][0] for value in values} == {b"loss"}
    assert values[0][2] == [0.5]
    assert math.isnan(values[1][2][0])
    assert values[2][2] == [math.inf]


def test_steps_of_every_length_stand_where_they_belong(tmp_path):
    steps = sorted({0, 1, *(2**bits + more for bits in (7, 14, 21, 28, 35, 62) for more in (-1, 0))})
    file = EventFile(tmp_path)
    file.add_scalars("loss", steps, range(len(steps)))
    file.close()
    _, *rest = events(file.path)
    assert [event[2] for event in rest] == [[step] for step in steps]
    assert [fields(fields(event[5][0])[1][0])[2] for event in rest] == [[float(at)] for at in range(len(steps))]


def test_the_log_of_a_run(tmp_path):
    log = EventLog(tmp_path, "x = 1\ny = 2")
    log.take(
        (
            Hyper("SGD", ("lr", "clip norm"), ((0.1,), ())),
            points("loss", [0, 1], [3.0, 2.0]),
            Mark(1, MarkKind.EDIT, "lr 0.1 → 0.2", 3.5),
            Progress(state=TrainState.RUNNING, iteration=2),
        )
    )
    log.close()
    _, *rest = events(log.path)
    values = [fields(fields(event[5][0])[1][0]) for event in rest]
    assert [value[1][0].decode() for value in values] == ["program", "hyper-parameters", "loss", "loss", "marks/edit"]
    texts = [fields(value[8][0])[8][0].decode() for value in values if 8 in value]
    assert texts[0] == "    x = 1\n    y = 2"
    assert "| lr | 0.1 |" in texts[1]
    assert texts[2] == "iteration 1: lr 0.1 → 0.2"


def test_histograms_stand_where_they_belong(tmp_path):
    log = EventLog(tmp_path, "")
    numbers = np.array([-1.0, 1.0, 3, 5], dtype="<f4")
    log.take((Picture(300, "histogram/fc.weight", (4,), numbers.tobytes()), Picture(1, "boundary", (0,), b"")))
    log.close()
    event = list(events(log.path))[-1]
    assert event[2] == [300]
    value = fields(fields(event[5][0])[1][0])
    assert value[1] == [b"histogram/fc.weight"]
    assert fields(fields(value[9][0])[1][0])[1] == [b"histograms"]
    tensor = fields(value[8][0])
    assert tensor[1] == [2]  # DT_DOUBLE
    assert [fields(size)[1] for size in fields(tensor[2][0])[2]] == [[2], [3]]
    assert np.frombuffer(tensor[4][0], "<f8").tolist() == [-1, 0, 3, 0, 1, 5]
    assert read_events(log.path).curves == {}
