"""One-sentence messages to the person."""

from dataclasses import dataclass
from enum import Enum

from gui.model.observable import Event


class NoticeLevel(Enum):
    """How serious a notice is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence."""

    text: str
    level: NoticeLevel = NoticeLevel.INFO


class Notices:
    """Where anything that has something to say says it.

    Attributes:
        posted: Emitted with every notice.
    """

    def __init__(self) -> None:
        self.posted: Event[Notice] = Event()

    def info(self, text: str) -> None:
        """Say that something was done."""
        self.posted.emit(Notice(text))

    def warning(self, text: str) -> None:
        """Say that something needs attention."""
        self.posted.emit(Notice(text, NoticeLevel.WARNING))

    def error(self, text: str) -> None:
        """Say that something did not work, and why."""
        self.posted.emit(Notice(text, NoticeLevel.ERROR))
