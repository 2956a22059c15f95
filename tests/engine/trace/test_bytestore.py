"""The byte store in plain memory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.trace import bytestore
from engine.trace.bytestore import MemoryBytes


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(bytestore, "BLOCK_BYTES", 16)


@given(
    pieces=st.lists(st.binary(max_size=40), max_size=30),
    ranges=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600)), max_size=20),
)
def test_it_is_one_long_run_of_bytes(pieces, ranges):
    store, whole = MemoryBytes(), b""
    for piece in pieces:
        assert store.write(memoryview(piece)) == len(whole)
        whole += piece
    for start, nbytes in ranges:
        if start + nbytes > len(whole):
            with pytest.raises(ValueError, match="are not in the store"):
                store.read(start, nbytes)
        else:
            assert store.read(start, nbytes) == whole[start : start + nbytes]


def test_what_was_written_at_once_is_read_without_a_copy():
    store = MemoryBytes()
    offsets = [store.write(memoryview(bytes(size))) for size in (3, 5, 100, 4)]
    for offset, size in zip(offsets, (3, 5, 100, 4), strict=True):
        first, second = (np.frombuffer(store.read(offset, size), np.uint8) for _ in range(2))
        assert first.ctypes.data == second.ctypes.data
        assert not first.flags.writeable


def test_any_contiguous_array_is_taken_as_bytes():
    store = MemoryBytes()
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    offset = store.write(array.data)
    assert np.frombuffer(store.read(offset, 24), np.float32).tolist() == list(range(6))
    assert store.write(np.zeros((0, 3), np.float32).data) == 24


def test_the_budget_is_kept():
    store = MemoryBytes(10)
    assert store.write(memoryview(bytes(8))) == 0
    assert store.write(memoryview(bytes(3))) is None
    assert store.write(memoryview(bytes(2))) == 8
    assert store.write(memoryview(b"")) == 10


def test_a_view_stays_as_it_was_while_the_store_grows():
    store = MemoryBytes()
    store.write(memoryview(b"abc"))
    view = store.read(0, 3)
    for _ in range(20):
        store.write(memoryview(b"xyz"))
    assert view == b"abc"
