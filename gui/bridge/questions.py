"""Asks a process questions on a thread of its own; of each kind of question the newest goes first."""

import threading
from collections.abc import Callable, Hashable
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

_CLOSE_STEP_S = 0.1


class Answering(Protocol):
    """What answers: a ``QuestionProcess``, or a fake in tests."""

    def ask(self, request: Any) -> object:  # noqa: ANN401 - each process takes requests of its own type
        """Return the answer, after a while."""
        ...

    def interrupt(self) -> None:
        """Give up what is asked now."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Question(Protocol):
    """What is asked, and whatever tells it from others."""

    @property
    def request(self) -> object:
        """What goes to the process."""
        ...


class Questioner(QObject):
    """Passes questions on and brings the answers back; the window never waits.

    Of each kind of question only the newest one is asked: those that were overtaken are dropped. The process that
    answers starts with the first question.

    Signals:
        answered: The question and its answer.
    """

    answered = Signal(object, object)

    def __init__(self, worker: Answering, kind_of: Callable[[Any], Hashable], parent: QObject) -> None:
        super().__init__(parent)
        self._worker = worker
        self._kind_of = kind_of
        self._waiting: dict[Hashable, Question] = {}
        self._wake = threading.Condition()
        self._is_open = True
        self._thread: threading.Thread | None = None

    def ask(self, question: Question) -> None:
        """Ask this as soon as what is asked now is answered."""
        with self._wake:
            self._waiting[self._kind_of(question)] = question
            if self._thread is None and self._is_open:
                self._thread = threading.Thread(target=self._work, name="questions", daemon=True)
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
