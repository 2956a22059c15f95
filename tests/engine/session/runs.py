"""A session with a listener that waits, for tests with real workers."""

import threading
import time

from engine.protocol.request import RunRequest
from engine.session import Session, SessionState
from engine.trace.batch import RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Stream
from engine.trace.recording import Recording

PATIENCE_S = 60


class Runs:
    """Runs programs one after the other and collects what the session tells."""

    def __init__(self, launcher=None):
        self.states = []
        self.devices = ()
        self.recordings = []
        self.after_end = []
        self.began = threading.Event()
        self.ended = threading.Semaphore(0)
        self.settled = threading.Semaphore(0)
        self.held = 0
        self.ready = threading.Event()
        self._running = False
        self.session = Session(self, launcher)

    def run(self, program, stop_after_s=None, **request):
        """Run to the end and return the recording."""
        self.begin(program, **request)
        if stop_after_s is not None:
            assert self.began.wait(PATIENCE_S)
            time.sleep(stop_after_s)
            self.session.stop()
        return self.wait()

    def begin(self, program, **request):
        self.began.clear()
        self.session.run(RunRequest(program=program, **request))

    def wait(self):
        assert self.ended.acquire(timeout=PATIENCE_S), "the run did not end"
        return self.recordings[-1]

    def settle(self):
        """Wait until all numbers that come by themselves have come."""
        assert self.settled.acquire(timeout=PATIENCE_S), "the run did not settle"
        return self.recordings[-1]

    def on_state(self, state):
        self.states.append(state)
        if state is SessionState.READY:
            self.ready.set()

    def on_devices(self, devices):
        self.devices = devices

    def on_started(self, info, store):
        self.recordings.append(Recording(info, store))
        self._running = True
        self.began.set()

    def on_batch(self, batch):
        if not self._running and (batch.steps or batch.values or batch.outputs):
            self.after_end.append(batch)
        self.recordings[-1].append(batch)

    def on_settled(self, held):
        recording = self.recordings[-1]
        if not held:
            recording.append(recording.lost_numbers())
        self.held = held
        self.settled.release()

    def on_ended(self, outcome):
        if not self._running:
            self.recordings.append(Recording(RunInfo(program=""), MemoryBytes()))
        self.recordings[-1].end(outcome)
        self._running = False
        self.ended.release()


def printed(recording, stream=Stream.OUT):
    """What the program printed on one stream."""
    return "".join(output.text for output in recording.outputs if output.stream is stream)


def numbers(recording, name):
    """The numbers of the last value that the program calls ``name``."""
    for value in reversed(recording.values):
        if name in recording.names(value.id):
            return recording.array(value.id).tolist()
    raise AssertionError(f"no value is called {name}")
