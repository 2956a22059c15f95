"""Columns in characters against positions in UTF-16 units."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QTextDocument

from engine.trace.facts import Span
from gui.editor.places import column_of, cursor_over, pieces, plain_text
from gui.widgets.utf16 import units

texts = st.text(alphabet="aé(∂𝛼😀 ", max_size=12)


@given(texts, st.integers(0, 12))
def test_there_and_back(text: str, column: int) -> None:
    column = min(column, len(text))
    assert column_of(text, units(text[:column])) == column


@given(texts, st.integers(0, 12), st.integers(0, 12))
def test_a_span_selects_its_characters(text: str, start: int, end: int) -> None:
    start, end = sorted((min(start, len(text)), min(end, len(text))))
    document = QTextDocument(f"first\n{text}")
    found = [cursor_over(piece, document).selectedText() for piece in pieces(document, Span(0, 2, start, 2, end))]
    assert found == ([text[start:end]] if start < end else [])


def test_a_span_over_lines_leaves_out_the_indent() -> None:
    document = QTextDocument("a = f(\n    x,\n\n    y)  ")
    found = [cursor_over(piece, document).selectedText() for piece in pieces(document, Span(0, 1, 4, 4, 6))]
    assert found == ["f(", "x,", "y)"]


def test_a_span_beyond_the_text_gives_what_is_there() -> None:
    document = QTextDocument("ab")
    assert [piece.end for piece in pieces(document, Span(0, 1, 0, 7, 3))] == [2]


def test_text_is_kept_as_typed() -> None:
    document = QTextDocument("x\u00a0= '😀'\n")
    assert plain_text(document) == "x\u00a0= '😀'\n"
