"""Where the worker puts the bytes of tensors: the file that the host has mapped."""

import os
import threading
from contextlib import suppress
from pathlib import Path

from engine.protocol.segment import LINE
from engine.runtime.worker.descriptors import GuardedDescriptor

BUFFER_BYTES = 1_000_000


class SegmentSink:
    """A byte sink that writes into the host's segment file, up to a budget.

    It writes with ``os.pwrite`` instead of mapping the file: a full disk is then an error instead of a crash, and the
    pages do not count as memory of the program. Small writes are collected; ``flush`` before telling the host of them.
    In a process that the program forked it keeps nothing.
    """

    def __init__(self, path: str, start: int, budget_bytes: int) -> None:
        flags = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        self._descriptor = GuardedDescriptor(os.open(Path(path), flags))
        self._start = start
        self._budget_bytes = budget_bytes
        self._flushed = 0
        self._buffer = bytearray()
        self._lock = threading.RLock()
        self._process_id = os.getpid()
        self._broken = False
        self._safe_end = 0

    def write(self, raw: memoryview) -> int | None:
        """Keep ``raw`` and return its offset, or None when the budget or the disk is used up."""
        with self._lock:
            offset = self._flushed + len(self._buffer)
            if self._broken or os.getpid() != self._process_id or offset + raw.nbytes > self._budget_bytes:
                return None
            if raw.nbytes < BUFFER_BYTES:
                self._buffer += raw
                if len(self._buffer) >= BUFFER_BYTES and not self.flush():
                    return None
                return offset
            return offset if self.flush() and self._put(raw) else None

    @property
    def room_bytes(self) -> int:
        """How many bytes can still be written."""
        with self._lock:
            return 0 if self._broken else max(0, self._budget_bytes - self._flushed - len(self._buffer))

    def flush(self) -> bool:
        """Write out what was collected; False when that was not possible."""
        with self._lock:
            if not self._buffer:
                return not self._broken
            done = self._put(memoryview(self._buffer))
            self._buffer = bytearray()
            return done

    def mark_line(self, line: int) -> None:
        """Leave the line of the running statement at the head of the file, where the host finds it after a crash."""
        if os.getpid() == self._process_id and self._descriptor.is_intact():
            with suppress(OSError):
                _write_at(self._descriptor.number, memoryview(LINE.pack(line)), 0)

    @property
    def safe_end(self) -> int:
        """Up to which offset bytes are really in the file."""
        return self._safe_end

    def _put(self, raw: memoryview) -> bool:
        flat = raw.cast("B") if raw.nbytes else raw
        written = 0
        while written < raw.nbytes and self._descriptor.is_intact():
            try:
                written += _write_at(self._descriptor.number, flat[written:], self._start + self._flushed + written)
            except OSError:
                break
        self._flushed += raw.nbytes
        self._broken = self._broken or written < raw.nbytes
        if not self._broken:
            self._safe_end = self._flushed
        return not self._broken


def _write_at(descriptor: int, raw: memoryview, position: int) -> int:
    if hasattr(os, "pwrite"):
        return os.pwrite(descriptor, raw, position)
    os.lseek(descriptor, position, os.SEEK_SET)
    return os.write(descriptor, raw)
