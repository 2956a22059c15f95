"""The clock that drives the player."""

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from gui.model.player import Player

INTERVAL_MS = 33


class Ticker(QObject):
    """Calls ``Player.advance`` some 30 times a second while it plays, and not at all while it does not."""

    def __init__(self, player: Player, parent: QObject) -> None:
        super().__init__(parent)
        self._player = player
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._on_timeout)
        player.changed.connect(self._on_changed)

    def _on_changed(self, player: Player) -> None:
        if player.is_playing and not self._timer.isActive():
            self._clock.start()
            self._timer.start()
        elif not player.is_playing:
            self._timer.stop()

    def _on_timeout(self) -> None:
        self._player.advance(self._clock.restart() / 1000)
