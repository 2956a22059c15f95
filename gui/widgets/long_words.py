"""Words that are longer than any panel, such as names of 10,000 characters: what is shown of them, and on hover."""

import re

LONGEST_WORD = 36
"""What fits into a line of a narrow panel; a longer word has no place where a line could break."""
_TAIL = 15
_LINE = 80
_MOST_LINES = 20
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_LONG_LINE = re.compile(rf"\S{{{_LINE}}}")


def shortened(text: str) -> str:
    """Return a text in which long words have lost their middle: the end of a name often says most."""
    return _LONG_WORD.sub(_shorter, text)


def _shorter(found: re.Match[str]) -> str:
    word = found.group()
    return f"{word[: LONGEST_WORD - _TAIL - 1]}…{word[-_TAIL:]}"


def hover_text(text: str) -> str:
    """Return the whole of a text for hovering, in lines that a screen holds; of what is endless, the beginning."""
    most = _LINE * _MOST_LINES
    end = "" if len(text) <= most else f"…\n({len(text):,} characters)"
    return _LONG_LINE.sub(lambda found: f"{found.group()}\n", text[:most]).removesuffix("\n") + end
