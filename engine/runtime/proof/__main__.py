"""``python -m engine.runtime.proof``: verify the recording that a request on stdin names; findings go to stdout.

The request is one line of JSON (``ProofRequest``), the answers are lines of JSON (``ProofMessage``).
"""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import torch

from engine.protocol.proof import Found, ProofMessage, ProofRequest, Proved, Unreadable
from engine.runtime.proof.prove import Prover
from engine.runtime.worker.limits import MemoryLimit
from engine.trace.file import RecordingFileError, read_recording

_FLUSH_S = 0.1


def main() -> None:
    """Answer one request."""
    out = _own_output()
    request = msgspec.json.decode(sys.stdin.buffer.readline(), type=ProofRequest)
    limit = MemoryLimit()
    if request.memory_limit_mb:
        limit.apply(request.memory_limit_mb * 1_000_000, torch.get_num_threads())
    for message in _messages(request):
        out.write(msgspec.json.encode(message) + b"\n")
        out.flush()


def _own_output() -> BinaryIO:
    """Return the real stdout for us alone; what torch prints goes to stderr."""
    own = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(own, "wb")


def _messages(request: ProofRequest) -> Iterator[ProofMessage]:
    try:
        recording = read_recording(Path(request.path))
    except RecordingFileError as error:
        yield Unreadable(str(error))
        return
    yield from _gathered(Prover(recording, request).messages())
    yield Proved()


def _gathered(messages: Iterator[Found]) -> Iterator[Found]:
    """Join messages that come in quick succession."""
    waiting: list[Found] = []
    sent_s = time.monotonic()
    for message in messages:
        waiting.append(message)
        if time.monotonic() - sent_s > _FLUSH_S:
            yield _joined(waiting)
            waiting, sent_s = [], time.monotonic()
    if waiting:
        yield _joined(waiting)


def _joined(messages: list[Found]) -> Found:
    last = messages[-1]
    return Found(tuple(finding for message in messages for finding in message.findings), last.done, last.total)


if __name__ == "__main__":
    main()
