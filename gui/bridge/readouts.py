"""Keeps the texts of the top bar, the left column, the status bar and the title at what the models say."""

from typing import Protocol

from PySide6.QtCore import QObject, QTimer

from engine.protocol.messages import DeviceInfo
from engine.protocol.request import RunRequest
from gui.model.devices import Devices
from gui.model.document import Document
from gui.model.player import Player
from gui.model.playhead import Playhead
from gui.model.preferences import Preferences
from gui.model.run_controller import RunController
from gui.model.sentences import (
    DOT,
    counts_text,
    memory_sentence,
    run_sentence,
    step_details,
    step_headline,
    torch_sentence,
)
from gui.model.tally import Tally

INTERVAL_MS = 60
PROGRAM = "Chainrule"


class Displays(Protocol):
    """Where the texts are shown."""

    def show_step(self, headline: str, details: str) -> None:
        """Where the playhead stands."""
        ...

    def show_speed(self, speed: float) -> None:
        """How fast Play goes."""
        ...

    def show_device(self, title: str) -> None:
        """Where programs run."""
        ...

    def show_status(self, left: str, right: str) -> None:
        """What the worker does and what was recorded."""
        ...

    def show_title(self, title: str, *, is_dirty: bool) -> None:
        """Which program is open."""
        ...


class Readouts(QObject):
    """Listens to the models; while a program runs the texts follow at most every ``INTERVAL_MS``."""

    def __init__(
        self,
        document: Document,
        playhead: Playhead,
        player: Player,
        preferences: Preferences,
        devices: Devices,
        runs: RunController,
        displays: Displays,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._playhead = playhead
        self._player = player
        self._preferences = preferences
        self._devices = devices
        self._runs = runs
        self._displays = displays
        self._tally = Tally(document)
        self._budget_bytes = RunRequest(program="").budget_bytes
        self._timer = QTimer(self, interval=INTERVAL_MS, singleShot=True)
        self._timer.timeout.connect(self._refresh_run)
        document.path_changed.connect(lambda _path: self._refresh_title())
        document.recording_replaced.connect(lambda _recording: self.refresh())
        document.recording_extended.connect(lambda _batch: self._refresh_soon())
        document.run_ended.connect(lambda _outcome: self._refresh_run())
        document.run_state_changed.connect(lambda _state: self._refresh_run())
        playhead.moved.connect(lambda _moved: self._refresh_step())
        playhead.resized.connect(lambda _count: self._refresh_step())
        player.changed.connect(lambda _player: self._refresh_speed())
        preferences.changed.connect(lambda _choices: self._refresh_device())
        devices.changed.connect(self._on_devices)
        runs.asked.connect(self._on_asked)
        runs.refused.connect(lambda _outcome: self._refresh_run())
        self.refresh()

    def refresh(self) -> None:
        """Say everything again."""
        self._refresh_title()
        self._refresh_run()
        self._refresh_speed()
        self._refresh_device()

    def _on_asked(self, request: RunRequest) -> None:
        self._budget_bytes = request.budget_bytes
        self._refresh_run()

    def _refresh_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _refresh_title(self) -> None:
        self._displays.show_title(self._document.title, is_dirty=self._document.is_dirty)

    def _refresh_step(self) -> None:
        recording, step = self._document.recording, self._playhead.current
        if recording is not None and step >= len(recording):
            return
        self._displays.show_step(step_headline(recording, step), step_details(recording, step))

    def _refresh_run(self) -> None:
        recording = self._document.recording
        state, provenance = self._document.run_state, self._document.provenance
        parts = [run_sentence(recording, state, provenance, is_waiting=self._runs.is_waiting)]
        if recording is not None and recording.steps:
            parts.append(counts_text(self._tally.steps, self._tally.tensors))
            parts.append(memory_sentence(self._tally.kept_bytes, self._budget_bytes))
        parts.append(torch_sentence(recording))
        self._displays.show_status(DOT.join(part for part in parts if part), "")
        self._refresh_step()

    def _refresh_speed(self) -> None:
        self._displays.show_speed(self._player.speed)

    def _refresh_device(self) -> None:
        key = self._devices.usable_key(self._preferences.choices.device)
        self._displays.show_device(self._devices.title_of(key))

    def _on_devices(self, _infos: tuple[DeviceInfo, ...]) -> None:
        self._refresh_device()
