"""A session: runs programs one after the other, each in a fresh worker, with the next worker always warming up."""

import logging
import threading

from engine.protocol.messages import Ready
from engine.protocol.request import RunRequest
from engine.protocol.segment import LOOK_BYTES
from engine.session.launch import Launcher, default_launcher
from engine.session.link import WorkerLink
from engine.session.listener import SessionListener, SessionState, TrainingListener
from engine.session.segment import MappedSegment
from engine.trace.batch import Batch, RunInfo
from engine.trace.ids import ValueId
from engine.trace.outcome import Outcome, OutcomeKind
from engine.training.commands import TrainCommand
from engine.training.facts import Sample, ToldFact

log = logging.getLogger(__name__)

CLOSE_TIMEOUT_S = 5.0


class Session:
    """Runs programs for a listener. Methods may be called from any thread and return at once.

    A worker runs one program and is then thrown away, so no run can spoil the next one; a spare worker that has torch
    loaded waits for the next run (unless ``keeps_spare`` is False: then each run loads its own).
    """

    def __init__(
        self, listener: SessionListener, launcher: Launcher | None = None, *, keeps_spare: bool = True
    ) -> None:
        self._listener = listener
        self._launcher = launcher or default_launcher()
        self._keeps_spare = keeps_spare
        self._lock = threading.RLock()
        self._links: set[WorkerLink] = set()
        self._loading: WorkerLink | None = None
        self._spare: WorkerLink | None = None
        self._active: WorkerLink | None = None
        self._resting: WorkerLink | None = None
        self._queued: RunRequest | None = None
        self._is_stopping = False
        self._is_closed = False
        self._knows_devices = False
        self._told_state: SessionState | None = None

    @property
    def state(self) -> SessionState:
        """What the session is doing."""
        with self._lock:
            if self._active is not None:
                return SessionState.STOPPING if self._is_stopping else SessionState.RUNNING
            return SessionState.LOADING if self._spare is None else SessionState.READY

    def prepare(self) -> None:
        """Start the warm spare if there is none."""
        with self._lock:
            if self._is_closed or self._spare is not None or self._loading is not None:
                return
            try:
                self._loading = WorkerLink(self._launcher.launch(), self)
            except OSError as error:
                self._refuse_queued(str(error))
                return
            self._links = {link for link in self._links if link.is_alive} | {self._loading}
            self._loading.start()
            self._tell_state()

    def run(self, request: RunRequest) -> None:
        """Run a program; one that still runs is stopped first, one that still waits is forgotten."""
        with self._lock:
            if self._is_closed:
                return
            self._queued = request
            if self._active is not None:
                self._is_stopping = True
                self._active.stop(hurried=True)
                self._tell_state()
            else:
                self._begin_queued()

    def stop(self) -> None:
        """Stop what runs, and forget what waits to run."""
        with self._lock:
            queued, self._queued = self._queued, None
            if self._active is not None:
                self._is_stopping = True
                self._active.stop()
                self._tell_state()
            elif queued is not None:
                self._listener.on_ended(NOT_STARTED)

    def look(self, values: tuple[ValueId, ...]) -> None:
        """Ask for the numbers of values that the last run still holds; they come as facts."""
        with self._lock:
            link = self._active or self._resting
            if link is not None:
                link.look(values)

    def steer(self, command: TrainCommand) -> None:
        """Ask something of the training run that runs; without one nothing happens."""
        with self._lock:
            if self._active is not None:
                self._active.steer(command)

    def close(self) -> None:
        """End all workers and wait until they are gone. Nothing is told any more afterwards."""
        with self._lock:
            self._is_closed = True
            self._queued = None
            links = tuple(self._links)
        for link in links:
            link.dismiss()
        for link in links:
            link.join(CLOSE_TIMEOUT_S)  # a listener that closes the session from a callback does not wait for itself
        self._launcher.close()

    def link_ready(self, link: WorkerLink, ready: Ready) -> None:
        """Keep the worker as the spare, or give it what waits. See ``LinkEvents``, as for the methods below."""
        with self._lock:
            if self._is_closed:
                return
            self._loading = None
            self._spare = link
            if not self._knows_devices:
                self._knows_devices = True
                self._listener.on_devices(ready.devices)
            if self._queued is not None and self._active is None:
                self._begin_queued()
            self._tell_state()

    def link_started(self, link: WorkerLink, info: RunInfo, segment: MappedSegment) -> None:
        """Tell that the run has begun."""
        if self._speaks(link):
            self._listener.on_started(info, segment)

    def link_batch(self, link: WorkerLink, batch: Batch) -> None:
        """Pass facts on."""
        if self._speaks(link) or (link is self._resting and not self._is_closed):
            self._listener.on_batch(batch)

    def link_told(self, link: WorkerLink, facts: tuple[ToldFact, ...]) -> None:
        """Pass on what a training run tells, to a listener that hears it."""
        if self._speaks(link) and isinstance(self._listener, TrainingListener):
            self._listener.on_told(facts)

    def link_sampled(self, link: WorkerLink, sample: Sample) -> None:
        """Pass on the recording of one iteration."""
        if self._speaks(link) and isinstance(self._listener, TrainingListener):
            self._listener.on_sample(sample)

    def link_ended(self, link: WorkerLink, outcome: Outcome) -> None:
        """Tell how the run ended, and begin what waits."""
        with self._lock:
            if not self._speaks(link):
                return
            self._active, self._resting = None, link
            self._is_stopping = False
            self._listener.on_ended(outcome)
            self._begin_queued()
            self._tell_state()

    def link_settled(self, link: WorkerLink, held: int) -> None:
        """Tell that no numbers come any more but those that are asked for."""
        with self._lock:
            if link is not self._resting or self._is_closed:
                return
            if not held:
                self._resting = None
            self._listener.on_settled(held)

    def link_lost(self, link: WorkerLink, reason: str) -> None:
        """Forget a worker that died before it had a run."""
        with self._lock:
            if self._is_closed:
                return
            was_loading = link is self._loading
            self._loading = None if was_loading else self._loading
            self._spare = None if link is self._spare else self._spare
            log.info("a worker ended before its run: %s", reason)
            if was_loading:
                self._refuse_queued(reason)
            else:
                self.prepare()
            self._tell_state()

    def _speaks(self, link: WorkerLink) -> bool:
        return not self._is_closed and link is self._active

    def _begin_queued(self) -> None:
        """Give the spare what waits; without a spare it waits on."""
        if self._queued is None or self._active is not None:
            return
        if self._spare is not None:
            request, self._queued = self._queued, None
            try:
                segment = MappedSegment(request.budget_bytes + LOOK_BYTES)
            except (OSError, ValueError, OverflowError) as error:
                self._listener.on_ended(_no_segment(error))
                return
            if self._resting is not None:
                self._resting.retire()
                self._resting = None
            self._active, self._spare = self._spare, None
            self._tell_state()
            self._active.begin(request, segment)
            if not self._keeps_spare:
                return
        self.prepare()

    def _refuse_queued(self, reason: str) -> None:
        queued, self._queued = self._queued, None
        if queued is not None:
            message = f"The program could not be run, because no worker could be started: {reason.rstrip('.')}."
            self._listener.on_ended(Outcome(kind=OutcomeKind.CRASHED, message=message))

    def _tell_state(self) -> None:
        state = self.state
        if state is not self._told_state and not self._is_closed:
            self._told_state = state
            self._listener.on_state(state)


NOT_STARTED = Outcome(kind=OutcomeKind.STOPPED, message="The run was stopped before it began.")


def _no_segment(error: Exception) -> Outcome:
    message = f"The program could not be run, because no file for its values could be made: {error}."
    return Outcome(kind=OutcomeKind.CRASHED, message=message)
