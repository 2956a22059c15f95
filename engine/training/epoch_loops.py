"""The loops that count a program's epochs, and its text as it is to run when they begin later.

Only loops at the top level of a program count: what a function keeps in its own variables is not to be reached.
"""

import ast
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EpochLoop:
    """``for variable in range(...)``, in one step at a time.

    Attributes:
        line: Where it begins, counted from 1.
        last_line: Where its body ends.
        counted: The text of the call of ``range``, which stands on one line.
        column: Where that begins in its line, in characters.
        call_line: The line that it stands on.
        stop: The text of where it ends.
    """

    variable: str
    line: int
    last_line: int
    counted: str
    column: int
    call_line: int
    stop: str


def epoch_loops(program: str) -> tuple[EpochLoop, ...]:
    """Return the outermost loops of a program over a range, in their order; none where it cannot be read."""
    try:
        tree = ast.parse(program)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    waiting: list[ast.stmt] = list(reversed(tree.body))
    found = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.For):
            loop = _loop(node, program)
            if loop is not None:
                found.append(loop)
        elif isinstance(node, ast.If | ast.With | ast.Try):  # if __name__ == "__main__":
            waiting.extend(reversed(node.body))
    return tuple(found)


def loop_around(program: str, line: int) -> EpochLoop | None:
    """Return the outermost loop over a range that a line lies in."""
    return next((loop for loop in epoch_loops(program) if loop.line <= line <= loop.last_line), None)


def begin_at(program: str, line: int, first: int) -> str | None:
    """Return a program whose loop at a line begins with ``first``; None where there is no such loop."""
    loop = next((loop for loop in epoch_loops(program) if loop.line == line), None)
    if loop is None:
        return None
    lines = program.splitlines(keepends=True)
    text, end = lines[loop.call_line - 1], loop.column + len(loop.counted)
    lines[loop.call_line - 1] = f"{text[: loop.column]}range({first}, {loop.stop}){text[end:]}"
    return "".join(lines)


def _loop(node: ast.For, program: str) -> EpochLoop | None:
    calls = [part for part in ast.walk(node.iter) if isinstance(part, ast.Call) and _is_range(part)]
    if len(calls) != 1 or not isinstance(node.target, ast.Name):
        return None
    (call,) = calls
    counted = ast.get_source_segment(program, call)
    one_step = len(call.args) < 3 or (isinstance(call.args[2], ast.Constant) and call.args[2].value == 1)
    plain = not call.keywords and call.args and not any(isinstance(part, ast.Starred) for part in call.args)
    if counted is None or not one_step or not plain or call.lineno != call.end_lineno:
        return None
    stop = ast.get_source_segment(program, call.args[0] if len(call.args) == 1 else call.args[1])
    line_bytes = program.splitlines()[call.lineno - 1].encode()
    column = len(line_bytes[: call.col_offset].decode())
    last = node.end_lineno or node.lineno
    return EpochLoop(node.target.id, node.lineno, last, counted, column, call.lineno, stop or "")


def _is_range(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "range"
