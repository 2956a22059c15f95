"""Has the data of the plan looked at."""

from PySide6.QtCore import QObject

from engine.session.data import DataWorker
from gui.bridge.questions import Answering, Questioner
from gui.model.training_data import DataModel

TIME_LIMIT_S = 30.0


class DataAsker(Questioner):
    """Passes the questions of a model on and brings the answers back."""

    def __init__(self, model: DataModel, parent: QObject, worker: Answering | None = None) -> None:
        asked = DataWorker(TIME_LIMIT_S) if worker is None else worker
        super().__init__(asked, lambda _question: None, parent)
        model.asked.connect(self.ask)
        self.answered.connect(model.take_answer)
