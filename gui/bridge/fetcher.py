"""Fetches the numbers of what is shown, while the worker of the run still holds them."""

from PySide6.QtCore import QObject, QTimer

from engine.trace.ids import ValueId
from engine.trace.recording import Recording
from gui.model.document import Document
from gui.model.run_controller import RunController

INTERVAL_MS = 60


class Fetcher(QObject):
    """Asks for each value whose numbers a view wanted and did not find, once.

    Views ask the recording for numbers as always; the recording notes what it could not give yet. So whatever is
    visible comes first, whichever panel shows it.
    """

    def __init__(self, document: Document, runs: RunController, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._runs = runs
        self._asked: set[ValueId] = set()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._look)
        document.recording_replaced.connect(self._on_replaced)

    def _on_replaced(self, _recording: Recording | None) -> None:
        self._asked = set()
        self._timer.start()

    def _look(self) -> None:
        recording = self._document.recording
        if recording is None or not self._runs.can_look:
            self._timer.stop()
            return
        fresh = tuple(value for value in recording.take_wanted() if value not in self._asked)
        if fresh:
            self._asked.update(fresh)
            self._runs.look(fresh)
