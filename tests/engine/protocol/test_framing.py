"""Frames come out whole however the stream is cut."""

import contextlib
import struct
from multiprocessing import Pipe

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.protocol.codec import ProtocolError
from engine.protocol.framing import FrameReader


def framed(content: bytes) -> bytes:
    return struct.pack("!i", len(content)) + content


@given(st.lists(st.binary(max_size=50), max_size=8), st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_any_chunking_gives_the_same_frames(contents, sizes):
    stream = b"".join(map(framed, contents))
    reader, found, at = FrameReader(), [], 0
    for turn in range(len(stream)):
        size = sizes[turn % len(sizes)]
        found += reader.feed(stream[at : at + size])
        at += size
        if at >= len(stream):
            break
    assert found == contents
    assert not reader.is_inside_a_frame


@given(st.binary(max_size=100))
def test_any_stream_raises_only_protocol_errors(raw):
    with contextlib.suppress(ProtocolError):
        FrameReader(limit_bytes=1000).feed(raw)


def test_long_frames_have_a_long_header():
    content = b"x" * 10
    assert FrameReader().feed(struct.pack("!iQ", -1, len(content)) + content) == [content]


@pytest.mark.parametrize(
    "header",
    [struct.pack("!i", 1001), struct.pack("!i", -2), struct.pack("!iQ", -1, 2**63)],
    ids=["over", "negative", "huge"],
)
def test_impossible_lengths_are_refused(header):
    with pytest.raises(ProtocolError):
        FrameReader(limit_bytes=1000).feed(header)


def test_it_reads_what_multiprocessing_writes():
    import os

    receiver, sender = Pipe(duplex=False)
    with receiver, sender:
        sender.send_bytes(b"one")
        sender.send_bytes(b"two" * 10_000)
        reader, found = FrameReader(), []
        while len(found) < 2:
            found += reader.feed(os.read(receiver.fileno(), 1000))
    assert found == [b"one", b"two" * 10_000]
