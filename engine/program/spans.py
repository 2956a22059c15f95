"""From positions in bytecode to spans of source text."""

import dis
import re
from collections.abc import Callable
from types import CodeType

from engine.trace.facts import Span


class SpanTable:
    """The spans of one code object.

    Python counts columns in UTF-8 bytes; a span counts characters.
    """

    def __init__(self, code: CodeType, file: int, text: str) -> None:
        self._code = code
        self._names: dict[int, str] | None = None
        self._positions = tuple(code.co_positions())
        self._file = file
        self._lines = source_lines(text)
        self._spans: dict[int, Span | None] = {}

    def span(self, instruction: int) -> Span | None:
        """Return the span at byte offset ``instruction`` of the bytecode, None where the code carries no position."""
        if instruction not in self._spans:
            self._spans[instruction] = self._resolve(instruction // 2)
        return self._spans[instruction]

    def jumps_before(self, instruction: int) -> int | None:
        """Return how many conditional jumps with the place of this instruction come before it, None if it is none."""
        return self._before(instruction, _is_conditional)

    def comparisons_before(self, instruction: int) -> int | None:
        """Return how many comparisons with the place of this instruction come before it, None if it is none."""
        return self._before(instruction, _is_comparison)

    def _before(self, instruction: int, is_counted: Callable[[str], bool]) -> int | None:
        if self._names is None:
            self._names = {one.offset: one.opname for one in dis.get_instructions(self._code)}
        if not is_counted(self._names.get(instruction, "")):
            return None
        here = self._positions[instruction // 2]
        others = (offset for offset, name in self._names.items() if offset < instruction and is_counted(name))
        return sum(self._positions[offset // 2] == here for offset in others)

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


def _is_conditional(name: str) -> bool:
    return ("JUMP" in name and "_IF_" in name) or name == "UNARY_NOT"


def _is_comparison(name: str) -> bool:
    return name in ("COMPARE_OP", "CONTAINS_OP", "IS_OP")


def character_column(line: str, byte_column: int) -> int:
    """Return the character column of a UTF-8 byte column of ``line`` (both count from 0)."""
    if line.isascii():
        return byte_column
    return len(line.encode()[:byte_column].decode(errors="ignore"))


def source_lines(text: str) -> list[str]:
    """Return the lines of a text as Python counts them: a form feed or a Unicode separator ends none."""
    return re.split(r"\r\n|\r|\n", text)
