"""What is wrong with the text of a program before it runs."""

import warnings
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A syntax error.

    ``line`` counts from 1 and ``column`` from 0, in characters; the end is exclusive and lies at least one column
    after the start, on the same line or a later one. ``message`` is one plain sentence.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    message: str


def diagnose(text: str) -> Diagnostic | None:
    """Return the first syntax error of a program, or None when it can be compiled."""
    if "\0" in text:
        return _at_null(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "program.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        return _from_error(error, text)
    except (RecursionError, MemoryError):
        return Diagnostic(1, 0, 1, 1, "This program is nested too deeply for Python to read it.")
    return None


def _from_error(error: SyntaxError, text: str) -> Diagnostic:
    lines = text.split("\n")
    line = min(max(1, error.lineno or 1), len(lines))
    column = max(0, (error.offset or 1) - 1)
    if isinstance(error, IndentationError):
        column = len(lines[line - 1]) - len(lines[line - 1].lstrip(" \t"))
    column = min(column, len(lines[line - 1]))
    end_line, end_column = line, column + 1
    if error.end_lineno is not None and error.end_offset is not None and error.end_lineno >= line:
        end_line = min(error.end_lineno, len(lines))
        end_column = max(0, error.end_offset - 1)
    if (end_line, end_column) <= (line, column):
        end_line, end_column = line, column + 1
    return Diagnostic(line, column, end_line, end_column, _sentence(error))


def _at_null(text: str) -> Diagnostic:
    before = text.split("\0", 1)[0]
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1)
    return Diagnostic(line, column, line, column + 1, "There is a null character here, which Python cannot read.")


def _sentence(error: SyntaxError) -> str:
    """Return Python's message as one plain sentence."""
    message = (error.msg or "invalid syntax").strip()
    if message.startswith("invalid syntax"):
        message = "Python cannot read this" + message.removeprefix("invalid syntax")
    message = message[0].upper() + message[1:]
    return message if message.endswith((".", "?", "!")) else message + "."
