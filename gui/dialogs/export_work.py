"""Work on a thread of its own, so that no window waits for it: it says how far it is, and can be called off."""

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from engine.graph.uncollected import uncollected
from gui.model.export import ExportProblemError

log = logging.getLogger(__name__)

Progress = Callable[[float], None]
Task = Callable[[Progress], object]


class CalledOffError(Exception):
    """The work is not wanted any more."""


class ExportWork(QObject):
    """One piece of work; make another one for another piece.

    It belongs to the application until it is over: what asked for it may be closed and deleted while the thread runs,
    and a signal from an object that is gone would end the program.

    Signals:
        progressed: The share that is done, 0 to 1.
        done: What the work returned.
        failed: A sentence about why it could not be done.
        ended: It is over, whatever came of it; always the last.
    """

    progressed = Signal(float)
    done = Signal(object)
    failed = Signal(str)
    ended = Signal()
    _left = Signal()

    def __init__(self, task: Task) -> None:
        super().__init__(QCoreApplication.instance())
        self._left.connect(self._go)
        self._task = task
        self._is_called_off = threading.Event()
        # A daemon: whoever closes the program does not wait for a picture.
        self._thread = threading.Thread(target=self._run, name="export", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def call_off(self) -> None:
        """Let the work end soon, and without effect; only ``ended`` is said."""
        self._is_called_off.set()

    def wait(self) -> None:
        """Return when the thread has ended."""
        self._thread.join()

    def _run(self) -> None:
        try:
            # A collection that began on this thread would destroy Qt objects outside of theirs.
            with uncollected():
                found = self._task(self._hear)
            self._say(self.done, found)
        except CalledOffError:
            pass
        except ExportProblemError as problem:
            self._say(self.failed, str(problem))
        except MemoryError:
            self._say(self.failed, "There is not enough memory for this.")
        except Exception:
            # Or the dialog would wait for ever; what went wrong is in the log.
            log.exception("an export failed")
            self._say(self.failed, "Something in Chainrule itself went wrong; nothing was written.")
        finally:
            self._emit(self.ended)
            self._emit(self._left)

    @Slot()
    def _go(self) -> None:
        """Runs on the window's thread, after all that was said has been heard."""
        self._thread.join()  # it has nothing more to do
        self.deleteLater()

    def _hear(self, share: float) -> None:
        if self._is_called_off.is_set():
            raise CalledOffError
        self._emit(self.progressed, share)

    def _say(self, signal: object, *words: object) -> None:
        if not self._is_called_off.is_set():
            self._emit(signal, *words)

    def _emit(self, signal: object, *words: object) -> None:
        signal.emit(*words)  # type: ignore[attr-defined]  # a bound signal has no type of its own in the stubs
