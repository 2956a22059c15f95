"""Messages as bytes: msgpack by msgspec, which validates every field while it decodes. Nothing is ever unpickled."""

from typing import TypeVar

import msgspec

from engine.protocol.messages import HostMessage, WorkerMessage

MAX_MESSAGE_BYTES = 256_000_000
"""A longer frame is refused by both sides, whatever its header says."""


MessageT = TypeVar("MessageT")


class ProtocolError(Exception):
    """Bytes that are not a message; the text says what is wrong with them."""


_encoder = msgspec.msgpack.Encoder()
_host_decoder: msgspec.msgpack.Decoder[HostMessage] = msgspec.msgpack.Decoder(HostMessage)
_worker_decoder: msgspec.msgpack.Decoder[WorkerMessage] = msgspec.msgpack.Decoder(WorkerMessage)


def encode(message: HostMessage | WorkerMessage) -> bytes:
    """Return the bytes of one message.

    Raises:
        ProtocolError: If the message cannot be encoded or is too long.
    """
    try:
        raw = _encoder.encode(message)
    except (msgspec.MsgspecError, UnicodeEncodeError, OverflowError, TypeError) as error:
        raise ProtocolError(f"a message cannot be encoded: {error}") from error
    if len(raw) > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"a message of {len(raw)} bytes is longer than the {MAX_MESSAGE_BYTES} allowed")
    return raw


def decode_from_host(raw: bytes) -> HostMessage:
    """Return the message that the host sent.

    Raises:
        ProtocolError: If ``raw`` is not one whole, valid message of that direction.
    """
    return _decode(raw, _host_decoder)


def decode_from_worker(raw: bytes) -> WorkerMessage:
    """Return the message that the worker sent.

    Raises:
        ProtocolError: If ``raw`` is not one whole, valid message of that direction.
    """
    return _decode(raw, _worker_decoder)


def _decode(raw: bytes, decoder: msgspec.msgpack.Decoder[MessageT]) -> MessageT:
    if len(raw) > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"a message of {len(raw)} bytes is longer than the {MAX_MESSAGE_BYTES} allowed")
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, OverflowError, RecursionError, MemoryError) as error:
        raise ProtocolError(f"not a message: {error}") from error
