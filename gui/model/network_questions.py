"""What torch is asked about the network that is being built: of each kind, only the newest question counts."""

from engine.network.network import Link
from engine.protocol.network import NetworkRequest
from gui.model.network_talk import Question
from gui.model.observable import Event


class NetworkQuestions:
    """Numbers the questions about the network itself, and those about a connection that is tried out.

    Attributes:
        asked: Torch shall be asked.
    """

    def __init__(self) -> None:
        self.asked: Event[Question] = Event()
        self._number = 0
        self._latest = {True: 0, False: 0}

    def put(self, request: NetworkRequest, link: Link | None) -> None:
        """Ask; ``link`` is the connection that is tried out."""
        self._number += 1
        self._latest[link is not None] = self._number
        self.asked.emit(Question(self._number, request, link))

    def is_newest(self, question: Question) -> bool:
        """Return whether the answer still counts."""
        return question.number == self._latest[question.link is not None]

    def drop_trial(self) -> None:
        """Let no answer about a connection count any more."""
        self._latest[True] = 0
