"""The questions about files."""

import re
from enum import Enum
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

from engine.interchange.tensors import NUMPY_SUFFIX, SAFETENSORS_SUFFIX
from gui.model.files import PROGRAM_SUFFIX, RECORDING_SUFFIX

PROGRAM_FILTER = f"Python program (*{PROGRAM_SUFFIX})"
RECORDING_FILTER = f"Chainrule recording (*{RECORDING_SUFFIX})"
TENSORS_FILTER = f"Tensors (*{SAFETENSORS_SUFFIX})"
NUMPY_FILTER = f"NumPy array (*{NUMPY_SUFFIX})"
_BOTH_FILTER = f"Programs and recordings (*{PROGRAM_SUFFIX} *{RECORDING_SUFFIX})"


def suffix_of(name_filter: str) -> str:
    """Return the first suffix of a filter, e.g. ``.py`` of ``Python program (*.py)``; empty when it has none."""
    found = re.search(r"\(\*(\.\w+)", name_filter)
    return found.group(1) if found else ""


class Unsaved(Enum):
    """What to do with changes that are not saved."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


class FilePrompts(Protocol):
    """Asks the person; replaced in tests."""

    def ask_open(self, folder: Path, filters: tuple[str, ...] = ()) -> Path | None:
        """Which file to open; None for none. Without filters, a program or a recording."""
        ...

    def ask_folder(self, folder: Path, title: str = "Folder of pictures") -> Path | None:
        """Which folder to take; None for none."""
        ...

    def ask_save(self, proposal: Path, filters: tuple[str, ...]) -> Path | None:
        """Where to save; None for nowhere. The suffix tells what."""
        ...

    def ask_unsaved(self, title: str) -> Unsaved:
        """What to do with unsaved changes."""
        ...


class QtFilePrompts:
    """Asks with the system's dialogs."""

    def __init__(self, parent: QWidget) -> None:
        self._main = parent

    @property
    def _parent(self) -> QWidget:
        """The window that asks: another one would come before it."""
        return QApplication.activeWindow() or self._main

    def ask_open(self, folder: Path, filters: tuple[str, ...] = ()) -> Path | None:
        """Which file to open."""
        shown = filters or (_BOTH_FILTER, PROGRAM_FILTER, RECORDING_FILTER, "All files (*)")
        name, _filter = QFileDialog.getOpenFileName(self._parent, "Open", str(folder), ";;".join(shown))
        return Path(name) if name else None

    def ask_folder(self, folder: Path, title: str = "Folder of pictures") -> Path | None:
        """Which folder to take."""
        name = QFileDialog.getExistingDirectory(self._parent, title, str(folder))
        return Path(name) if name else None

    def ask_save(self, proposal: Path, filters: tuple[str, ...]) -> Path | None:
        """Where to save; the suffix of the filter is added when none is typed, before asking whether to replace."""
        dialog = QFileDialog(self._parent, "Save", str(proposal.parent))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilters(filters)
        dialog.setDefaultSuffix(suffix_of(filters[0]))
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(suffix_of(chosen)))
        dialog.selectFile(proposal.name)
        is_accepted = dialog.exec() == QFileDialog.DialogCode.Accepted
        names = dialog.selectedFiles()
        dialog.deleteLater()
        return Path(names[0]) if is_accepted and names else None

    def ask_unsaved(self, title: str) -> Unsaved:
        """What to do with unsaved changes."""
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle("Unsaved changes")
        box.setText(f"Save the changes to “{title}”?")
        box.setInformativeText("Changes that are not saved are lost.")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        answers = {buttons.Save.value: Unsaved.SAVE, buttons.Discard.value: Unsaved.DISCARD}
        return answers.get(answer, Unsaved.CANCEL)
