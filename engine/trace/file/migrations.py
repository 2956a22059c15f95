"""Older versions of the file, and what turns a frame of one into a frame of the next.

A file is brought up to date frame by frame while it is read; it is never changed itself. Each entry of ``MIGRATIONS``
turns the payload of one frame of its version into that of the version after it, so that a reader needs to know only
the newest facts. FORMAT.md says what needs a new version. Files of every version are kept
in ``tests/engine/trace/corpus`` and must open for ever.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from engine.trace.file.frames import VERSION, FrameKind

Payload: TypeAlias = bytes | memoryview

Migration: TypeAlias = Callable[[FrameKind, Payload], Payload]
"""Turns the payload of a frame into that of the next version; it may raise ``msgspec.DecodeError`` for damage."""


def unchanged(_kind: FrameKind, payload: Payload) -> Payload:
    """The next version only allows more than this one: what is there means the same."""
    return payload


MIGRATIONS: Mapping[int, Migration] = {
    1: unchanged,  # version 2 has two more reasons for missing numbers, and facts and fields that may be left out
}
"""Version -> what brings a frame of it to the version after it."""


def migrated(
    kind: FrameKind,
    payload: Payload,
    version: int,
    migrations: Mapping[int, Migration] = MIGRATIONS,
    newest: int = VERSION,
) -> Payload:
    """Return the payload of a frame of ``version`` as one of the newest version.

    Raises:
        msgspec.DecodeError: If the payload is not what a frame of its version has.
    """
    for older in range(version, newest):
        payload = migrations[older](kind, payload)
    return payload


def edited(payload: Payload, edit: Callable[[Any], Any]) -> bytes:
    """Return a MessagePack payload whose plain content (maps, lists, numbers, texts) went through ``edit``.

    Raises:
        msgspec.DecodeError: If it is no MessagePack, or ``edit`` does not find what it needs.
    """
    content = msgspec.msgpack.decode(payload)
    try:
        return msgspec.msgpack.encode(edit(content))
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise msgspec.DecodeError(str(error)) from error
