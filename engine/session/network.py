"""Asks torch about networks in a process of its own."""

from engine.protocol.network import NetworkAnswer, NetworkRequest
from engine.session.questions import NoAnswerError, QuestionProcess

MODULE = "engine.runtime.network"
"""Named, not imported: this room knows the other side by its messages only."""
TIME_LIMIT_S = 60.0
_SILENCE = "torch gave no answer: the network is too large, or takes too long to follow."


class NetworkWorker(QuestionProcess[NetworkRequest, NetworkAnswer]):
    """Answers questions about networks."""

    def __init__(self, time_limit_s: float = TIME_LIMIT_S) -> None:
        super().__init__(MODULE, NetworkAnswer, _SILENCE, time_limit_s)

    def ask(self, request: NetworkRequest) -> NetworkAnswer:
        """Return what torch says of a network; wait for it, at the most the time limit."""
        try:
            return self.put(request)
        except NoAnswerError as error:
            return NetworkAnswer(trouble=str(error))
