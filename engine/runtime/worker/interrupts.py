"""Stopping the program from outside, without ever tearing our own code apart."""

import _thread
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType

from engine.program.instrument import MARKS_FILE

ENGINE_FOLDER = str(Path(__file__).resolve().parents[2]) + os.sep
ATTEMPTS = 4
ATTEMPT_GAP_S = 0.2


def is_own_file(filename: str) -> bool:
    """Whether a code object's file belongs to the engine rather than to the program or a library."""
    return filename.startswith(ENGINE_FOLDER) or filename == MARKS_FILE


class Interrupts:
    """Turns requests to stop into ``KeyboardInterrupt`` in the program's own frames.

    While a block is ``shielded`` (a drain, a send), or while a frame of the engine is the innermost one, the interrupt
    waits: in the first case until the shield is gone, in the second until the program's frame goes on.
    """

    def __init__(self, on_terminate: Callable[[], None]) -> None:
        self.program_is_running = False
        self.was_delivered = False
        self._on_terminate = on_terminate
        self._depth = 0
        self._waiting: set[int] = set()

    def install(self) -> None:
        """Take over the signals. Call it on the main thread."""
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_as_at_first)

    def request(self) -> None:
        """Ask for an interrupt of the main thread, from any other thread; repeated until it has arrived."""
        pause = threading.Event()
        for _ in range(ATTEMPTS):
            if self.was_delivered:
                return
            if hasattr(signal, "pthread_kill"):
                main_thread = threading.main_thread().ident
                assert main_thread is not None
                signal.pthread_kill(main_thread, signal.SIGINT)
            else:
                _thread.interrupt_main()
            pause.wait(ATTEMPT_GAP_S)

    def raise_if_waiting(self) -> None:
        """Deliver an interrupt that came while none could be raised.

        Raises:
            KeyboardInterrupt: If one waits.
        """
        if signal.SIGINT in self._waiting:
            self._waiting.discard(signal.SIGINT)
            self.was_delivered = True
            raise KeyboardInterrupt

    def __enter__(self) -> None:
        """Shield the block: no interrupt is raised inside. Main thread only; nests."""
        self._depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the shield; the signals that waited are handled now."""
        self._depth -= 1
        if self._depth or not self._waiting:
            return
        if signal.SIGTERM in self._waiting:
            self._waiting.clear()
            self._on_terminate()
        self._waiting.clear()
        self._interrupt(sys._getframe())  # noqa: SLF001 - the documented way to look at the own stack

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._depth:
            self._waiting.add(number)
        elif number == signal.SIGTERM:
            self._on_terminate()
        else:
            self._interrupt(frame)

    def _interrupt(self, frame: FrameType | None) -> None:
        if not self.program_is_running:
            self._waiting.add(signal.SIGINT)
            return
        outside = _outside(frame)
        if frame is not None and outside is frame:
            self.was_delivered = True
            raise KeyboardInterrupt
        frame = outside
        if frame is None or frame.f_code.co_name == "_run_code":
            self._waiting.add(signal.SIGINT)  # the runner itself: it looks before each statement
            return
        self.was_delivered = True
        frame.f_trace = self._raise_on_return
        frame.f_trace_opcodes = True
        sys.settrace(_trace_no_other_frame)

    def _raise_on_return(self, _frame: FrameType, _event: str, _argument: object) -> None:
        sys.settrace(None)
        raise KeyboardInterrupt


def _as_at_first() -> None:
    """Give a process that the program forked the signals that Python gives it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _outside(frame: FrameType | None) -> FrameType | None:
    """Return the innermost frame that is neither ours nor one of ``contextlib`` that works for us."""
    outside = frame
    while frame is not None:
        if is_own_file(frame.f_code.co_filename):
            outside = frame = frame.f_back
        elif frame.f_code.co_filename == contextlib.__file__:
            frame = frame.f_back
        else:
            break
    return outside


def _trace_no_other_frame(_frame: FrameType, _event: str, _argument: object) -> None:
    """Answer that a newly entered frame is not to be traced."""
