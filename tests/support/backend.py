"""A backend that plays a hand-made recording instead of running programs."""

from engine.session.listener import SessionListener, SessionState
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import ByteStore, MemoryBytes
from engine.trace.outcome import Outcome, OutcomeKind
from tests.support.recordings import STARTER, _starter_batch

FINISHED = Outcome(kind=OutcomeKind.FINISHED, message="Finished in 3.1 ms.")


def starter_batch() -> tuple[RunInfo, ByteStore, Batch]:
    """Return what a worker would send for ``STARTER``."""
    store = MemoryBytes()
    return RunInfo(program=STARTER, filename="starter.py", torch_version="2.13.0"), store, _starter_batch(store)


class FakeBackend:
    """Answers every run at once with the starter recording; remembers what was asked."""

    def __init__(self, listener: SessionListener) -> None:
        self.listener = listener
        self.asked: list[str] = []
        self.outcome = FINISHED
        self.is_holding = False
        """While set, runs begin and do not end by themselves."""

    def prepare(self) -> None:
        self.asked.append("prepare")
        self.listener.on_state(SessionState.LOADING)
        self.listener.on_state(SessionState.READY)

    def run(self, request: object) -> None:
        self.asked.append("run")
        info, store, batch = starter_batch()
        self.listener.on_state(SessionState.RUNNING)
        self.listener.on_started(info, store)
        self.listener.on_batch(batch)
        if not self.is_holding:
            self.finish()

    def finish(self) -> None:
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
