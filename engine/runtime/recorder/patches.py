"""Puts the recorder's functions in the place of torch's, and takes them back."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class PatchSet:
    """Attributes that are replaced while recording.

    ``remove`` gives every owner back exactly what it had, attributes that it had inherited included.
    """

    def __init__(self) -> None:
        self._patches: list[tuple[Any, str, Any]] = []
        self._registers: list[Callable[[], list[Any]]] = []
        self._handles: list[Any] = []
        self._saved: list[tuple[Any, str, Any]] = []
        self._lock = threading.Lock()
        self._lifts = 0
        self._is_wanted = False

    def add(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:  # noqa: ANN401 - modules and classes
        """Plan to replace ``owner.name`` by ``make(original)``; a class method is given and made as a function."""
        self._patches.append((owner, name, make(getattr(owner, name))))

    def add_hooks(self, register: Callable[[], list[Any]]) -> None:
        """Plan to register hooks that come and go with the replacements; ``register`` returns their handles."""
        self._registers.append(register)

    def apply(self) -> None:
        """Put all replacements in place, those that were planned since the last time too."""
        with self._lock:
            self._is_wanted = True
            self._update()

    def remove(self) -> None:
        """Put the originals back, last replaced first."""
        with self._lock:
            self._is_wanted = False
            self._update()

    def forked(self) -> None:
        """Be usable in a forked process, whatever another thread was doing at that moment."""
        self._lock = threading.Lock()
        self._lifts = 0

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Take the replacements away for the ``with`` block; several threads may be in one."""
        with self._lock:
            self._lifts += 1
            self._update()
        try:
            yield
        finally:
            with self._lock:
                self._lifts -= 1
                self._update()

    def _update(self) -> None:
        if self._is_wanted and not self._lifts:
            for owner, name, replacement in self._patches[len(self._saved) :]:
                self._saved.append((owner, name, vars(owner).get(name, _ABSENT)))
                setattr(owner, name, replacement)
            if not self._handles:
                self._handles = [handle for register in self._registers for handle in register()]
            return
        for handle in self._handles:
            handle.remove()
        self._handles = []
        while self._saved:
            owner, name, original = self._saved.pop()
            if original is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, original)


_ABSENT = object()
