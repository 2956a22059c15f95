"""Messages survive the way to bytes and back, and no bytes can do more harm than a ProtocolError."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.protocol.codec import ProtocolError, decode_from_host, decode_from_worker, encode
from engine.protocol.messages import (
    TEXT_LIMIT,
    DeviceInfo,
    Dying,
    Ended,
    EndKind,
    Facts,
    Interrupt,
    Ready,
    Run,
    Started,
)
from engine.protocol.request import RunRequest
from engine.trace.batch import Batch, RunInfo
from engine.trace.facts import Absence, Data, Output, Span, Statistics, Stream

numbers = st.integers(-(2**63), 2**64 - 1)
counts = st.integers(0, 2**63 - 1)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
spans = st.none() | st.builds(Span, numbers, numbers, numbers, numbers, numbers)
floats = st.floats(allow_nan=False, width=64)
batches = st.builds(
    Batch,
    outputs=st.lists(st.builds(Output, counts, st.sampled_from(Stream), texts), max_size=3).map(tuple),
    data=st.lists(st.builds(Data, counts, counts, counts, st.none() | st.sampled_from(Absence)), max_size=3).map(tuple),
    statistics=st.lists(
        st.builds(Statistics, counts, *[st.none() | floats] * 5, counts, counts, counts), max_size=3
    ).map(tuple),
    files=st.lists(texts, max_size=3).map(tuple),
)
worker_messages = (
    st.builds(
        Ready,
        protocol_version=numbers,
        python_version=texts,
        torch_version=texts,
        devices=st.lists(
            st.builds(DeviceInfo, key=texts, title=texts, available=st.booleans(), reason=texts), max_size=3
        ).map(tuple),
    )
    | st.builds(Started, info=st.builds(RunInfo, program=texts, filename=texts))
    | st.builds(Facts, batch=batches)
    | st.builds(
        Ended,
        kind=st.sampled_from(EndKind),
        duration_ns=counts,
        error_type=texts,
        error_text=texts,
        line=st.none() | st.integers(1, 10**9),
        span=spans,
        detail=texts,
        exit_code=st.none() | numbers,
        exit_call=texts,
        leftover_threads=counts,
    )
    | st.builds(Dying, call=texts, line=st.none() | st.integers(1, 10**9))
)
host_messages = st.builds(
    Run,
    request=st.builds(RunRequest, program=texts, filename=texts, time_limit_s=st.none() | floats),
    segment_path=texts,
    segment_start=counts,
    directory=texts,
) | st.builds(Interrupt)


@given(worker_messages)
def test_worker_messages_survive(message):
    assert decode_from_worker(encode(message)) == message


@given(host_messages)
def test_host_messages_survive(message):
    assert decode_from_host(encode(message)) == message


@given(st.binary(max_size=200))
def test_any_bytes_raise_only_protocol_errors(raw):
    for decode in (decode_from_host, decode_from_worker):
        with contextlib.suppress(ProtocolError):
            decode(raw)


@given(worker_messages, st.data())
def test_damaged_messages_raise_only_protocol_errors(message, data):
    raw = bytearray(encode(message))
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProtocolError):
        decode_from_worker(bytes(raw[: data.draw(st.integers(0, len(raw)))]))


@pytest.mark.parametrize(
    "raw",
    [
        b"\xdd\xff\xff\xff\xff",
        b"\x82\xa4type\xa5Facts\xa5batch\x81\xa5files\xdd\xff\xff\xff\xff",
        b"\x81\xa1z" + b"\x91" * 100_000,
        b"\x80",
    ],
    ids=["huge array", "huge array inside", "deep nesting", "no tag"],
)
def test_hostile_bytes(raw):
    with pytest.raises(ProtocolError):
        decode_from_worker(raw)


def test_directions_are_kept_apart():
    with pytest.raises(ProtocolError):
        decode_from_worker(encode(Interrupt()))
    with pytest.raises(ProtocolError):
        decode_from_host(encode(Dying(call="os.abort()")))


def test_texts_have_bounds():
    with pytest.raises(ProtocolError):
        decode_from_worker(encode(Dying(call="x" * (TEXT_LIMIT + 1))))


def test_what_cannot_be_encoded_is_a_protocol_error():
    with pytest.raises(ProtocolError):
        encode(Facts(batch=Batch(files=("\ud800",))))


def test_messages_of_a_later_version_may_have_more_fields():
    raw = msgspec.msgpack.encode({"type": "Dying", "call": "os.abort()", "mood": "calm"})
    assert decode_from_worker(raw) == Dying(call="os.abort()")
