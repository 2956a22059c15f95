"""Brings what a session says on its reader thread to the GUI thread, in order and not too often."""

import threading
from collections import deque
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

from engine.protocol.messages import DeviceInfo
from engine.session.listener import SessionState
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import ByteStore
from engine.trace.outcome import Outcome
from engine.trace.pieces import pieces
from engine.training.facts import Sample, ToldFact
from gui.bridge.batches import join
from gui.model.document import RunState

INTERVAL_MS = 50
"""The picture follows a running program at most this often."""
BUDGET_MS = 30
"""Handing over may take so long before the window gets its turn."""
REST_MS = 8
"""The turn of the window: a frame."""
MOST_STEPS = 1500
"""Of one batch handed over."""


@dataclass(frozen=True, slots=True)
class _Started:
    info: RunInfo
    store: ByteStore


@dataclass(frozen=True, slots=True)
class _Devices:
    infos: tuple[DeviceInfo, ...]


@dataclass(frozen=True, slots=True)
class _Settled:
    held: int


@dataclass(frozen=True, slots=True)
class _Told:
    facts: tuple[ToldFact, ...]


_Message: TypeAlias = RunState | _Started | Batch | _Told | Sample | Outcome | _Settled | _Devices
_PATIENT = (Batch, _Told, Sample)
"""Of these many come: they wait for each other."""

_STATES = {
    SessionState.LOADING: RunState.LOADING,
    SessionState.READY: RunState.IDLE,
    SessionState.RUNNING: RunState.RUNNING,
    SessionState.STOPPING: RunState.STOPPING,
}


class SessionBridge(QObject):
    """A ``SessionListener`` whose callbacks may come on any thread; its signals come on the GUI thread.

    Signals:
        state_changed: A ``RunState``.
        started: A ``RunInfo`` and the ``ByteStore`` of the run.
        batch_arrived: A ``Batch``: all that came since the last one.
        ended: The ``Outcome``; every batch of the run came before it, but for those with nothing but numbers.
        settled: How many values of the ended run can still be looked at; no numbers come by themselves any more.
        devices_found: A tuple of ``DeviceInfo``.
        told: A tuple of facts of a training run.
        sampled: The ``Sample`` of one iteration.
    """

    state_changed = Signal(object)
    started = Signal(object, object)
    batch_arrived = Signal(object)
    ended = Signal(object)
    settled = Signal(object)
    devices_found = Signal(object)
    told = Signal(object)
    sampled = Signal(object)
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._waiting: deque[_Message] = deque()
        self._timer = QTimer(self, interval=INTERVAL_MS, singleShot=True)
        self._timer.timeout.connect(self._deliver)
        self._woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)

    def on_state(self, state: SessionState) -> None:
        """The session does something else now."""
        self._put(_STATES[state])

    def on_started(self, info: RunInfo, store: ByteStore) -> None:
        """A run started."""
        self._put(_Started(info, store))

    def on_batch(self, batch: Batch) -> None:
        """More of the run arrived; what is long is handed over in pieces."""
        for piece in pieces(batch, MOST_STEPS):
            self._put(piece)

    def on_ended(self, outcome: Outcome) -> None:
        """The run ended."""
        self._put(outcome)

    def on_settled(self, held: int) -> None:
        """The numbers of the ended run have come."""
        self._put(_Settled(held))

    def on_devices(self, devices: tuple[DeviceInfo, ...]) -> None:
        """The worker found out which devices there are."""
        self._put(_Devices(tuple(devices)))

    def on_told(self, facts: tuple[ToldFact, ...]) -> None:
        """A training run has something to tell."""
        self._put(_Told(facts))

    def on_sample(self, sample: Sample) -> None:
        """The whole recording of one iteration came."""
        self._put(sample)

    def _put(self, message: _Message) -> None:
        with self._lock:
            is_first = not self._waiting
            self._waiting.append(message)
        if is_first or not isinstance(message, _PATIENT):
            self._woken.emit()

    @Slot()
    def _on_woken(self) -> None:
        with self._lock:
            is_patient = all(isinstance(message, _PATIENT) for message in self._waiting)
        if not is_patient:
            self._deliver()
        elif not self._timer.isActive():
            self._timer.start(INTERVAL_MS)

    def _deliver(self) -> None:
        """Send what waits, in order; what would take too long at once waits until the window has had its turn."""
        clock = QElapsedTimer()
        clock.start()
        while clock.elapsed() < BUDGET_MS:
            message = self._take()
            if message is None:
                return
            self._send(message)
        self._timer.start(REST_MS)

    def _take(self) -> _Message | None:
        """Return what is next; batches that lie side by side as one, up to a size."""
        with self._lock:
            batches: list[Batch] = []
            steps = 0
            while self._waiting:
                message = self._waiting[0]
                if not isinstance(message, Batch):
                    return join(batches) if batches else self._waiting.popleft()
                if batches and steps + len(message.steps) > MOST_STEPS:
                    break
                self._waiting.popleft()
                batches.append(message)
                steps += len(message.steps)
            return join(batches) if batches else None

    def _send(self, message: _Message) -> None:
        match message:
            case Batch():
                self.batch_arrived.emit(message)
            case RunState():
                self.state_changed.emit(message)
            case _Started(info, store):
                self.started.emit(info, store)
            case Outcome():
                self.ended.emit(message)
            case _Settled(held):
                self.settled.emit(held)
            case _Told(facts):
                self.told.emit(facts)
            case Sample():
                self.sampled.emit(message)
            case _Devices(infos):
                self.devices_found.emit(infos)
            case _:
                assert_never(message)
