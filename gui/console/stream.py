"""Turns the chunks that a program prints into lines of a console."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.trace.facts import Output, Stream

MOST_LINE = 4000
"""Longer lines are broken: a text field cannot show a line of megabytes."""
MOST_CHARACTERS = 1_000_000
"""Of more than that in one go only the end is shown."""
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*(?:\x07|$)|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one stream without line breaks inside.

    Attributes:
        stream: Where it was printed to.
        text: What to append to the current line.
        ends_line: Whether a new line begins after it.
        restarts_line: Whether the current line is thrown away first, as after a carriage return.
    """

    stream: Stream
    text: str
    ends_line: bool
    restarts_line: bool


def pieces(outputs: Iterable[Output]) -> Iterator[Piece]:
    """Yield what to append, chunk by chunk; colour codes and control characters are left out."""
    for output in outputs:
        text = output.text[-MOST_CHARACTERS:]
        text = _CONTROLS.sub("", _ESCAPES.sub("", text)).replace("\r\n", "\n")
        rest = text.split("\n")
        for number, line in enumerate(rest):
            yield from _line(output.stream, line, is_ended=number < len(rest) - 1)


def _line(stream: Stream, line: str, *, is_ended: bool) -> Iterator[Piece]:
    before, carriage, after = line.rpartition("\r")
    if carriage and not after and not is_ended:
        # The line will be overwritten by what comes next; until then it stays readable.
        line, restarts = before.rpartition("\r")[2], True
    else:
        line, restarts = after, bool(carriage)
    for start in range(0, max(1, len(line)), MOST_LINE):
        part = line[start : start + MOST_LINE]
        is_last = start + MOST_LINE >= len(line)
        if part or is_ended or restarts:
            yield Piece(stream, part, is_ended or not is_last, restarts and start == 0)
