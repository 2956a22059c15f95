"""Opens the dialogs."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from engine.program.catalogue import Example, examples
from gui.commands.registry import ALL_ACTIONS
from gui.dialogs.export_dialog import ExportDialog, Exporter
from gui.dialogs.file_flow import FileFlow
from gui.dialogs.file_prompts import FilePrompts
from gui.dialogs.gallery import GalleryDialog
from gui.dialogs.report_dialog import ReportDialog
from gui.dialogs.reports import about_text, installed_text
from gui.dialogs.shortcut_sheet import ShortcutSheet
from gui.model.devices import Devices
from gui.model.document import Document
from gui.model.notices import Notices
from gui.theme.theme import Theme


class Dialogs:
    """Builds each dialog when it is asked for, and lets it go when it is closed; see ``DialogPort``."""

    def __init__(
        self,
        parent: QWidget,
        document: Document,
        devices: Devices,
        notices: Notices,
        theme: Theme,
        flow: FileFlow,
        prompts: FilePrompts,
        exporter: Exporter,
    ) -> None:
        self._parent = parent
        self._document = document
        self._devices = devices
        self._notices = notices
        self._theme = theme
        self._flow = flow
        self._prompts = prompts
        self._exporter = exporter

    def export(self) -> None:
        """Export a picture."""
        self.export_with(self._exporter, self._document.title)

    def export_with(self, exporter: Exporter, title: str) -> None:
        """Export a picture of another canvas; ``title`` is proposed as its name."""
        path = self._document.path
        folder = Path.home() if path is None else path.parent
        proposal = folder / Path(title).stem
        name = self._theme.tokens.name
        dialog = ExportDialog(exporter, self._prompts, proposal, name, self._parent)
        dialog.exec()
        if dialog.saved_path is not None:
            self._notices.info(f"Saved “{dialog.saved_path.name}”.")
        dialog.deleteLater()

    def gallery(self) -> None:
        """Choose an example program."""
        dialog = GalleryDialog(examples(), self._theme, self._open_copy, self._parent)
        dialog.exec()
        dialog.deleteLater()

    def shortcuts(self) -> None:
        """Show all keys."""
        dialog = ShortcutSheet(ALL_ACTIONS, self._parent)
        dialog.exec()
        dialog.deleteLater()

    def about(self) -> None:
        """Say what this program is."""
        self._report("About Chainrule", *about_text())

    def doctor(self) -> None:
        """Say what is installed and what is missing."""
        details = installed_text(self._devices.infos, self._document.recording)
        self._report("What is installed", "Versions, devices and fonts, and why something is missing.", details)

    def _open_copy(self, example: Example) -> None:
        self._flow.open_copy(example.path, f"{example.key}.py")

    def _report(self, title: str, sentence: str, details: str) -> None:
        dialog = ReportDialog(title, sentence, details, self._parent)
        dialog.exec()
        dialog.deleteLater()
