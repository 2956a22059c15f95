"""Asks torch about the network that is being built."""

from PySide6.QtCore import QObject

from engine.session.network import NetworkWorker
from gui.bridge.questions import Answering, Questioner
from gui.model.network import NetworkModel

TIME_LIMIT_S = 30.0


class NetworkAsker(Questioner):
    """Passes the questions of a model on and brings the answers back; trials of connections are a kind of their own."""

    def __init__(self, model: NetworkModel, parent: QObject, worker: Answering | None = None) -> None:
        asked = NetworkWorker(TIME_LIMIT_S) if worker is None else worker
        super().__init__(asked, lambda question: question.link is not None, parent)
        model.asked.connect(self.ask)
        self.answered.connect(model.take_answer)
