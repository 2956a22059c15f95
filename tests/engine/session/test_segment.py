"""The mapped file, written as the worker writes it."""

import gc
import os

import pytest

from engine.protocol.segment import BYTES_START
from engine.runtime.worker.sink import BUFFER_BYTES, SegmentSink
from engine.session.segment import MappedSegment


@pytest.fixture
def segment():
    segment = MappedSegment(3 * BUFFER_BYTES)
    yield segment
    segment.close()


@pytest.fixture
def sink(segment):
    sink = SegmentSink(str(segment.path), BYTES_START, 3 * BUFFER_BYTES)
    yield sink
    if sink._descriptor.is_intact():
        os.close(sink._descriptor.number)


def test_what_is_written_is_read(segment, sink):
    small, large = b"abc", bytes(range(256)) * (BUFFER_BYTES // 256 + 1)
    places = [(raw, sink.write(memoryview(raw))) for raw in (small, large, small)]
    assert sink.flush()
    for raw, offset in places:
        assert bytes(segment.read(offset, len(raw))) == raw


def test_the_budget_is_kept(sink):
    assert sink.write(memoryview(bytes(3 * BUFFER_BYTES))) == 0
    assert sink.write(memoryview(b"x")) is None


def test_other_item_types_are_written_as_bytes(segment, sink):
    import array

    raw = memoryview(array.array("d", [1.5] * 200_000))
    offset = sink.write(raw)
    assert bytes(segment.read(offset, raw.nbytes)) == raw.tobytes()


def test_ranges_outside_are_refused(segment):
    for offset, nbytes in ((-1, 2), (0, -1), (3 * BUFFER_BYTES, 1)):
        with pytest.raises(ValueError, match="not in the store"):
            segment.read(offset, nbytes)


def test_the_running_line(segment, sink):
    assert segment.running_line() is None
    sink.mark_line(12)
    assert segment.running_line() == 12


def test_a_descriptor_that_the_program_took_over_is_left_alone(sink, tmp_path):
    number = sink._descriptor.number
    os.close(number)
    mine = os.open(tmp_path / "mine.txt", os.O_RDWR | os.O_CREAT)
    assert mine == number
    sink.write(memoryview(b"abc"))
    sink.mark_line(3)
    assert not sink.flush()
    assert sink.safe_end == 0
    assert os.fstat(mine).st_size == 0
    os.close(mine)


def test_the_file_goes_with_the_segment_and_the_bytes_stay():
    segment = MappedSegment(1000)
    path = segment.path
    view = segment.read(0, 10)
    segment.unlink()
    assert not path.exists()
    del segment
    gc.collect()
    assert bytes(view) == bytes(10)


def test_a_dropped_segment_leaves_no_file():
    segment = MappedSegment(1000)
    path = segment.path
    assert path.exists()
    del segment
    gc.collect()
    assert not path.exists()


def test_it_takes_no_space_before_it_is_written(segment):
    assert segment.path.stat().st_blocks * 512 < BUFFER_BYTES
