"""What Enter, Tab and the comment key do to lines of Python."""

import re

INDENT = "    "
_LEAVES_BLOCK = re.compile(r"\s*(return|pass|break|continue|raise)\b")
_OPENERS = "([{"
_CLOSERS = ")]}"
PAIRS = {"(": ")", "[": "]", "{": "}"}


def next_indent(before_cursor: str) -> str:
    """Return the white space that a new line begins with, given its predecessor up to the cursor."""
    indent = before_cursor[: len(before_cursor) - len(before_cursor.lstrip())]
    code = _without_comment(before_cursor).rstrip()
    if code.endswith(":") or (code and code[-1] in _OPENERS):
        return indent + INDENT
    if _LEAVES_BLOCK.match(code):
        return indent[: -len(INDENT)] if len(indent) >= len(INDENT) else ""
    return indent


def _without_comment(line: str) -> str:
    quote = ""
    for position, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#":
            return line[:position]
    return line


def indented(lines: list[str]) -> list[str]:
    """Return lines moved one level in; blank ones stay as they are."""
    return [INDENT + line if line.strip() else line for line in lines]


def outdented(lines: list[str]) -> list[str]:
    """Return lines moved one level out as far as they can be."""
    return [line[min(len(INDENT), len(line) - len(line.lstrip(" "))) :] for line in lines]


def comments_toggled(lines: list[str]) -> list[str]:
    """Return lines commented out, or, when all of them are comments, taken in again; blank ones stay."""
    written = [line for line in lines if line.strip()]
    if written and all(line.lstrip().startswith("#") for line in written):
        return [re.sub(r"^(\s*)# ?", r"\1", line, count=1) for line in lines]
    depth = min((len(line) - len(line.lstrip()) for line in written), default=0)
    return [f"{line[:depth]}# {line[depth:]}" if line.strip() else line for line in lines]


def partner_of(text: str, position: int) -> int | None:
    """Return where the bracket that belongs to the one at ``position`` is, or None.

    Brackets within strings and comments are not told apart from others: an editor asks at every cursor movement.
    """
    bracket = text[position]
    if bracket in _OPENERS:
        closer, places = PAIRS[bracket], range(position, len(text))
    elif bracket in _CLOSERS:
        closer, places = _OPENERS[_CLOSERS.index(bracket)], range(position, -1, -1)
    else:
        return None
    depth = 0
    for place in places:
        if text[place] == bracket:
            depth += 1
        elif text[place] == closer:
            depth -= 1
            if depth == 0:
                return place
    return None
