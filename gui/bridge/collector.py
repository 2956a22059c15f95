"""Python's garbage collector at moments at which nobody waits."""

import gc

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

INTERVAL_MS = 250
REST_MS = 3000
"""So long nothing was typed, clicked or received before everything is looked at."""
YOUNG = 20_000
"""So many new objects are looked at between two frames in a few milliseconds."""

_WAKING = {QEvent.Type.KeyPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel}


class QuietCollector(QObject):
    """Collects the young generations by a clock and the old one when the person rests.

    By itself the collector walks over every object of a growing recording again and again, in the middle of a frame:
    with 75,000 steps recorded that took 60 to 200 ms each time. What has survived a full collection is frozen: it is
    freed as always when nobody holds it, and is not walked over again.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._rest = QElapsedTimer()
        self._rest.start()
        self._is_tidy = False
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._on_timeout)
        application.installEventFilter(self)

    def start(self) -> None:
        """Take over from the automatic collector."""
        gc.freeze()
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Give back to the automatic collector."""
        self._timer.stop()
        gc.enable()
        gc.unfreeze()

    def wake(self, _payload: object = None) -> None:
        """Something goes on: wait with the old generation."""
        self._rest.restart()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """The person does something."""
        if event.type() in _WAKING:
            self._rest.restart()
        return False

    def _on_timeout(self) -> None:
        young = gc.get_count()[0]
        if young > YOUNG:
            gc.collect(1)
            self._is_tidy = False
        elif self._rest.elapsed() > REST_MS and not self._is_tidy:
            gc.collect()
            gc.freeze()
            self._is_tidy = True
        elif young > YOUNG // 10:
            gc.collect(0)
            self._is_tidy = False
