"""An exception of the program as facts: what, where (line and sub-expression), and the traceback without our frames."""

import re
import traceback
from itertools import islice
from pathlib import Path
from types import CodeType, TracebackType

from engine.protocol.messages import DETAIL_LIMIT, TEXT_LIMIT, Ended, EndKind
from engine.runtime.recorder.watch.frames import FileMarks, Marks
from engine.runtime.worker.interrupts import is_own_file
from engine.trace.facts import Span

NO_MEMORY = "can't allocate memory"
ASKED_FOR = re.compile(r"you tried to allocate (\d+) bytes")


def describe_fault(error: BaseException, filename: str, text: str) -> Ended:
    """Return how a program with this text failed; kind and duration are for the caller to fill in."""
    if isinstance(error, SyntaxError) and error.filename == filename:
        line, span = _syntax_place(error)
    else:
        line, span = _place(error.__traceback__, filename, _lines(text))
    return Ended(
        kind=EndKind.FAILED,
        error_type=clean_text(type(error).__name__, TEXT_LIMIT),
        error_text=clean_text(_text_of(error), TEXT_LIMIT),
        line=line,
        span=span,
        detail=clean_text(_traceback_text(error), DETAIL_LIMIT),
        elsewhere=clean_text(_elsewhere(error, filename)),
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocation failed, in Python or in torch."""
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and NO_MEMORY in _text_of(error))


def asked_for_bytes(error_text: str) -> int | None:
    """How much torch wanted at once when it found no memory, from the text of its error."""
    found = ASKED_FOR.search(error_text)
    return int(found.group(1)) if found else None


def _text_of(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return str(error.msg)
    try:
        return str(error)
    except BaseException:  # noqa: BLE001 - the program's own __str__ may raise anything
        return "its message cannot be shown"


def clean_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return a text as a message may hold it: valid, and with its middle left out when it is too long."""
    valid = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return valid if len(valid) <= limit else f"{valid[: limit // 2 - 10]}\n[...]\n{valid[-limit // 2 + 10 :]}"


def _lines(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)


def _syntax_place(error: SyntaxError) -> tuple[int | None, Span | None]:
    line = error.lineno
    if line is None or line < 1:
        return None, None
    column = max((error.offset or 1) - 1, 0)
    end_line = max(error.end_lineno or line, line)
    end_column = max((error.end_offset or 0) - 1, 0)
    if end_line == line:
        end_column = max(end_column, column + 1)
    return line, Span(0, line, column, end_line, end_column)


def _place(trace: TracebackType | None, filename: str, lines: list[str]) -> tuple[int | None, Span | None]:
    """Return line and span of the innermost call in the program's own text."""
    found: TracebackType | None = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            found = trace
        trace = trace.tb_next
    if found is None or found.tb_lineno is None or found.tb_lineno < 1:
        return None, None
    return found.tb_lineno, _span_at(found.tb_frame.f_code, found.tb_lasti, lines)


def _elsewhere(error: BaseException, filename: str) -> str:
    """Return the place of the fault in another file that the person wrote, e.g. a module beside the program."""
    marks = FileMarks()
    places = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename is not None:
        places.append((error.filename, error.lineno or 1))
    own = [place for place in places if not place[0].startswith("<") and marks[place[0]] == Marks.PERSON]
    if not own or own[-1][0] == filename:
        return ""
    file, line = own[-1]
    return f"{Path(file).name}, line {line}"


def _span_at(code: CodeType, instruction: int, lines: list[str]) -> Span | None:
    position = next(islice(code.co_positions(), instruction // 2, None), None)
    if position is None:
        return None
    line, end_line, column, end_column = position
    if line is None or end_line is None or column is None or end_column is None:
        return None
    return Span(0, line, _characters(lines, line, column), end_line, _characters(lines, end_line, end_column))


def _characters(lines: list[str], line: int, column_bytes: int) -> int:
    if not 1 <= line <= len(lines):
        return column_bytes
    return len(lines[line - 1].encode("utf-8", "surrogatepass")[:column_bytes].decode("utf-8", "ignore"))


def _traceback_text(error: BaseException) -> str:
    report = traceback.TracebackException.from_exception(error)
    waiting, seen = [report], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        one.stack = traceback.StackSummary.from_list([frame for frame in one.stack if not is_own_file(frame.filename)])
        waiting += [other for other in (one.__cause__, one.__context__) if other is not None]
        waiting += one.exceptions or []
    return "".join(report.format())
