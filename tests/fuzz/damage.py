"""Valid files made invalid: their bytes, their frames, and what is inside of their frames."""

import zlib
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from engine.trace.file.frames import CHECKSUM, HEAD, HEADER, MAGIC, VERSION, FrameKind, frames_in

Frame = tuple[int, bytes]
"""Kind and payload."""

NUMBERS = (0, 1, -1, 2, 63, 64, 255, 2**31 - 1, 2**31, 2**32, 2**53, 2**62, 2**63 - 1, -(2**63), 2**64 - 1)
HUGE_HEADS = (b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff",
              b"\xdd\x0f\xff\xff\xff", b"\xdf\x00\xff\xff\xff", b"\xc9\xff\xff\xff\xff\x01",
              b"\xdc\xff\xff")  # fmt: skip
"""MessagePack that promises up to 4 billion elements or bytes, and has none."""


def frames_of(content: bytes) -> list[Frame]:
    return [(frame.kind.value, bytes(frame.payload)) for frame in frames_in(memoryview(content))]


def file_of(frames: list[Frame], version: int = VERSION) -> bytes:
    """A file whose lengths and checksums are right, whatever its frames say."""
    content = bytearray(HEADER.pack(MAGIC, version))
    for kind, payload in frames:
        head = HEAD.pack(kind, len(payload))
        content += head + CHECKSUM.pack(zlib.crc32(payload, zlib.crc32(head))) + payload
    return bytes(content)


def damaged(rng: Random, content: bytes) -> bytes:
    """Return a file that differs from ``content`` in one of many ways."""
    return rng.choice(WAYS)(rng, content)


def noise(rng: Random, _content: bytes) -> bytes:
    """Nothing but random bytes after the header."""
    return HEADER.pack(MAGIC, rng.choice((1, VERSION))) + rng.randbytes(rng.randrange(400))


def noisy_frames(rng: Random, _content: bytes) -> bytes:
    """Frames with right checksums and random payloads."""
    return file_of([(rng.randrange(7), rng.randbytes(rng.randrange(200))) for _ in range(rng.randrange(6))])


def cut(rng: Random, content: bytes) -> bytes:
    """A file that ends early."""
    return content[: rng.randrange(len(content))]


def flipped(rng: Random, content: bytes) -> bytes:
    """Some bytes are others."""
    raw = bytearray(content)
    for _ in range(rng.randrange(1, 6)):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    return bytes(raw)


def false_length(rng: Random, content: bytes) -> bytes:
    """A frame that claims to be as long as one likes."""
    raw = bytearray(content)
    frame = rng.choice(list(frames_in(memoryview(content))))
    raw[frame.start + 1 : frame.start + 9] = rng.choice(NUMBERS).to_bytes(9, "little", signed=True)[:8]
    return bytes(raw)


def shuffled(rng: Random, content: bytes) -> bytes:
    """Frames missing, twice, in another order, of another kind, cut or with more behind them."""
    frames = frames_of(content)
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(frames))
        kind, payload = frames[place]
        match rng.randrange(6):
            case 0 if len(frames) > 1:
                del frames[place]
            case 1:
                frames.insert(rng.randrange(len(frames) + 1), (kind, payload))
            case 2:
                rng.shuffle(frames)
            case 3:
                frames[place] = (rng.randrange(8), payload)
            case 4:
                frames[place] = (kind, payload[: rng.randrange(len(payload) + 1)])
            case _:
                frames[place] = (kind, payload + rng.randbytes(rng.randrange(1, 20)))
    return file_of(frames, rng.choice((1, VERSION)))


def broken_payload(rng: Random, content: bytes) -> bytes:
    """MessagePack that is wrong, or promises too much, under a right checksum."""
    frames = frames_of(content)
    place = rng.randrange(len(frames))
    kind, payload = frames[place]
    raw = bytearray(payload or b"\xc0")
    at = rng.randrange(len(raw))
    match rng.randrange(3):
        case 0:
            raw[at] = rng.randrange(256)
        case 1:
            head = rng.choice(HUGE_HEADS)
            raw[at : at + len(head)] = head
        case _:
            deep = rng.choice((b"\x91", b"\x81\xa1x", b"\x81\xa5steps\x91")) * rng.choice((10, 500, 5000))
            raw[at:at] = deep
    frames[place] = (kind, bytes(raw))
    return file_of(frames, rng.choice((1, VERSION)))


def strange_content(rng: Random, content: bytes) -> bytes:
    """MessagePack with right checksums and anything anywhere."""
    frames = frames_of(content)
    places = [place for place, (kind, _) in enumerate(frames) if kind != FrameKind.DATA]
    place = rng.choice(places)
    kind, payload = frames[place]
    tree = msgspec.msgpack.decode(payload)
    for _ in range(rng.randrange(1, 5)):
        tree = changed(rng, tree)
    frames[place] = (kind, msgspec.msgpack.encode(tree))
    return file_of(frames, rng.choice((1, VERSION)))


def changed(rng: Random, tree: Any) -> Any:
    """Change one spot of plain content, found by a walk from the root; no recursion, since it may be deep."""
    root: list[Any] = [tree]
    holder: Any = root
    key: Any = 0
    while isinstance(holder[key], dict | list) and holder[key] and rng.random() < 0.85:
        holder = holder[key]
        key = rng.choice(list(holder)) if isinstance(holder, dict) else rng.randrange(len(holder))
    old = holder[key]
    match rng.randrange(4):
        case 0 if isinstance(holder, list) and holder is not root:
            del holder[key]
        case 1 if isinstance(holder, list) and holder is not root:
            holder.insert(rng.randrange(len(holder) + 1), old)
        case 2 if isinstance(old, int) and not isinstance(old, bool):
            holder[key] = max(-(2**63), min(2**64 - 1, old + rng.choice((-2, -1, 1, 2, 100))))
        case _:
            holder[key] = anything(rng)
    return root[0]


def anything(rng: Random) -> Any:
    """A plain object of any kind."""
    deep: Any = []
    for _ in range(rng.choice((1, 30, 900))):
        deep = [deep]
    return rng.choice(
        [None, True, False, rng.choice(NUMBERS), float("nan"), float("inf"), -1.5, "", "x" * rng.randrange(300),
         "\x00\ud7ff", b"", rng.randbytes(9), [], {}, [None] * rng.randrange(50), {"steps": []}, deep]
    )  # fmt: skip


WAYS: tuple[Callable[[Random, bytes], bytes], ...] = (
    noise, noisy_frames, cut, flipped, false_length, shuffled, broken_payload, strange_content, strange_content
)  # fmt: skip
