"""The frame of a PDF file: numbered objects, streams, and the table of where they are."""

import zlib
from collections.abc import Iterable, Iterator

_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_SQUEEZED = 4
"""As fast as it is small: higher levels take twice the time for a tenth of the size."""


class Document:
    """Says what to write, object by object; it remembers where each one begins, and nothing of what was in it."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._count = 0
        self._written = len(_HEAD)

    @property
    def head(self) -> bytes:
        """How the file begins."""
        return _HEAD

    def reserve(self) -> int:
        """Return a number for an object that will be written some time."""
        self._count += 1
        return self._count

    def object(self, number: int, body: str) -> bytes:
        """Return an object; ``body`` is what is in it, in Latin-1."""
        return self._say(number, body.encode("latin-1"))

    def data(self, number: int, data: bytes, extra: str = "") -> bytes:
        """Return a stream of bytes, with more entries of its dictionary."""
        packed = zlib.compress(data)
        head = f"<< /Length {len(packed)} /Filter /FlateDecode {extra} >>\nstream\n".encode("latin-1")
        return self._say(number, head + packed + b"\nendstream")

    def stream(self, number: int, pieces: Iterable[str]) -> Iterator[bytes]:
        """Yield a stream of operators while they come; how long it is stands in an object after it."""
        length, squeezer, size = self.reserve(), zlib.compressobj(_SQUEEZED), 0
        self._places[number] = self._written
        yield self._count_in(f"{number} 0 obj\n<< /Length {length} 0 R /Filter /FlateDecode >>\nstream\n".encode())
        for piece in pieces:
            packed = squeezer.compress(piece.encode("latin-1"))
            size += len(packed)
            yield self._count_in(packed)
        packed = squeezer.flush()
        size += len(packed)
        yield self._count_in(packed + b"\nendstream\nendobj\n")
        yield self.object(length, str(size))

    def tail(self, root: int, info: int) -> bytes:
        """Return the table of all objects and where to begin."""
        rows = [f"{self._places[number]:010} 00000 n \n" for number in range(1, self._count + 1)]
        table = f"xref\n0 {self._count + 1}\n0000000000 65535 f \n{''.join(rows)}"
        trailer = f"trailer\n<< /Size {self._count + 1} /Root {root} 0 R /Info {info} 0 R >>\n"
        return f"{table}{trailer}startxref\n{self._written}\n%%EOF\n".encode()

    def _say(self, number: int, body: bytes) -> bytes:
        self._places[number] = self._written
        return self._count_in(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def _count_in(self, data: bytes) -> bytes:
        self._written += len(data)
        return data


def words(text: str) -> str:
    """Return a text as a PDF string."""
    return f"<FEFF{text.encode('utf-16-be', 'replace').hex()}>"
