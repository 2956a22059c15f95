"""Writes training runs as event files of TensorBoard while they go on, into a folder that a person chose."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from engine.training.event_log import EventLog
from engine.training.facts import ToldFact, points
from gui.model.observable import Event
from gui.model.training_book import RunBook
from gui.model.training_run import TrainingRun


@dataclass(slots=True, eq=False)
class _Log:
    """The log of one run, and how far it is written."""

    log: EventLog
    written: dict[str, int] = field(default_factory=dict)
    marks: int = 0


class RunLogs:
    """Writes every run into a folder of its own, once a folder for them was chosen; a thread does the writing.

    Attributes:
        failed: One sentence: the folder cannot be written, and nothing more is.
    """

    def __init__(self, book: RunBook) -> None:
        self.failed: Event[str] = Event()
        self._book = book
        self._folder: Path | None = None
        self._logs: dict[TrainingRun, _Log] = {}
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="run logs")
        self._writing: list[Future[None]] = []
        book.advanced.connect(self._advance)

    @property
    def folder(self) -> Path | None:
        """Where runs are written; None: they are not."""
        return self._folder

    def use(self, folder: Path) -> None:
        """Write all runs from now on into this folder, those that there are by now too."""
        self.close()
        self._folder = folder
        for run in reversed(self._book.runs):
            self._advance(run)

    def close(self) -> None:
        """Write what is still to be written, and nothing more."""
        logs, self._logs, self._folder = self._logs, {}, None
        for kept in logs.values():
            self._pool.submit(kept.log.close)
        self._pool.submit(_nothing).result()

    def _advance(self, run: TrainingRun) -> None:
        if self._folder is None or (not run.is_alive and run not in self._logs and not tuple(run.curves)):
            return
        try:
            kept = self._logs.get(run)
            if kept is None:
                kept = self._logs[run] = _Log(EventLog(_free_folder(self._folder, run.name), run.source))
            self._writing.append(self._pool.submit(kept.log.take, _unwritten(run, kept)))
            while self._writing and self._writing[0].done():
                self._writing.pop(0).result()
        except OSError as error:
            folder, self._writing = self._folder, []
            self.close()
            self.failed.emit(f"Runs are not written to {folder} any more: {error.strerror or error}.")


def _unwritten(run: TrainingRun, kept: _Log) -> tuple[ToldFact, ...]:
    """Return what is not written yet, and note that it is about to be."""
    facts: list[ToldFact] = []
    for name in run.curves:
        curve = run.curves.get(name)
        if curve is None:
            continue
        last = kept.written.get(name, -1)
        is_new = curve.iterations > last
        if is_new.any():
            numbers, iterations = curve.numbers[is_new].tolist(), curve.iterations[is_new].tolist()
            facts.append(points(name, iterations, numbers))
            kept.written[name] = iterations[-1]
    if run.hyper is not None:
        facts.append(run.hyper)
    facts += run.marks[kept.marks :]
    kept.marks = len(run.marks)
    return tuple(facts)


def _nothing() -> None:
    """Come after all that waits."""


def _free_folder(parent: Path, name: str) -> Path:
    """Return a folder that is not there yet, called like the run."""
    plain = "".join("_" if letter in '/\\:*?"<>|' else letter for letter in name).strip(". ") or "run"
    found, number = parent / plain, 2
    while found.exists():
        found, number = parent / f"{plain} ({number})", number + 1
    return found
