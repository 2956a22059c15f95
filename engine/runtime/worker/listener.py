"""Listens to the host while the program runs."""

import _thread
import os
import signal
from collections.abc import Callable
from typing import Protocol

from engine.protocol.codec import ProtocolError
from engine.protocol.messages import Interrupt, Look, Steer
from engine.runtime.worker.channel import Channel
from engine.runtime.worker.interrupts import Interrupts
from engine.trace.ids import ValueId
from engine.training.commands import TrainCommand


class Steering(Protocol):
    """Takes what a person asks of a training run; from any thread."""

    def take(self, command: TrainCommand, sent_ns: int) -> None:
        """Take a command that the host sent at this time of ``time.monotonic_ns``."""
        ...

    def release(self) -> None:
        """Let the program go on for ever: it is about to be interrupted."""
        ...


HOST_GONE = 70
"""Exit code when the host has vanished: nobody is left to tell."""


def start_listening(
    channel: Channel,
    interrupts: Interrupts,
    look: Callable[[tuple[ValueId, ...]], None],
    steering: Steering | None = None,
) -> None:
    """Pass on what the host asks, on a thread that ``threading.enumerate`` of the program does not show."""
    leave, kill_group = os._exit, getattr(os, "killpg", None)  # the program may replace them

    def listen() -> None:
        try:
            while True:
                message = channel.receive()
                if isinstance(message, Interrupt):
                    if steering is not None:
                        steering.release()
                    interrupts.request()
                elif isinstance(message, Steer) and steering is not None:
                    steering.take(message.command, message.sent_ns)
                elif isinstance(message, Look):
                    look(message.values)
        except EOFError:
            pass  # the host is gone
        except (OSError, ProtocolError):
            return  # the program closed the descriptor: the host notices
        if kill_group is not None and os.getpgrp() == os.getpid():
            kill_group(os.getpgrp(), signal.SIGKILL)
        leave(HOST_GONE)

    _thread.start_new_thread(listen, ())
