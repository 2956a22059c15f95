"""Reads the curves and pictures of kept runs in a thread when they are to be looked at."""

from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal

from engine.training.event_reader import EventFileError, Events, read_events
from engine.training.kept_pictures import KeptPictures, read_pictures
from engine.training.kept_run import KeptRunError
from gui.model.observable import Event
from gui.model.training_book import RunBook
from gui.model.training_kept import fill
from gui.model.training_run import TrainingRun


class RunLoader(QObject):
    """Loads what a book shows; each run once.

    Attributes:
        failed: One sentence: why a run has no curves.
    """

    _read = Signal(object, object)

    def __init__(self, book: RunBook, parent: QObject) -> None:
        super().__init__(parent)
        self.failed: Event[str] = Event()
        self._book = book
        self._asked: set[TrainingRun] = set()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="run loader")
        self._read.connect(self._take)
        book.changed.connect(lambda _nothing: self.load_shown())

    def load_shown(self) -> None:
        """Load the run that is looked at and those beside it."""
        current = self._book.current
        for run in (*((current,) if current is not None else ()), *self._book.beside):
            if not run.is_loaded and run not in self._asked:
                self._asked.add(run)
                self._pool.submit(self._load, run)

    def close(self) -> None:
        """Read nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _load(self, run: TrainingRun) -> None:
        assert run.folder is not None, "only kept runs are without curves"
        files = sorted(run.folder.glob("events.out.tfevents.*"))
        try:
            told: Events | str = read_events(files[0]) if files else "its event file is not there any more."
        except EventFileError as error:
            told = str(error)
        try:
            seen: KeptPictures | str = read_pictures(run.folder)
        except KeptRunError as error:
            seen = str(error)
        self._read.emit(run, (told, seen))

    def _take(self, run: TrainingRun, read: tuple[Events | str, KeptPictures | str]) -> None:
        told, seen = read
        if isinstance(seen, str):
            self.failed.emit(seen)
        if isinstance(told, str):
            self.failed.emit(f"The curves of {run.name} cannot be shown: {told}")
            return
        fill(run, told, KeptPictures() if isinstance(seen, str) else seen)
        self._book.tell(run)
        self._book.changed.emit(None)
