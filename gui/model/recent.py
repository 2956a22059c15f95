"""The files opened last."""

from collections.abc import Iterable
from pathlib import Path

from gui.model.observable import Event

CAPACITY = 9


class RecentFiles:
    """Up to nine paths, the latest first.

    Attributes:
        changed: Emitted with the new list.
    """

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self.changed: Event[tuple[Path, ...]] = Event()
        self._paths = tuple(dict.fromkeys(paths))[:CAPACITY]

    @property
    def paths(self) -> tuple[Path, ...]:
        """The latest first."""
        return self._paths

    def add(self, path: Path) -> None:
        """Put a path on top."""
        self._replace((path, *(other for other in self._paths if other != path)))

    def remove(self, path: Path) -> None:
        """Forget a path, e.g. because its file is gone."""
        self._replace(tuple(other for other in self._paths if other != path))

    def _replace(self, paths: tuple[Path, ...]) -> None:
        paths = paths[:CAPACITY]
        if paths != self._paths:
            self._paths = paths
            self.changed.emit(paths)
