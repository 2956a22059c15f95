"""Ways in which a program ends its own process: what was recorded is sent first."""

import functools
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Never, ParamSpec, TypeVar

from engine.protocol.messages import Dying, Ended, EndKind

P = ParamSpec("P")
R = TypeVar("R")


class ExitGuard:
    """Wraps ``os._exit``, ``os.abort``, ``os.kill`` and their like, so that nothing recorded is lost by them.

    ``send`` gets what is to be said to the host; it drains first. In a forked process the wrappers only pass on.
    """

    def __init__(self, filename: str, send: Callable[[Ended | Dying], None]) -> None:
        self._filename = filename
        self._send = send
        self._process_id = os.getpid()

    def install(self) -> None:
        """Put the wrappers in place, for the rest of the life of the process."""
        os._exit = self._wrap_exit(os._exit)  # type: ignore[assignment]  # differs in the name of the parameter only
        os.abort = self._wrap(os.abort, _always, "os.abort()")
        os.kill = self._wrap(os.kill, self._kills_us, "os.kill")
        signal.raise_signal = self._wrap(signal.raise_signal, _always, "signal.raise_signal")
        if hasattr(os, "killpg"):
            os.killpg = self._wrap(os.killpg, self._kills_our_group, "os.killpg")

    def _wrap_exit(self, original: Callable[[int], Never]) -> Callable[[int], Never]:
        @functools.wraps(original)
        def wrapper(status: int) -> Never:
            if os.getpid() == self._process_id and isinstance(status, int):
                self._send(
                    Ended(
                        kind=EndKind.EXITED, exit_code=status, exit_call=f"os._exit({status})", line=self._line_here()
                    )
                )
            original(status)

        return wrapper

    def _wrap(self, original: Callable[P, R], is_fatal: Callable[..., bool], name: str) -> Callable[P, R]:
        @functools.wraps(original)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            if os.getpid() == self._process_id and is_fatal(*args, **kwargs):
                self._send(Dying(call=name, line=self._line_here()))
            return original(*args, **kwargs)

        return wrapper

    def _kills_us(self, pid: Any = None, number: Any = None) -> bool:  # noqa: ANN401 - whatever the program passes
        return bool(number) and pid in {self._process_id, 0, -1}

    def _kills_our_group(self, group: Any = None, number: Any = None) -> bool:  # noqa: ANN401 - as above
        return bool(number) and group in {os.getpgrp(), 0}

    def _line_here(self) -> int | None:
        """Return the line of the program that is running now."""
        frame: FrameType | None = sys._getframe()  # noqa: SLF001 - the documented way to look at the own stack
        while frame is not None and frame.f_code.co_filename != self._filename:
            frame = frame.f_back
        return None if frame is None else frame.f_lineno


def _always(*_args: object) -> bool:
    return True
