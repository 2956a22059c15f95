"""Why a network cannot be edited, written or drawn: one sentence for a person."""


class NetworkError(Exception):
    """What was asked of a network cannot be done; the text is one whole sentence."""


class CannotDrawError(NetworkError):
    """A line of a program that cannot be drawn as a network.

    Attributes:
        line: Where it stands, from 1.
        reason: Why it cannot be drawn, without the line.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"Line {line} cannot be drawn: {reason}.")
        self.line = line
        self.reason = reason
