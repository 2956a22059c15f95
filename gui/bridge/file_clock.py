"""The clock that looks at a file which another process is writing."""

from PySide6.QtCore import QObject, QTimer

from gui.model.followed_file import FollowedFile

INTERVAL_MS = 150


class FileClock(QObject):
    """Calls ``FollowedFile.read_on`` while a file is followed, and not at all while none is."""

    def __init__(self, followed: FollowedFile, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(followed.read_on)
        followed.changed.connect(self._on_changed)

    def _on_changed(self, is_following: bool) -> None:  # noqa: FBT001 - the event's own payload
        if is_following:
            self._timer.start()
        else:
            self._timer.stop()
