"""Has the data of a training plan looked into in a process of its own."""

from engine.protocol.data import DataAnswer, DataRequest
from engine.session.questions import NoAnswerError, QuestionProcess

MODULE = "engine.runtime.dataset"
"""Named, not imported: this room knows the other side by its messages only."""
TIME_LIMIT_S = 60.0
_SILENCE = "The data cannot be shown: it is too large, or takes too long to read."


class DataWorker(QuestionProcess[DataRequest, DataAnswer]):
    """Answers questions about data."""

    def __init__(self, time_limit_s: float = TIME_LIMIT_S) -> None:
        super().__init__(MODULE, DataAnswer, _SILENCE, time_limit_s)

    def ask(self, request: DataRequest) -> DataAnswer:
        """Return what lies in the data; wait for it, at the most the time limit."""
        try:
            return self.put(request)
        except NoAnswerError as error:
            return DataAnswer(trouble=str(error))
