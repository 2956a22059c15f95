"""Compares the recording shown with one from a file."""

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from engine.compare import compare
from engine.trace.file import RecordingFileError, read_recording
from gui.dialogs.comparison_dialog import ComparisonDialog
from gui.model.compared import Compared
from gui.model.document import Document
from gui.model.notices import Notices
from gui.model.playhead import Playhead
from gui.theme.theme import Theme


class OpenAsker(Protocol):
    """Asks which file to open."""

    def ask_open(self, folder: Path) -> Path | None:
        """Which file to open; None for none."""
        ...


class ComparisonOpener:
    """Asks for the other recording and shows how the two differ; see ``gui.commands.compare_ports.ComparisonPort``."""

    def __init__(
        self,
        parent: QWidget,
        document: Document,
        playhead: Playhead,
        notices: Notices,
        theme: Theme,
        prompts: OpenAsker,
    ) -> None:
        self._parent = parent
        self._document = document
        self._playhead = playhead
        self._notices = notices
        self._theme = theme
        self._prompts = prompts
        self.dialog: ComparisonDialog | None = None
        document.recording_replaced.connect(lambda _recording: self._close())

    def compare(self) -> None:
        """Ask for a recording and compare; a window that shows an earlier comparison is closed."""
        recording = self._document.recording
        if recording is None:
            return
        folder = Path.home() if self._document.path is None else self._document.path.parent
        path = self._prompts.ask_open(folder)
        if path is None:
            return
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            other = read_recording(path)
            comparison = compare(recording, other)
        except RecordingFileError as error:
            self._notices.error(str(error))
            return
        finally:
            QGuiApplication.restoreOverrideCursor()
        self._document.compare_with(Compared(path.name, other, comparison.partners_of_a, comparison))
        self.open_table()

    def open_table(self) -> None:
        """Show what the recording is compared with as a table; a window that shows an earlier one is closed."""
        compared = self._document.compared
        if compared is None or compared.comparison is None:
            return
        self._close()
        names = (self._document.title, compared.name)
        tokens = self._theme.tokens
        self.dialog = ComparisonDialog(compared.comparison, names, tokens, self._playhead.seek, self._parent)
        self.dialog.destroyed.connect(self._forget)
        self.dialog.show()

    def _close(self) -> None:
        """Close the window of a comparison: its steps are those of a recording that is shown no more."""
        if self.dialog is not None:
            self.dialog.close()

    def _forget(self) -> None:
        self.dialog = None
