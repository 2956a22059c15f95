"""Runs one program statement by statement and says how it ended."""

import __future__

import ast
import builtins
import threading
import time
from collections.abc import Callable
from types import CodeType, ModuleType

import msgspec

from engine.protocol.messages import Ended, EndKind
from engine.runtime.worker.console import Console
from engine.runtime.worker.courier import Courier
from engine.runtime.worker.faults import describe_fault, is_out_of_memory
from engine.runtime.worker.interrupts import Interrupts
from engine.runtime.worker.limits import MemoryLimit
from engine.runtime.worker.marked_text import TextMarker
from engine.runtime.worker.pristine import PristineNames
from engine.trace.facts import Stream

THREAD_GRACE_S = 1.0
"""How long threads that the program left running may go on after its last statement."""
CODE_TEXT_LIMIT = 100

FUTURE_FLAGS = 0
for _name in __future__.all_feature_names:
    FUTURE_FLAGS |= getattr(__future__, _name).compiler_flag


class Runner:
    """Runs the top-level statements of one program, one after the other, in a fresh ``__main__``.

    ``mark_line`` is told the line of each statement before it runs, so that a crash can be placed.
    """

    def __init__(
        self,
        filename: str,
        text: str,
        courier: Courier,
        console: Console,
        interrupts: Interrupts,
        mark_line: Callable[[int], None],
        marker: TextMarker,
    ) -> None:
        self._filename = filename
        self._text = text
        self._courier = courier
        self._console = console
        self._interrupts = interrupts
        self._mark_line = mark_line
        self._marker = marker
        self._pristine = PristineNames(builtins)
        self._execute = exec  # the program may delete the name

    def compile(self, text: str | None = None) -> "CompiledProgram":
        """Compile the program, or in its place a text of the same lines.

        Raises:
            SyntaxError: If it is not valid Python.
            ValueError: If the text has null bytes.
        """
        text = self._text if text is None else text
        tree = ast.parse(text, self._filename)
        whole = compile(tree, self._filename, "exec", dont_inherit=True)
        flags = whole.co_flags & FUTURE_FLAGS
        blocks = self._marker.statements(text, self._filename) or [[node] for node in tree.body]
        statements = [
            (block[0].lineno, compile(ast.Module(block, []), self._filename, "exec", flags, dont_inherit=True))
            for block in blocks
            if not _is_text(block[0])
        ]
        return CompiledProgram(tree, statements)

    def run(self, program: "CompiledProgram", module: ModuleType, limit: MemoryLimit) -> Ended:
        """Run the program in ``module`` and return how it ended; whatever it raises ends here."""
        began = time.perf_counter_ns()
        end: int | None = None
        try:
            self._run_statements(program, module)
            end = time.perf_counter_ns()
            self._run_code(WAIT_FOR_THREADS, {"wait": _wait_for_threads})
            ended = Ended(kind=EndKind.FINISHED)
        except SystemExit as error:
            ended = self._exited(error)
        except BaseException as error:  # noqa: BLE001 - anything that the program raises is a fact about it
            memory_was_limited = limit.is_set
            limit.lift()
            ended = self._failed(error, memory_was_limited=memory_was_limited)
        self._interrupts.program_is_running = False
        duration = (end or time.perf_counter_ns()) - began - self._courier.spent_ns
        return msgspec.structs.replace(ended, duration_ns=max(duration, 0), leftover_threads=len(_other_threads()))

    def _run_statements(self, program: "CompiledProgram", module: ModuleType) -> None:
        names = vars(module)
        try:
            for line, code in program.statements:
                with self._pristine:
                    self._mark_line(line)
                    self._courier.drain_if_cheap()
                self._run_code(code, names)
        finally:
            self._pristine.restore()

    def _run_code(self, code: CodeType, names: dict[str, object]) -> None:
        self._interrupts.raise_if_waiting()
        self._interrupts.program_is_running = True
        self._execute(code, names)
        self._interrupts.program_is_running = False

    def _exited(self, error: SystemExit) -> Ended:
        place = describe_fault(error, self._filename, self._text)
        code = error.code
        if code is None or isinstance(code, int):
            exit_code = int(code or 0)
        else:
            exit_code = 1
            self._console.append(Stream.ERR, f"{_shown(code, str)}\n")
        shown = "" if code is None else _shown(code, repr)
        return Ended(
            kind=EndKind.EXITED,
            line=place.line,
            span=place.span,
            exit_code=exit_code,
            exit_call=f"sys.exit({shown})",
        )

    def _failed(self, error: BaseException, *, memory_was_limited: bool) -> Ended:
        fault = describe_fault(error, self._filename, self._text)
        if isinstance(error, KeyboardInterrupt) and self._interrupts.was_delivered:
            return msgspec.structs.replace(fault, kind=EndKind.INTERRUPTED)
        if memory_was_limited and is_out_of_memory(error):
            return msgspec.structs.replace(fault, kind=EndKind.OUT_OF_MEMORY)
        return fault


class CompiledProgram(msgspec.Struct, frozen=True):
    """The top-level statements of a program with their lines, ready to run."""

    tree: ast.Module
    statements: list[tuple[int, CodeType]]


def _shown(code: object, write: Callable[[object], str]) -> str:
    try:
        text = write(code)
    except Exception:  # noqa: BLE001 - the program's own __str__ may raise anything
        text = type(code).__name__
    return text[:CODE_TEXT_LIMIT].encode("utf-8", "backslashreplace").decode("utf-8")


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _other_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread is not threading.main_thread() and not thread.daemon]


def _wait_for_threads() -> None:
    """Give the program's threads a moment to end, as Python would wait for them."""
    end = time.monotonic() + THREAD_GRACE_S
    for thread in _other_threads():
        thread.join(max(end - time.monotonic(), 0))


WAIT_FOR_THREADS = compile("wait()", "<end of the program>", "exec")
