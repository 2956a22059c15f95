"""Output that does not come from Python: what C code and child processes write to file descriptors 1 and 2."""

import _thread
import codecs
import os
import select
import sys
import threading
from collections.abc import Callable

from engine.runtime.worker.console import Console
from engine.runtime.worker.descriptors import GuardedDescriptor
from engine.trace.facts import Stream

READ_BYTES = 65_536
READS_AT_ONCE = 16
"""Most reads of one look: a flood must not keep a ``print`` waiting."""
TICK_MS = 50


class DescriptorPump:
    """Reads the other ends of descriptors 1 and 2 into the console, and calls ``tick`` at least every 50 ms.

    The host holds the same ends and reads what is left in them when this process dies.
    """

    def __init__(self, console: Console, output: int, errors: int, tick: Callable[[], None]) -> None:
        self._console = console
        self._tick = tick
        self._sources = {
            number: (GuardedDescriptor(number), stream, codecs.getincrementaldecoder("utf-8")("replace"))
            for number, stream in ((output, Stream.OUT), (errors, Stream.ERR))
        }
        self._look = select.poll()
        for number in self._sources:
            os.set_blocking(number, False)
            self._look.register(number, select.POLLIN)

    def start(self) -> None:
        """Begin, on a thread that ``threading.enumerate`` of the program does not show."""
        self._console.absorb = self.absorb
        _thread.start_new_thread(self._work, ())

    def absorb(self) -> None:
        """Move what waits in the pipes to the console."""
        with self._console.lock:
            for number, _ in self._look.poll(0):
                self._absorb_one(number)

    def _absorb_one(self, number: int) -> None:
        guard, stream, decoder = self._sources[number]
        for _ in range(READS_AT_ONCE):
            try:
                raw = os.read(number, READ_BYTES) if guard.is_intact() else b""
            except BlockingIOError:
                return
            except OSError:
                raw = b""
            if not raw:
                self._look.unregister(number)
                del self._sources[number]
                return
            self._console.append(stream, decoder.decode(raw))

    def _work(self) -> None:
        while True:
            watch = select.poll()  # a poll object of its own: two threads cannot use one at the same time
            for number in tuple(self._sources):
                watch.register(number, select.POLLIN)
            if watch.poll(TICK_MS):
                self.absorb()
            self._tick()


class ConsoleTicker:
    """Calls ``tick`` every 50 ms, where the descriptors themselves cannot be watched (Windows)."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick

    def start(self) -> None:
        """Begin, on a thread that ``threading.enumerate`` of the program does not show."""
        _thread.start_new_thread(self._work, ())

    def _work(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(TICK_MS / 1000)
            self._tick()


def make_pump(
    console: Console, descriptors: tuple[int, int] | None, tick: Callable[[], None]
) -> DescriptorPump | ConsoleTicker:
    """Return what brings output to the host, by what this platform and launcher offer."""
    if sys.platform == "win32" or descriptors is None:
        return ConsoleTicker(tick)
    return DescriptorPump(console, *descriptors, tick)
