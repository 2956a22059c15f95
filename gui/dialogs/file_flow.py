"""Opening and saving with the questions that go with it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.trace.file import unfinished_text
from engine.trace.outcome import OutcomeKind
from gui.dialogs.file_prompts import PROGRAM_FILTER, RECORDING_FILTER, FilePrompts, Unsaved
from gui.model.document import Document
from gui.model.files import PROGRAM_SUFFIX, RECORDING_SUFFIX, FileProblemError, Files
from gui.model.notices import Notices


class FileFlow:
    """Asks, does, and says in one sentence what did not work."""

    def __init__(self, document: Document, files: Files, notices: Notices, prompts: FilePrompts) -> None:
        self._document = document
        self._files = files
        self._notices = notices
        self._prompts = prompts
        self._waiting: Path | None = None
        document.settled.connect(lambda _none: self._save_waiting())
        document.recording_replaced.connect(lambda _recording: self._forget_waiting())

    def new(self) -> None:
        """Start with an empty program."""
        if self.may_replace():
            self._files.new()

    def open(self) -> None:
        """Ask for a file and open it."""
        path = self._prompts.ask_open(self._folder())
        if path is not None:
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Open this file."""
        if self.may_replace() and self._try(lambda: self._files.open(path)):
            self._tell_of_writing(path)

    def _tell_of_writing(self, path: Path) -> None:
        if path.suffix != RECORDING_SUFFIX:
            return
        if self._files.followed.is_following:
            self._notices.info(f"“{self._document.title}” is still being written: the window follows it.")
            return
        self._warn_of_cut(path)
        later = unfinished_text(path)
        if later:
            self._notices.info(later)

    def _warn_of_cut(self, path: Path) -> None:
        recording = self._document.recording
        if recording is not None and recording.outcome.kind is OutcomeKind.RUNNING:
            kept = f"its first {len(recording):,} steps are shown" if recording.steps else "it holds no step"
            self._notices.warning(f"“{path.name}” was cut off before its end: {kept}.")

    def open_dropped(self, paths: Sequence[Path]) -> None:
        """Open the first of the files that were dropped."""
        if paths:
            self.open_path(paths[0])

    def open_copy(self, path: Path, title: str) -> bool:
        """Open an example as a copy; False when it was not opened."""
        return self.may_replace() and self._try(lambda: self._files.open_copy(path, title))

    def save(self) -> bool:
        """Save the program to its file, or ask for one."""
        path = self._document.path
        if path is None or path.suffix == RECORDING_SUFFIX:
            return self._save_to((PROGRAM_FILTER, RECORDING_FILTER), PROGRAM_SUFFIX)
        return self._save(path)

    def save_as(self) -> bool:
        """Ask where to save the program, or its recording."""
        return self._save_to((PROGRAM_FILTER, RECORDING_FILTER), PROGRAM_SUFFIX)

    def save_recording(self) -> None:
        """Ask where to save the recording."""
        self._save_to((RECORDING_FILTER,), RECORDING_SUFFIX)

    def may_replace(self) -> bool:
        """Whether the text may go: nothing is unsaved, or the person decided."""
        if not self._document.is_dirty or not self._document.program.strip():
            return True
        match self._prompts.ask_unsaved(self._document.title):
            case Unsaved.SAVE:
                return self.save()
            case Unsaved.DISCARD:
                return True
            case Unsaved.CANCEL:
                return False

    def _save_to(self, filters: tuple[str, ...], suffix: str) -> bool:
        proposal = self._folder() / Path(self._document.title).with_suffix(suffix).name
        path = self._prompts.ask_save(proposal, filters)
        return path is not None and self._save(path)

    def _save(self, path: Path) -> bool:
        if path.suffix == RECORDING_SUFFIX and self._document.is_settling:
            self._waiting = path
            self._notices.info(f"“{path.name}” is saved as soon as all numbers are fetched.")
            return True
        if path.suffix == RECORDING_SUFFIX:
            is_saved = self._try(lambda: self._files.save_recording(path))
        else:
            is_saved = self._try(lambda: self._files.save_program(path))
        if is_saved:
            self._notices.info(f"Saved “{path.name}”.")
        return is_saved

    def _save_waiting(self) -> None:
        """Save what waited for the last numbers of a run."""
        path, self._waiting = self._waiting, None
        if path is not None:
            self._save(path)

    def _forget_waiting(self) -> None:
        """Say that a recording which waited to be saved is gone: another one is shown now."""
        path, self._waiting = self._waiting, None
        if path is not None:
            self._notices.warning(f"“{path.name}” was not saved: a new run took its place.")

    def _try(self, work: Callable[[], None]) -> bool:
        try:
            work()
        except FileProblemError as problem:
            self._notices.error(str(problem))
            return False
        return True

    def _folder(self) -> Path:
        path = self._document.path
        if path is not None:
            return path.parent
        recent = next((recent.parent for recent in self._files.recents.paths if recent.parent.is_dir()), None)
        return recent or Path.home()
