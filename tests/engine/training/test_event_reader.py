"""Event files read back: what was written, what a damaged file says, and what TensorBoard's own rules allow."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.training.event_file import EventFile, crc32c, masked_crc32c, masked_crc32c_of_rows
from engine.training.event_reader import EventFileError, read_events


@pytest.fixture
def written(tmp_path):
    file = EventFile(tmp_path)
    file.add_scalars("loss", range(400), [1 / (1 + step) for step in range(400)])
    file.add_scalars("loss", [400, 20_000_000], [math.nan, math.inf])
    file.add_text("marks/edit", "iteration 3: lr 0.1 → 0.2", 3)
    file.add_scalars("gradient norm/fc1.weight", [0], [2.5])
    file.close()
    return file.path


def test_what_was_written_is_read(written):
    events = read_events(written)
    steps, numbers = events.curves["loss"]
    assert steps.tolist() == [*range(401), 20_000_000]
    assert numbers[:400].tolist() == [float(np.float32(1 / (1 + step))) for step in range(400)]
    assert math.isnan(numbers[400])
    assert numbers[401] == math.inf
    assert events.curves["gradient norm/fc1.weight"][1].tolist() == [2.5]
    assert events.texts == [(3, "marks/edit", "iteration 3: lr 0.1 → 0.2")]


def test_a_file_that_was_cut_off_gives_what_is_whole(written):
    raw = written.read_bytes()
    for cut in (1, 5, 30, 60):
        written.write_bytes(raw[:-cut])
        assert len(read_events(written).curves["loss"][0]) == 402


def test_a_damaged_or_vanished_file_says_so_in_one_sentence(written, tmp_path):
    raw = bytearray(written.read_bytes())
    for place in (3, 40, len(raw) // 2, len(raw) - 30):
        damaged = bytearray(raw)
        damaged[place] ^= 0x20
        written.write_bytes(damaged)
        with pytest.raises(EventFileError, match=r"chainrule is damaged, or no event file\."):
            read_events(written)
    written.write_bytes(b"something else altogether, which is no event file")
    with pytest.raises(EventFileError, match="is damaged, or no event file"):
        read_events(written)
    with pytest.raises(EventFileError, match=r"gone cannot be read: No such file or directory\."):
        read_events(tmp_path / "gone")


@given(st.lists(st.binary(min_size=12, max_size=12), min_size=1, max_size=20))
def test_checksums_side_by_side_are_those_one_by_one(rows):
    table = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), -1)
    assert [row.tobytes() for row in masked_crc32c_of_rows(table)] == [masked_crc32c(row) for row in rows]
    assert crc32c(b"123456789") == 0xE3069283
