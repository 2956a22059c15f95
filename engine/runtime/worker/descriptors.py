"""File descriptors that the program might close, or reuse, behind our back."""

import os


class GuardedDescriptor:
    """A file descriptor with the identity of what it was opened on.

    A program may close any descriptor (``os.closerange``) and the next file that it opens may get the same number:
    writing there would damage the person's file, so every use asks ``is_intact`` first.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._identity = _identity(number)

    def is_intact(self) -> bool:
        """Whether the descriptor still refers to what it was opened on."""
        try:
            return _identity(self.number) == self._identity
        except OSError:
            return False


def _identity(number: int) -> tuple[int, int]:
    status = os.fstat(number)
    return status.st_dev, status.st_ino
