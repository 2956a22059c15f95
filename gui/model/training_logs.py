"""Keeps training runs on disk while they go on, as event files that TensorBoard reads, too."""

import shutil
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import structs

from engine.training.event_log import HISTOGRAMS, EventLog
from engine.training.facts import Picture, ToldFact, points
from engine.training.kept_pictures import write_pictures
from engine.training.kept_run import FILE_NAME, KeptRun, KeptRunError, kept_folders, read_kept, write_kept
from gui.model.observable import Event
from gui.model.training_book import MOST_GONE, RunBook
from gui.model.training_kept import kept_of, pictures_of, run_of
from gui.model.training_run import Phase, TrainingRun

EVERY_S = 1.0
"""At the most so often is a run written that goes on: many points take little longer than a few."""
HISTOGRAMS_EVERY_S = 10.0
"""Each is as long as two hundred points; the last ones of a run are written in any case."""
DAY_S = 86_400
TRASH_DAYS = 30
"""So long a run that was deleted can be brought back."""


@dataclass(slots=True, eq=False)
class _Log:
    """The log of one run, and how far it is written."""

    log: EventLog
    written: dict[str, int] = field(default_factory=dict)
    marks: int = 0
    next_s: float = 0.0
    next_histograms_s: float = 0.0


class RunLogs:
    """Writes every run into a folder of its own, as soon as it has told something; a thread writes the events.

    Runs that lie in the folder already are listed. What is taken out of the list goes to a trash folder, and comes
    back from there.

    Attributes:
        failed: One sentence: what cannot be read or written.
        moved: The folder in which runs are kept from now on.
    """

    def __init__(
        self,
        book: RunBook,
        home: Path | None = None,
        trash: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.failed: Event[str] = Event()
        self.moved: Event[Path] = Event()
        self._book = book
        self._home = home
        self._trash = trash
        self._clock = clock
        self._folder: Path | None = None
        self._logs: dict[TrainingRun, _Log] = {}
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="run logs")
        self._writing: list[Future[None]] = []
        book.advanced.connect(self._advance)
        book.renamed.connect(self._rename)
        book.removed.connect(self._remove)
        book.returned.connect(self._return)

    @property
    def folder(self) -> Path | None:
        """Where runs are kept; None: they are not."""
        return self._folder

    def begin(self) -> None:
        """Keep runs where they were kept in earlier sessions."""
        if self._home is not None and self._folder is None:
            self.use(self._home)

    def use(self, folder: Path) -> None:
        """Keep all runs from now on in this folder, those of this session too, and list those that lie there."""
        self._end_logs()
        self._folder = folder
        for run in reversed(self._book.runs):
            if run.is_loaded:
                run.folder = None
                self._advance(run)
        if self._folder is not None:
            self._list(folder)
            self.moved.emit(folder)

    def close(self) -> None:
        """Write what is still to be written, and nothing more."""
        for run in tuple(self._logs):
            self._keep(run)
        self._end_logs()
        self._folder = None

    def _end_logs(self) -> None:
        logs, self._logs = self._logs, {}
        for run, kept in logs.items():
            self._pool.submit(kept.log.take, _unwritten(run, kept))
            self._pool.submit(kept.log.close)
        self._pool.submit(_nothing).result()

    def _list(self, folder: Path) -> None:
        known = {run.folder for run in self._book.runs}
        self._book.add_kept(self._runs_in(folder, known))
        if self._trash is not None:
            self._empty_trash(self._trash)
            self._book.add_gone(self._runs_in(self._trash, set())[:MOST_GONE][::-1])

    def _runs_in(self, folder: Path, known: set[Path | None]) -> list[TrainingRun]:
        found, broken = [], []
        try:
            for one in kept_folders(folder):
                if one not in known:
                    try:
                        found.append(run_of(read_kept(one), one))
                    except KeptRunError as error:
                        broken.append(str(error))
        except OSError as error:
            self.failed.emit(f"The runs in {folder} cannot be listed: {error.strerror or error}.")
        if broken:
            self.failed.emit(broken[0] if len(broken) == 1 else f"{broken[0]} So are {len(broken) - 1} more.")
        return found

    def _empty_trash(self, trash: Path) -> None:
        """Delete for ever what lies in the trash for long."""
        try:
            for folder in kept_folders(trash):
                if self._clock() - folder.stat().st_mtime > TRASH_DAYS * DAY_S:
                    shutil.rmtree(folder, ignore_errors=True)
        except OSError as error:
            self.failed.emit(f"The trash of runs cannot be read: {error.strerror or error}.")

    def _advance(self, run: TrainingRun) -> None:
        if self._folder is None or not run.is_loaded or run not in self._book.runs:
            return
        if run not in self._logs and (run.folder is not None or not tuple(run.curves)):
            return
        try:
            kept = self._logs.get(run)
            if kept is None:
                kept = self._begin(run, self._folder)
            if run.phase is Phase.RUNNING and time.monotonic() < kept.next_s:
                return
            self._write(run, kept)
            if not run.is_alive:
                self._keep(run)
                self._pool.submit(self._logs.pop(run).log.close)
        except OSError as error:
            self._give_up(error)

    def _write(self, run: TrainingRun, kept: _Log) -> None:
        """Have the thread write what is new."""
        kept.next_s = time.monotonic() + EVERY_S
        self._writing.append(self._pool.submit(kept.log.take, _unwritten(run, kept)))
        while self._writing and self._writing[0].done():
            self._writing.pop(0).result()

    def _begin(self, run: TrainingRun, parent: Path) -> _Log:
        folder = _free_folder(parent, run.name)
        kept = self._logs[run] = _Log(EventLog(folder, run.source))
        run.folder = folder
        run.began_s = run.began_s or self._clock()
        self._keep(run)
        return kept

    def _keep(self, run: TrainingRun) -> None:
        if run.folder is None:
            return
        write_kept(run.folder, kept_of(run, run.began_s))
        if run.pictures:
            self._writing.append(self._pool.submit(write_pictures, run.folder, run.plane, pictures_of(run)))

    def _give_up(self, error: OSError) -> None:
        folder, self._writing = self._folder, []
        self._end_logs()
        self._folder = None
        self.failed.emit(f"Runs are not written to {folder} any more: {error.strerror or error}.")

    def _rename(self, run: TrainingRun) -> None:
        """Keep the new name; the folder takes it too, once nothing is written there any more."""
        if run.folder is None:
            return
        try:
            if run not in self._logs:
                self._pool.submit(_nothing).result()
                run.folder = run.folder.rename(_free_folder(run.folder.parent, run.name))
            write_kept(run.folder, kept_of(run, run.began_s) if run.is_loaded else _renamed(run))
        except (OSError, KeptRunError) as error:
            self.failed.emit(f"The new name of {run.name} could not be kept: {_reason(error)}.")

    def _remove(self, run: TrainingRun) -> None:
        if run.folder is None or self._trash is None:
            return
        self._move(run, self._trash, "moved to the trash")

    def _return(self, run: TrainingRun) -> None:
        if run.folder is not None and self._folder is not None and run.folder.parent == self._trash:
            self._move(run, self._folder, "brought back from the trash")

    def _move(self, run: TrainingRun, parent: Path, what: str) -> None:
        assert run.folder is not None, "asked by those who looked"
        self._pool.submit(_nothing).result()
        try:
            parent.mkdir(parents=True, exist_ok=True)
            moved = Path(shutil.move(run.folder, _free_folder(parent, run.name)))
            moved.touch()  # from now on it lies there
            (moved / FILE_NAME).touch()
            run.folder = moved
        except OSError as error:
            self.failed.emit(f"The files of {run.name} could not be {what}: {_reason(error)}.")


def _unwritten(run: TrainingRun, kept: _Log) -> tuple[ToldFact, ...]:
    """Return what is not written yet, and note that it is about to be."""
    facts: list[ToldFact] = []
    for name in run.curves:
        curve = run.curves.get(name)
        if curve is None or not len(curve):
            continue
        last = kept.written.get(name, -1)
        if curve.iterations[-1] > last:
            new = slice(curve.place_after(last), None)
            numbers, iterations = curve.numbers[new].tolist(), curve.iterations[new].tolist()
            facts.append(points(name, iterations, numbers))
            kept.written[name] = iterations[-1]
    now_s = time.monotonic()
    if now_s >= kept.next_histograms_s or not run.is_alive:
        kept.next_histograms_s = now_s + HISTOGRAMS_EVERY_S
        facts += _unwritten_histograms(run, kept)
    if run.hyper is not None:
        facts.append(run.hyper)
    facts += run.marks[kept.marks :]
    kept.marks = len(run.marks)
    return tuple(facts)


def _unwritten_histograms(run: TrainingRun, kept: _Log) -> list[ToldFact]:
    found: list[ToldFact] = []
    for name, shown in run.pictures.items():
        if name.startswith(HISTOGRAMS) and shown.iteration > kept.written.get(name, -1):
            raw = shown.numbers.astype("<f4").tobytes()
            found.append(Picture(shown.iteration, name, shown.numbers.shape, raw))
            kept.written[name] = shown.iteration
    return found


def _renamed(run: TrainingRun) -> KeptRun:
    assert run.folder is not None, "asked by those who looked"
    return structs.replace(read_kept(run.folder), name=run.name)


def _reason(error: Exception) -> str:
    told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return told.rstrip(".")


def _nothing() -> None:
    """Come after all that waits."""


def _free_folder(parent: Path, name: str) -> Path:
    """Return a folder that is not there yet, called like the run."""
    plain = "".join("_" if letter in '/\\:*?"<>|' else letter for letter in name).strip(". ") or "run"
    found, number = parent / plain, 2
    while found.exists():
        found, number = parent / f"{plain} ({number})", number + 1
    return found
