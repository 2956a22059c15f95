"""Opens and saves programs (.py) and recordings (.chainrule); opening never runs code."""

from pathlib import Path

from engine.program.catalogue import Example
from engine.trace.file import RecordingFileError, growing_file, read_recording, replacing, write_recording
from gui.model.document import Document, Provenance
from gui.model.followed_file import FollowedFile
from gui.model.playhead import BEFORE_FIRST, Playhead
from gui.model.recent import RecentFiles

PROGRAM_SUFFIX = ".py"
RECORDING_SUFFIX = ".chainrule"


class FileProblemError(Exception):
    """A file could not be opened or saved; the text is one sentence for a person."""


class Files:
    """The way between the document and the disk.

    Attributes:
        recents: The files opened last.
        followed: The file shown that another process is still writing, if any.
    """

    def __init__(self, document: Document, playhead: Playhead, recents: RecentFiles) -> None:
        self._document = document
        self._playhead = playhead
        self.recents = recents
        self.followed = FollowedFile(document, playhead)

    def open(self, path: Path) -> None:
        """Open a program or a recording by its suffix.

        Raises:
            FileProblemError: If it cannot be read; the document stays as it was.
        """
        path = path.absolute()
        try:
            if path.suffix == RECORDING_SUFFIX:
                self._open_recording(path)
            else:
                self._open_program(path)
        except FileProblemError:
            self.recents.remove(path)
            raise
        self.recents.add(path)

    def open_copy(self, path: Path, title: str) -> None:
        """Open an example as a program of its own, not bound to its file.

        Raises:
            FileProblemError: If it cannot be read.
        """
        self._document.replace_program(_read_text(path), title)
        self._document.show_recording(None)

    def open_example(self, example: Example) -> bool:
        """Open an example with the recording that is shipped of it, before its first step.

        Returns:
            False when there is no recording of this very program that can be read: then it must be run to be seen.
        """
        self._document.replace_program(example.text, f"{example.key}{PROGRAM_SUFFIX}")
        try:
            recording = read_recording(example.recording_path)
        except RecordingFileError:
            return False
        if recording.info.program != example.text:
            return False
        self._document.show_recording(recording, Provenance.SHIPPED)
        self._playhead.seek(BEFORE_FIRST)
        return True

    def new(self) -> None:
        """Start with an empty program."""
        self._document.replace_program("", f"untitled{PROGRAM_SUFFIX}")
        self._document.show_recording(None)

    def save_program(self, path: Path) -> None:
        """Write the text; the document is that file from now on.

        Raises:
            FileProblemError: If it cannot be written; a file that was there is left as it was.
        """
        path = path.absolute()
        _write_text(path, self._document.program)
        self._document.path = path
        self._document.title = path.name
        self._document.is_dirty = False
        self._document.path_changed.emit(path)
        self.recents.add(path)

    def save_recording(self, path: Path) -> None:
        """Write the recording shown.

        Raises:
            FileProblemError: If there is none or it cannot be written; a file that was there is left as it was.
        """
        recording = self._document.recording
        if recording is None:
            raise FileProblemError("There is no recording to save yet: run the program first.")
        try:
            write_recording(path, recording)
        except RecordingFileError as error:
            raise FileProblemError(str(error)) from error
        self.recents.add(path.absolute())

    def _open_program(self, path: Path) -> None:
        text = _read_text(path)
        self._document.replace_program(text, path.name, path)
        self._document.show_recording(None)

    def _open_recording(self, path: Path) -> None:
        try:
            growing = growing_file(path)
            if growing is not None and (growing == path or not path.exists()):
                self.followed.open(growing)
                return
            recording = read_recording(path)
        except RecordingFileError as error:
            raise FileProblemError(str(error)) from error
        self._document.replace_program(recording.info.program, path.name)
        self._document.show_recording(recording, Provenance.FILE)
        self._playhead.resize(len(recording))
        self._playhead.seek(len(recording) - 1)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileProblemError(f"“{path.name}” could not be opened: {_reason(error)}") from error
    except UnicodeDecodeError as error:
        raise FileProblemError(f"“{path.name}” is not a text file in UTF-8.") from error


def _write_text(path: Path, text: str) -> None:
    try:
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8")
    except RecordingFileError as error:
        raise FileProblemError(str(error)) from error
    except OSError as error:
        raise FileProblemError(f"“{path.name}” could not be saved: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    text = error.strerror or str(error)
    return f"{text[:1].lower()}{text[1:]}."
