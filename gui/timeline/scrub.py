"""Seeking while the mouse is dragged: never more often than can be painted."""

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from gui.model.playhead import Playhead

INTERVAL_MS = 33


class Scrubber(QObject):
    """Passes wishes on to the playhead at most 30 times a second; the last wish always arrives."""

    def __init__(self, playhead: Playhead, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._playhead = playhead
        self._wish: int | None = None
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.finish)

    def wish(self, step: int) -> None:
        """Ask for a step; the newest wish replaces older ones that have not been passed on."""
        self._wish = step
        if not self._since.isValid() or self._since.elapsed() >= INTERVAL_MS:
            self.finish()
        elif not self._timer.isActive():
            self._timer.start(INTERVAL_MS - int(self._since.elapsed()))

    def finish(self) -> None:
        """Pass the last wish on now."""
        self._timer.stop()
        if self._wish is None:
            return
        step, self._wish = self._wish, None
        self._playhead.seek(step)
        self._since.start()
