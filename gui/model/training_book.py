"""The training runs of a window: which there are, which one is looked at, which others are drawn beside it."""

import re
from collections.abc import Sequence

from gui.model.observable import Event
from gui.model.training_run import TrainingRun

_WORDS = ("calm", "brisk", "bright", "quiet", "bold", "gentle", "keen", "steady", "swift", "warm", "clear", "fresh")
MOST_SHOWN = 6
MOST_GONE = 5
"""Runs that were taken out can be brought back; of those that were never kept on disk the oldest go for ever."""
_NUMBER = re.compile(r"-(\d+)$")


class RunBook:
    """Holds the runs, the newest first.

    Attributes:
        changed: A run began, went, was renamed, or another one is looked at.
        advanced: A run told something, or ended.
        renamed: A run has another name.
        removed: A run was taken out of the list.
        returned: It was brought back.
    """

    def __init__(self) -> None:
        self.changed: Event[None] = Event()
        self.advanced: Event[TrainingRun] = Event()
        self.renamed: Event[TrainingRun] = Event()
        self.removed: Event[TrainingRun] = Event()
        self.returned: Event[TrainingRun] = Event()
        self._runs: list[TrainingRun] = []
        self._gone: list[TrainingRun] = []
        self._current: TrainingRun | None = None
        self._count = 0

    @property
    def runs(self) -> tuple[TrainingRun, ...]:
        """All runs, the newest first."""
        return tuple(self._runs)

    @property
    def current(self) -> TrainingRun | None:
        """The run that is looked at."""
        return self._current

    @property
    def beside(self) -> tuple[TrainingRun, ...]:
        """The runs that are drawn beside the one that is looked at."""
        return tuple(run for run in self._runs if run.is_shown and run is not self._current)[: MOST_SHOWN - 1]

    def next_name(self) -> str:
        """Return a name for another run."""
        return f"{_WORDS[self._count % len(_WORDS)]}-{self._count + 1}"

    @property
    def next_hue(self) -> int:
        """Which colour another run takes."""
        return self._count

    def add(self, run: TrainingRun) -> None:
        """A run begins; it is looked at."""
        self._count += 1
        self._runs.insert(0, run)
        self._current = run
        self.changed.emit(None)

    def add_kept(self, runs: Sequence[TrainingRun]) -> None:
        """Take up runs of earlier sessions, the newest first; they come after those of this one."""
        if not runs:
            return
        self._runs += runs
        self._current = self._current or self._runs[0]
        numbers = [int(found.group(1)) for run in runs if (found := _NUMBER.search(run.name))]
        self._count = max(self._count, *numbers, len(self._runs)) if numbers else max(self._count, len(self._runs))
        self.changed.emit(None)

    def add_gone(self, runs: Sequence[TrainingRun]) -> None:
        """Take up runs that were taken out in earlier sessions, the latest one last."""
        self._gone = [*runs, *self._gone][-MOST_GONE:]
        self.changed.emit(None)

    def choose(self, run: TrainingRun | None) -> None:
        """Look at another run, or at none: at what would run next."""
        if (run is None or run in self._runs) and run is not self._current:
            self._current = run
            self.changed.emit(None)

    def show_beside(self, run: TrainingRun, *, shown: bool) -> None:
        """Draw a run beside the others, or no longer."""
        run.is_shown = shown
        self.changed.emit(None)

    def rename(self, run: TrainingRun, name: str) -> None:
        """Give a run another name; a blank one is left out."""
        if name.strip():
            run.name = name.strip()
            self.renamed.emit(run)
            self.changed.emit(None)

    def remove(self, run: TrainingRun) -> None:
        """Take out a run that is over; it can be brought back."""
        if run.is_alive or run not in self._runs:
            return
        self._runs.remove(run)
        self._gone = [*self._gone, run][-MOST_GONE:]
        if run is self._current:
            self._current = self._runs[0] if self._runs else None
        self.removed.emit(run)
        self.changed.emit(None)

    @property
    def can_put_back(self) -> bool:
        """Whether a run was taken out that can be brought back."""
        return bool(self._gone)

    def put_back(self) -> None:
        """Bring back the run that was taken out last to where it was, and look at it."""
        if self._gone:
            run = self._gone.pop()
            older = (place for place, one in enumerate(self._runs) if 0 < one.began_s <= run.began_s)
            self._runs.insert(next(older, len(self._runs)), run)
            self._current = run
            self.returned.emit(run)
            self.changed.emit(None)

    def tell(self, run: TrainingRun) -> None:
        """A run came further."""
        self.advanced.emit(run)
