"""Questions about the network never hold up the window, and the newest one goes first."""

import threading

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from engine.network.templates import templates
from engine.protocol.network import NetworkAnswer, NetworkRequest
from gui.bridge.network_asker import NetworkAsker
from gui.model.network import NetworkModel


class SlowWorker:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.may_answer = threading.Semaphore(0)
        self.is_closed = False

    def ask(self, request: NetworkRequest) -> NetworkAnswer:
        self.batches.append(request.batch)
        self.may_answer.acquire()
        return NetworkAnswer(trouble=f"batch {request.batch}")

    def interrupt(self) -> None:
        self.may_answer.release()

    def close(self) -> None:
        self.is_closed = True


def test_questions_that_were_overtaken_are_not_asked(qtbot: QtBot) -> None:
    worker, model, parent = SlowWorker(), NetworkModel(templates()[0].network), QObject()
    asker = NetworkAsker(model, parent, worker)
    model.ask()
    qtbot.waitUntil(lambda: worker.batches == [32])
    for batch in (1, 2, 3):
        model.choose_batch(batch)
    assert model.is_waiting
    worker.may_answer.release()
    qtbot.waitUntil(lambda: worker.batches == [32, 3])
    worker.may_answer.release()
    qtbot.waitUntil(lambda: model.known.trouble == "batch 3")
    assert not model.is_waiting
    asker.close()
    assert worker.is_closed


def test_closing_gives_up_what_is_asked(qtbot: QtBot) -> None:
    worker, model, parent = SlowWorker(), NetworkModel(templates()[0].network), QObject()
    asker = NetworkAsker(model, parent, worker)
    model.ask()
    qtbot.waitUntil(lambda: bool(worker.batches))
    asker.close()
    assert worker.is_closed
    model.choose_batch(5)
    assert worker.batches == [32]


def test_a_real_process_is_ended_in_the_middle_of_a_question(qtbot: QtBot) -> None:
    model, parent = NetworkModel(templates()[0].network), QObject()
    asker = NetworkAsker(model, parent)
    model.ask()  # torch takes seconds to load
    asker.close()
    assert model.is_waiting
