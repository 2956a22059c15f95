"""Opens the dialog that verifies the recording shown; see ``gui.commands.ports.ProofPort``."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from gui.dialogs.proof_dialog import ProofDialog, Prover
from gui.model.document import Document
from gui.theme.theme import Theme


class Verifier:
    """Keeps at most one such dialog, for the recording that is shown.

    Args:
        parent: The window.
        document: Its recording is verified; another one takes the dialog away.
        prover: Verifies.
        seek: Goes to a step.
        theme: Gives the colours.
    """

    def __init__(
        self, parent: QWidget, document: Document, prover: Prover, seek: Callable[[int], None], theme: Theme
    ) -> None:
        self._parent = parent
        self._document = document
        self._prover = prover
        self._seek = seek
        self._theme = theme
        self._dialog: ProofDialog | None = None
        document.recording_replaced.connect(lambda _: self.close())

    @property
    def dialog(self) -> ProofDialog | None:
        """The dialog that is open."""
        return self._dialog

    def verify(self) -> None:
        """Open the dialog and begin; it stands beside the window, which goes to the steps that are clicked there."""
        recording = self._document.recording
        if recording is None:
            return
        self.close()
        self._dialog = ProofDialog(recording, self._prover, self._seek, self._theme, self._parent)
        self._dialog.closed.connect(self._forget)
        self._dialog.begin()

    def close(self) -> None:
        """Close the dialog, which stops what it does."""
        if self._dialog is not None:
            self._dialog.close()

    def _forget(self) -> None:
        self._dialog = None
