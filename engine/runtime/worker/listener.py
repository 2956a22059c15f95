"""Listens to the host while the program runs."""

import _thread
import os
import signal
from collections.abc import Callable

from engine.protocol.codec import ProtocolError
from engine.protocol.messages import Interrupt, Look
from engine.runtime.worker.channel import Channel
from engine.runtime.worker.interrupts import Interrupts
from engine.trace.ids import ValueId

HOST_GONE = 70
"""Exit code when the host has vanished: nobody is left to tell."""


def start_listening(channel: Channel, interrupts: Interrupts, look: Callable[[tuple[ValueId, ...]], None]) -> None:
    """Pass on what the host asks, on a thread that ``threading.enumerate`` of the program does not show."""
    leave, kill_group = os._exit, getattr(os, "killpg", None)  # the program may replace them

    def listen() -> None:
        try:
            while True:
                message = channel.receive()
                if isinstance(message, Interrupt):
                    interrupts.request()
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
