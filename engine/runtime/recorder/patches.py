"""Puts the recorder's functions in the place of torch's, and takes them back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class PatchSet:
    """Attributes that are replaced while recording.

    ``remove`` gives every owner back exactly what it had, attributes that it had inherited included.
    """

    def __init__(self) -> None:
        self._patches: list[tuple[Any, str, Any]] = []
        self._saved: list[tuple[Any, str, Any]] = []

    def add(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:  # noqa: ANN401 - modules and classes
        """Plan to replace ``owner.name`` by ``make(original)``; a class method is given and made as a function."""
        self._patches.append((owner, name, make(getattr(owner, name))))

    def apply(self) -> None:
        """Put all replacements in place."""
        for owner, name, replacement in self._patches:
            self._saved.append((owner, name, vars(owner).get(name, _ABSENT)))
            setattr(owner, name, replacement)

    def remove(self) -> None:
        """Put the originals back, last replaced first."""
        while self._saved:
            owner, name, original = self._saved.pop()
            if original is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, original)

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Take the replacements away for the ``with`` block."""
        was_applied = bool(self._saved)
        self.remove()
        try:
            yield
        finally:
            if was_applied:
                self.apply()


_ABSENT = object()
