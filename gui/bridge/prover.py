"""Verifies the recording shown, in a process of its own; what it finds arrives on the GUI thread."""

from PySide6.QtCore import QObject, Signal

from engine.protocol.proof import Finding
from engine.session.proof import RecordingProof
from engine.trace.file import RecordingFileError
from engine.trace.recording import Recording


class RecordingProver(QObject):
    """One verification at a time; see ``gui.dialogs.proof_dialog.Prover``.

    Signals:
        found: A tuple of ``Finding``, and how many pieces of work of how many are done.
        over: A sentence about what kept the verification from its end, empty when nothing did.
    """

    found = Signal(object, int, int)
    over = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._proof: RecordingProof | None = None

    def start(self, recording: Recording) -> None:
        """Begin to verify; the recording must not grow any more."""
        self.close()
        self._proof = RecordingProof(recording, _Relay(self))
        try:
            self._proof.start()
        except RecordingFileError as error:
            self._proof = None
            self.over.emit(str(error))

    def cancel(self) -> None:
        """Stop; ``over`` says so."""
        if self._proof is not None:
            self._proof.cancel()

    def close(self) -> None:
        """Stop, and remove everything that was needed."""
        if self._proof is not None:
            self._proof.close()
            self._proof = None


class _Relay:
    """Hears on the proof's thread; a signal from there is delivered on the thread of its object."""

    def __init__(self, prover: RecordingProver) -> None:
        self._prover = prover

    def on_found(self, findings: tuple[Finding, ...], done: int, total: int) -> None:
        """Pass on."""
        self._prover.found.emit(findings, done, total)

    def on_over(self, trouble: str) -> None:
        """Pass on."""
        self._prover.over.emit(trouble)
