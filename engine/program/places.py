"""Places of syntax nodes in a text, in characters."""

import ast
from typing import TypeAlias

from engine.program.spans import character_column, source_lines
from engine.trace.facts import Span
from engine.trace.source import source_text

Place: TypeAlias = tuple[int, int, int, int]
"""Line and column where something begins, and where it ends (exclusive): those of a ``Span`` without its file."""

Placed: TypeAlias = ast.expr | ast.stmt | ast.arg | ast.pattern

LONGEST_TEXT = 60
"""Longer pieces of source are shortened where they serve as a name."""


class Places:
    """Finds where nodes of one text lie; Python counts columns in bytes, a place counts characters."""

    def __init__(self, text: str) -> None:
        self._lines = source_lines(text)

    def of(self, node: Placed) -> Place:
        """Return the place of a node."""
        return self.between(node, node)

    def between(self, first: Placed, last: Placed) -> Place:
        """Return the place from where ``first`` begins to where ``last`` ends."""
        end_line = last.end_lineno or last.lineno
        start = self._column(first.lineno, first.col_offset)
        return first.lineno, start, end_line, self._column(end_line, last.end_col_offset or 0)

    def text(self, place: Place) -> str:
        """Return what is written at a place on one line, shortened where it is long."""
        whole = " ".join(source_text(self._lines, Span(0, *place)).split())
        return whole if len(whole) <= LONGEST_TEXT else whole[: LONGEST_TEXT - 1] + "…"

    def up_to(self, place: Place, mark: str) -> Place:
        """Return ``place`` lengthened up to the next ``mark`` in the text; unchanged when there is none."""
        line, column, end_line, end_column = place
        for number in range(end_line, len(self._lines) + 1):
            found = self._lines[number - 1].find(mark, end_column if number == end_line else 0)
            if found >= 0:
                return line, column, number, found
        return place

    def _column(self, line: int, byte_column: int) -> int:
        return character_column(self._lines[line - 1], byte_column) if line <= len(self._lines) else byte_column
