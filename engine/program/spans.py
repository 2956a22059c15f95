"""From positions in bytecode to spans of source text."""

import re
from types import CodeType

from engine.trace.facts import Span


class SpanTable:
    """The spans of one code object.

    Python counts columns in UTF-8 bytes; a span counts characters.
    """

    def __init__(self, code: CodeType, file: int, text: str) -> None:
        self._positions = tuple(code.co_positions())
        self._file = file
        self._lines = source_lines(text)
        self._spans: dict[int, Span | None] = {}

    def span(self, instruction: int) -> Span | None:
        """Return the span at byte offset ``instruction`` of the bytecode, None where the code carries no position."""
        if instruction not in self._spans:
            self._spans[instruction] = self._resolve(instruction // 2)
        return self._spans[instruction]

    def _resolve(self, index: int) -> Span | None:
        if not 0 <= index < len(self._positions):
            return None
        line, end_line, column, end_column = self._positions[index]
        if line is None:
            return None
        if end_line is None or column is None or end_column is None:
            return Span(self._file, line, 0, line, len(self._line(line)))
        return Span(self._file, line, self._characters(line, column), end_line, self._characters(end_line, end_column))

    def _line(self, number: int) -> str:
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def _characters(self, line: int, byte_column: int) -> int:
        return character_column(self._line(line), byte_column)


def character_column(line: str, byte_column: int) -> int:
    """Return the character column of a UTF-8 byte column of ``line`` (both count from 0)."""
    if line.isascii():
        return byte_column
    return len(line.encode()[:byte_column].decode(errors="ignore"))


def source_lines(text: str) -> list[str]:
    """Return the lines of a text as Python counts them: a form feed or a Unicode separator ends none."""
    return re.split(r"\r\n|\r|\n", text)
