"""A backend that plays a hand-made recording instead of running programs."""

from engine.protocol.data import DataAnswer, DataRequest
from engine.protocol.network import NetworkAnswer, NetworkRequest
from engine.protocol.request import RunRequest
from engine.session.listener import SessionListener, SessionState
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import ByteStore, MemoryBytes
from engine.trace.outcome import Outcome, OutcomeKind
from engine.training.commands import TrainCommand
from tests.support.recordings import STARTER
from tests.support.recordings import starter_batch as batch_of_starter

FINISHED = Outcome(kind=OutcomeKind.FINISHED, message="Finished in 3.1 ms.")


def starter_batch() -> tuple[RunInfo, ByteStore, Batch]:
    """Return what a worker would send for ``STARTER``."""
    store = MemoryBytes()
    return RunInfo(program=STARTER, filename="starter.py", torch_version="2.13.0"), store, batch_of_starter(store)


class FakeBackend:
    """Answers every run at once with the starter recording; remembers what was asked."""

    def __init__(self, listener: SessionListener) -> None:
        self.listener = listener
        self.asked: list[str] = []
        self.outcome = FINISHED
        self.is_holding = False
        """While set, runs begin and do not end by themselves."""
        self.is_over = True
        self.requests: list[RunRequest] = []
        self.steered: list[TrainCommand] = []

    def prepare(self) -> None:
        self.asked.append("prepare")
        self.listener.on_state(SessionState.LOADING)
        self.listener.on_state(SessionState.READY)

    def run(self, request: RunRequest) -> None:
        self.asked.append("run")
        self.requests.append(request)
        if request.training is not None:
            self._begin_training(request)
            return
        info, store, batch = starter_batch()
        self.listener.on_state(SessionState.RUNNING)
        self.listener.on_started(info, store)
        self.listener.on_batch(batch)
        if not self.is_holding:
            self.finish()

    def _begin_training(self, request: RunRequest) -> None:
        """A training run begins; a test tells what it tells."""
        if len(self.requests) > 1 and not self.is_over:
            self.listener.on_ended(Outcome(kind=OutcomeKind.STOPPED, message="The run was stopped."))
        self.is_over = False
        self.listener.on_state(SessionState.RUNNING)
        info = RunInfo(program=request.program, filename=request.filename, torch_version="2.13.0")
        self.listener.on_started(info, MemoryBytes())

    def steer(self, command: TrainCommand) -> None:
        self.steered.append(command)

    def finish(self) -> None:
        self.is_over = True
        self.listener.on_ended(self.outcome)
        self.listener.on_settled(0)
        self.listener.on_state(SessionState.READY)

    def stop(self) -> None:
        self.asked.append("stop")
        self.outcome = Outcome(kind=OutcomeKind.STOPPED, message="The run was stopped.")
        self.finish()

    def look(self, values: tuple[int, ...]) -> None:
        self.asked.append(f"look {values}")

    def close(self) -> None:
        self.asked.append("close")


class FakeNetworkWorker:
    """Knows nothing of any network: torch is not asked."""

    def ask(self, _request: NetworkRequest) -> NetworkAnswer:
        return NetworkAnswer()

    def interrupt(self) -> None:
        pass

    def close(self) -> None:
        pass


class FakeDataWorker:
    """Knows nothing of any data: no file is read."""

    def ask(self, _request: DataRequest) -> DataAnswer:
        return DataAnswer()

    def interrupt(self) -> None:
        pass

    def close(self) -> None:
        pass
