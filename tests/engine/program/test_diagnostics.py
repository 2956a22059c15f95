"""Syntax errors as one sentence at their place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.program.diagnostics import diagnose


@pytest.mark.parametrize("text", ["", "x = 1\n", "import torch\nprint(torch)", "if True:\n    pass\n", "'\\d'"])
def test_sound_programs(text: str) -> None:
    assert diagnose(text) is None


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("x = (1 + 2\ny = 3\n", 1, 4),
        ("x = 1 +\n", 1, 7),
        ("def f():\nreturn 1\n", 2, 0),
        ("x = 1\n  y = 2\n", 2, 2),
        ("s = 'abc\n", 1, 4),
        ("é = 'ä' 1 1", 1, 8),
        ("break", 1, 0),
        ("a\0b", 1, 1),
    ],
)
def test_place(text: str, line: int, column: int) -> None:
    found = diagnose(text)
    assert found is not None
    assert (found.line, found.column) == (line, column), found


def test_sentences() -> None:
    messages = [diagnose(text).message for text in ("x = (1", "x = = 2", "a\0")]
    assert messages[0] == "'(' was never closed."
    assert messages[1] == "Python cannot read this."
    assert messages[2].endswith(".")


def test_very_deep_nesting_is_told() -> None:
    found = diagnose("(" * 5000 + ")" * 5000)
    assert found is not None


@given(st.text(alphabet="x=+-()[]'\"\n :\\é😀\0if1.#"))
def test_the_place_lies_in_the_text(text: str) -> None:
    found = diagnose(text)
    if found is None:
        return
    lines = text.split("\n")
    assert 1 <= found.line <= found.end_line <= len(lines)
    assert 0 <= found.column <= len(lines[found.line - 1])
    assert (found.end_line, found.end_column) > (found.line, found.column)
    assert found.message.endswith((".", "?", "!"))
    assert "\n" not in found.message
