"""Chunks of output as lines."""

from hypothesis import given
from hypothesis import strategies as st

from engine.trace.facts import Output, Stream
from engine.trace.ids import StepIndex
from gui.console.stream import MOST_CHARACTERS, MOST_LINE, pieces


def joined(*texts: str) -> str:
    return "".join(
        piece.text + "\n" * piece.ends_line
        for piece in pieces(Output(StepIndex(0), Stream.OUT, text) for text in texts)
    )


@given(st.lists(st.text(alphabet="ab é\n\t", max_size=30), max_size=8))
def test_plain_text_comes_through(texts: list[str]) -> None:
    assert joined(*texts) == "".join(texts)


def test_colour_codes_and_controls_are_left_out() -> None:
    assert joined("\x1b[31mred\x1b[0m\x07!\x1b]0;title\x07\n") == "red!\n"


def test_a_carriage_return_starts_the_line_anew() -> None:
    found = list(pieces([Output(StepIndex(0), Stream.OUT, "10%\r20%\r30%\ndone\r\n")]))
    assert [(piece.text, piece.ends_line, piece.restarts_line) for piece in found] == [
        ("30%", True, True),
        ("done", True, False),
    ]


def test_very_long_lines_are_broken() -> None:
    text = joined("x" * (MOST_LINE * 2 + 5))
    assert max(map(len, text.split("\n"))) == MOST_LINE
    assert text.replace("\n", "") == "x" * (MOST_LINE * 2 + 5)


def test_of_very_much_only_the_end_is_shown() -> None:
    text = joined("a\n" * MOST_CHARACTERS + "end")
    assert len(text) <= MOST_CHARACTERS
    assert text.endswith("end")
