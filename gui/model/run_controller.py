"""Runs the program of the document and takes what comes back into it."""

from enum import Enum
from pathlib import Path
from typing import Protocol

from engine.protocol.request import RunRequest
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import ByteStore
from engine.trace.ids import ValueId
from engine.trace.outcome import Outcome
from engine.trace.recording import Recording
from gui.model.document import Document, RunState
from gui.model.observable import Event
from gui.model.playhead import BEFORE_FIRST, Playhead
from gui.model.preferences import Preferences


class Runner(Protocol):
    """What runs programs: ``engine.session.Session``, or a fake in tests."""

    def run(self, request: RunRequest) -> None:
        """Run a program, stopping the one that runs."""
        ...

    def stop(self) -> None:
        """Stop the program that runs; its recording is kept."""
        ...

    def look(self, values: tuple[ValueId, ...]) -> None:
        """Fetch the numbers of these values of the last run before all others."""
        ...


class Park(Enum):
    """Where the playhead stands when a run has ended."""

    START = "before the first step"
    END = "after the last step"


class RunController:
    """Starts and stops runs; the bridge calls the ``take_`` methods on the GUI thread, in the order of a run.

    Attributes:
        asked: Emitted with the request each time a run is asked for.
        refused: Emitted with the outcome when a run ended before it began.
    """

    def __init__(self, document: Document, playhead: Playhead, preferences: Preferences, runner: Runner) -> None:
        self.asked: Event[RunRequest] = Event()
        self.refused: Event[Outcome] = Event()
        self._document = document
        self._playhead = playhead
        self._preferences = preferences
        self._runner = runner
        self._park = Park.END
        self._follows = False
        self._is_waiting = False
        self._live: Recording | None = None
        self._rested: Recording | None = None
        document.recording_replaced.connect(self._on_replaced)

    @property
    def is_running(self) -> bool:
        """Whether a program runs or is being stopped."""
        return self._document.run_state in {RunState.RUNNING, RunState.STOPPING}

    @property
    def is_waiting(self) -> bool:
        """Whether a run was asked for and has not begun."""
        return self._is_waiting

    @property
    def can_look(self) -> bool:
        """Whether the worker of the recording shown may still have numbers that are not fetched."""
        return self._live is not None or self._rested is not None

    def look(self, values: tuple[ValueId, ...]) -> None:
        """Fetch the numbers of these values first."""
        self._runner.look(values)

    def run(self, park: Park = Park.END) -> None:
        """Run the text of the document as it stands."""
        self._park = park
        path = self._document.path
        request = RunRequest(
            program=self._document.program,
            filename=str(path) if path is not None else Path(self._document.title).with_suffix(".py").name,
            device=self._preferences.choices.device,
            lingers=True,
            kernels=self._preferences.choices.records_kernels,
        )
        self._is_waiting = True
        self.asked.emit(request)
        self._runner.run(request)

    def stop(self) -> None:
        """Stop the program that runs."""
        self._runner.stop()

    def take_state(self, state: RunState) -> None:
        """The worker does something else now."""
        self._document.set_run_state(state)

    def take_start(self, info: RunInfo, store: ByteStore) -> None:
        """A run started: show its recording, still empty."""
        self._is_waiting = False
        self._follows = self._park is Park.END
        self._live = Recording(info, store)
        self._document.show_recording(self._live)

    def take_batch(self, batch: Batch) -> None:
        """More of the run arrived; the playhead stays at the end when it was there."""
        if self._live is None:
            if self._rested is not None:
                self._document.extend(batch)
            return
        at_end = self._playhead.current == self._playhead.step_count - 1
        self._document.extend(batch)
        self._playhead.resize(len(self._live))
        if self._follows and at_end:
            self._playhead.seek(len(self._live) - 1)

    def take_end(self, outcome: Outcome) -> None:
        """The run ended; a run that fell over shows how far it came."""
        if self._live is None:
            if self._is_waiting:
                self._is_waiting = False
                self.refused.emit(outcome)
            return
        self._live, self._rested = None, self._live
        self._document.end_run(outcome)
        if self._park is Park.START:
            self._playhead.seek(BEFORE_FIRST if outcome.succeeded else self._playhead.step_count - 1)

    def take_settled(self, held: int) -> None:
        """All numbers have come that come by themselves; with 0 held the worker is gone, and what lacks is lost."""
        if self._rested is None:
            return
        if not held:
            lost, self._rested = self._rested.lost_numbers(), None
            if not lost.is_empty:
                self._document.extend(lost)
        self._document.settle()

    def _on_replaced(self, recording: Recording | None) -> None:
        if recording is not self._rested:
            self._rested = None
        if self._live is not None and recording is not self._live:
            self._live = None  # the person opened something else: what still comes belongs to nothing
            if not self._is_waiting:
                self._runner.stop()
        self._playhead.resize(0)
        self._playhead.resize(0 if recording is None else len(recording))
