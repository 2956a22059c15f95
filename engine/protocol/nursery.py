"""What the host and a nursery say to each other.

A nursery is a process that has loaded torch and forks a worker for each order. An order is one byte with the worker's
descriptors attached (``ORDER_DESCRIPTORS`` of them); the answers are ``Notice`` records.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

ORDER = b"w"
ORDER_DESCRIPTORS = 6
"""Channel, crash report, output and errors to read from, output and errors to write to, in this order."""

_RECORD = struct.Struct("<Bqi")


class NoticeKind(IntEnum):
    """What a nursery reports."""

    BORN = 1
    """The worker of the oldest open order has this process id."""
    GONE = 2
    """The worker and its whole process group are gone; ``status`` as ``subprocess`` counts it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One report about one worker."""

    kind: NoticeKind
    process_id: int
    status: int = 0

    SIZE = _RECORD.size

    def encode(self) -> bytes:
        """Return the ``SIZE`` bytes of the notice."""
        return _RECORD.pack(self.kind, self.process_id, self.status)

    @classmethod
    def decode(cls, raw: bytes) -> "Notice":
        """Return the notice in ``raw``.

        Raises:
            ValueError: If it is none.
        """
        try:
            kind, process_id, status = _RECORD.unpack(raw)
        except struct.error as error:
            raise ValueError(str(error)) from error
        return cls(NoticeKind(kind), process_id, status)
