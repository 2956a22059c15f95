"""Enter, Tab and comments on lines of Python."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.editor.typing_rules import comments_toggled, indented, next_indent, outdented, partner_of

lines = st.lists(st.from_regex(r"[ ]{0,9}[a-z()]{0,6}", fullmatch=True), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("before", "indent"),
    [
        ("x = 1", ""),
        ("    x = 1", "    "),
        ("for i in x:", "    "),
        ("if a:  # why", "    "),
        ("x = {'a:'", ""),
        ("call(", "    "),
        ("    return x", ""),
        ("        pass", "    "),
        ("returned = 1", ""),
        ("x = '#:'", ""),
    ],
)
def test_indent_of_a_new_line(before: str, indent: str) -> None:
    assert next_indent(before) == indent


def test_comments() -> None:
    code = ["    a = 1", "", "        b = 2"]
    commented = ["    # a = 1", "", "    #     b = 2"]
    assert comments_toggled(code) == commented
    assert comments_toggled(commented) == code
    assert comments_toggled(["# a", "b"]) == ["# # a", "# b"]


@given(lines)
def test_toggling_twice_changes_nothing(code: list[str]) -> None:
    assert comments_toggled(comments_toggled(code)) == code


@given(lines)
def test_moving_in_and_out(code: list[str]) -> None:
    assert outdented(indented(code)) == [line if line.strip() else outdented([line])[0] for line in code]


@pytest.mark.parametrize(
    ("text", "position", "partner"),
    [("(a[b])", 0, 5), ("(a[b])", 5, 0), ("(a[b])", 2, 4), ("(a[b])", 1, None), ("((a)", 0, None), ("((a)", 1, 3)],
)
def test_brackets(text: str, position: int, partner: int | None) -> None:
    assert partner_of(text, position) == partner
