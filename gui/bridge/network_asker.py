"""Asks torch about the network that is being built, on a thread of its own; the newest question goes first."""

import threading
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from engine.protocol.network import NetworkAnswer, NetworkRequest
from engine.session.network import NetworkWorker
from gui.model.network import NetworkModel
from gui.model.network_talk import Question

TIME_LIMIT_S = 30.0
_CLOSE_STEP_S = 0.1


class Asked(Protocol):
    """What answers: a ``NetworkWorker``, or a fake in tests."""

    def ask(self, request: NetworkRequest) -> NetworkAnswer:
        """Return the answer, after a while."""
        ...

    def interrupt(self) -> None:
        """Give up what is asked now."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class NetworkAsker(QObject):
    """Passes the questions of a model on and brings the answers back; the window never waits.

    Of each kind of question only the newest one is asked: those that were overtaken are dropped. The process that
    answers starts with the first question.

    Signals:
        answered: The ``Question`` and its ``NetworkAnswer``.
    """

    answered = Signal(object, object)

    def __init__(self, model: NetworkModel, parent: QObject, worker: Asked | None = None) -> None:
        super().__init__(parent)
        self._worker = NetworkWorker(TIME_LIMIT_S) if worker is None else worker
        self._waiting: dict[bool, Question] = {}
        self._wake = threading.Condition()
        self._is_open = True
        self._thread: threading.Thread | None = None
        model.asked.connect(self.ask)
        self.answered.connect(model.take_answer)

    def ask(self, question: Question) -> None:
        """Ask this as soon as what is asked now is answered."""
        with self._wake:
            self._waiting[question.link is not None] = question
            if self._thread is None and self._is_open:
                self._thread = threading.Thread(target=self._work, name="network questions", daemon=True)
                self._thread.start()
            self._wake.notify()

    def close(self) -> None:
        """Ask nothing more, and end the process."""
        with self._wake:
            self._is_open = False
            self._waiting.clear()
            self._wake.notify()
        while self._thread is not None and self._thread.is_alive():
            self._worker.interrupt()  # again and again: the process may just be starting
            self._thread.join(_CLOSE_STEP_S)
        self._worker.close()

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: bool(self._waiting) or not self._is_open)
                if not self._is_open:
                    return
                question = self._waiting.pop(next(iter(self._waiting)))
            answer = self._worker.ask(question.request)
            if self._is_open:
                self.answered.emit(question, answer)
