"""A reader of ``.chainrule`` files that knows nothing but FORMAT.md: it shares no code with the engine.

Its only knowledge of the facts are the tables of that page. It believes what it reads; the engine's reader checks it.
"""

import re
import struct
import zlib
from pathlib import Path
from typing import Any

import msgspec

INFO, BATCH, DATA, OUTCOME, END = 1, 2, 3, 4, 5
Fields = dict[str, list[tuple[str, str, Any]]]
DEFAULTS = {"nil": None, "[]": [], '""': "", "false": False, "0": 0}


def fields_in(page: str) -> Fields:
    """The fields of each map and fact as the page describes them: name, type, default (``...``: it must be there)."""
    found: Fields = {}
    for name, row in re.findall(r"^\| `(\w+)` \| `(\w+:[^|]*)` \|$", page, re.MULTILINE):
        found[name] = []
        for field in row.split():
            described, _, default = field.partition("=")
            label, kind = described.split(":")
            found[name].append((label, kind, DEFAULTS.get(default, default) if default else ...))
    return found


class File:
    """What is in one file, as plain dicts and lists."""

    def __init__(self, path: Path, page: str) -> None:
        self._fields = fields_in(page)
        self._content = path.read_bytes()
        self.info: dict[str, Any] = {}
        self.outcome: dict[str, Any] | None = None
        self.totals: dict[str, Any] | None = None
        self.batches: list[dict[str, Any]] = []
        self._pieces: list[tuple[int, bytes]] = []
        magic, self.version = struct.unpack_from("<9sH", self._content)
        assert magic == b"CHAINRULE"
        position = 11
        while len(self._content) - position >= 13:
            position = self._read_frame(position)

    def _read_frame(self, position: int) -> int:
        kind, length, checksum = struct.unpack_from("<BQI", self._content, position)
        payload = self._content[position + 13 : position + 13 + length]
        if len(payload) < length:
            return len(self._content)
        assert zlib.crc32(self._content[position : position + 9] + payload) == checksum
        if kind == DATA:
            offset, padding = struct.unpack_from("<QB", payload)
            self._pieces.append((offset, payload[9 + padding :]))
        else:
            content = self._named({INFO: "RunInfo", BATCH: "Batch", OUTCOME: "Outcome", END: "Totals"}[kind],
                                  msgspec.msgpack.decode(payload))  # fmt: skip
            match kind:
                case 1:
                    self.info = content
                case 2:
                    self.batches.append(content)
                case 4:
                    self.outcome = content
                case 5:
                    self.totals = content
        return position + 13 + length

    def _named(self, kind: str, content: Any) -> Any:
        """Give the fields of a map or fact their names, inside of it too."""
        is_optional, is_list, kind = kind.endswith("?"), kind.endswith("*"), kind.rstrip("?*")
        if content is None and is_optional:
            return None
        if is_list:
            return [self._named(kind, element) for element in content]
        if kind not in self._fields:
            return content
        named = {}
        for place, (label, inner, default) in enumerate(self._fields[kind]):
            if isinstance(content, dict):
                raw = content.get(label, default)
            else:
                raw = content[place] if place < len(content) else default
            assert raw is not ..., f"{kind} lacks {label}"
            named[label] = self._named(inner, raw)
        return named

    def facts(self, name: str) -> list[Any]:
        """All facts of one kind, over all batches."""
        return [fact for batch in self.batches for fact in batch[name]]

    def stored(self, offset: int, nbytes: int) -> bytes:
        """Bytes of the store."""
        found = bytearray(nbytes)
        for start, raw in self._pieces:
            low, high = max(start, offset), min(start + len(raw), offset + nbytes)
            if low < high:
                found[low - offset : high - offset] = raw[low - start : high - start]
        return bytes(found)
