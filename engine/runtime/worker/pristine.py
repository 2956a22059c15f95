"""Python's builtins as they were before the program changed them."""

import builtins
from types import TracebackType


class PristineBuiltins:
    """Inside its ``with`` block the builtins are the original ones; afterwards the program's own again.

    Our code runs between the program's statements and looks names such as ``len`` up in the same place as the program
    does. Uses nothing but methods and operators, because it runs while names may be missing.
    """

    def __init__(self) -> None:
        self._current = vars(builtins)
        self._originals = self._current.copy()
        self._changed: list[dict[str, object]] = []

    def restore(self) -> None:
        """Put the original builtins back for good."""
        self._current.update(self._originals)

    def __enter__(self) -> None:
        if self._current == self._originals:
            self._changed.append(self._originals)
            return
        self._changed.append(self._current.copy())
        self._current.update(self._originals)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        changed = self._changed.pop()
        if changed is self._originals:
            return
        self._current.update(changed)
        for name in self._originals.keys() - changed.keys():
            del self._current[name]
