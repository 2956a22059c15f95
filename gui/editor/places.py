"""Places in the text: lines and columns in characters against Qt's positions in UTF-16 units."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument

from engine.trace.facts import Span
from gui.widgets.utf16 import units


def column_of(text: str, unit: int) -> int:
    """Return the column in characters of a position in UTF-16 units within a line."""
    if text.isascii():
        return unit
    taken = 0
    for column, character in enumerate(text):
        if taken >= unit:
            return column
        taken += units(character)
    return len(text)


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a span that lies on one line, in UTF-16 units from the start of its block."""

    block: QTextBlock
    start: int
    end: int


def pieces(document: QTextDocument, span: Span) -> Iterator[Piece]:
    """Yield the parts of a span line by line, without leading white space; nothing where the text is shorter."""
    for line in range(span.line, span.end_line + 1):
        block = document.findBlockByNumber(line - 1)
        if not block.isValid():
            return
        text = block.text()
        indent = len(text) - len(text.lstrip())
        start = span.column if line == span.line else indent
        end = min(span.end_column, len(text)) if line == span.end_line else len(text.rstrip())
        if start < end:
            yield Piece(block, units(text[:start]), units(text[:end]))


def cursor_over(piece: Piece, document: QTextDocument) -> QTextCursor:
    """Return a cursor that has selected a piece."""
    cursor = QTextCursor(document)
    cursor.setPosition(piece.block.position() + piece.start)
    cursor.setPosition(piece.block.position() + piece.end, QTextCursor.MoveMode.KeepAnchor)
    return cursor


def plain_text(document: QTextDocument) -> str:
    """Return the text exactly as typed (``toPlainText`` would turn non-breaking spaces into plain ones)."""
    return document.toRawText().replace("\u2029", "\n").replace("\u2028", "\n")
