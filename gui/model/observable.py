"""A minimal typed signal for models that must not know Qt."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Event(Generic[T]):
    """Calls its listeners, in the order in which they connected, each time it is emitted."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[T], None]] = []

    def connect(self, listener: Callable[[T], None]) -> None:
        """Call ``listener`` with the payload of every later emit."""
        self._listeners.append(listener)

    def disconnect(self, listener: Callable[[T], None]) -> None:
        """Stop calling ``listener``.

        Raises:
            ValueError: If it is not connected.
        """
        self._listeners.remove(listener)

    def emit(self, payload: T) -> None:
        """Tell every listener."""
        for listener in tuple(self._listeners):
            listener(payload)
