"""What a session tells."""

from enum import StrEnum
from typing import Protocol, runtime_checkable

from engine.protocol.messages import DeviceInfo
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import ByteStore
from engine.trace.outcome import Outcome
from engine.training.facts import Sample, ToldFact


class SessionState(StrEnum):
    """What a session is doing."""

    LOADING = "loading"
    """No worker is ready yet: torch is being loaded."""
    READY = "ready"
    RUNNING = "running"
    STOPPING = "stopping"


class SessionListener(Protocol):
    """Hears what happens. All methods are called on a thread of the session, one at a time; none may block for long.

    For each run: ``on_started`` once (unless no worker could be started), ``on_batch`` any number of times,
    ``on_ended`` once. Of a run that was started ``on_batch`` may follow with facts about numbers only (``Data``,
    ``Statistics``, ``Histogram``), and ``on_settled``, until the next run begins.
    """

    def on_state(self, state: SessionState) -> None:
        """The session does something else now."""
        ...

    def on_devices(self, devices: tuple[DeviceInfo, ...]) -> None:
        """Which devices there are; called when the first worker is ready."""
        ...

    def on_started(self, info: RunInfo, store: ByteStore) -> None:
        """A run has begun; the bytes of its tensors will be in ``store``."""
        ...

    def on_batch(self, batch: Batch) -> None:
        """The run was recorded a bit further."""
        ...

    def on_ended(self, outcome: Outcome) -> None:
        """The run has ended."""
        ...

    def on_settled(self, held: int) -> None:
        """No more numbers of the ended run come by themselves; ``held`` values can still be looked at.

        With 0 the worker is gone: what is not there will not come.
        """
        ...


@runtime_checkable
class TrainingListener(Protocol):
    """Hears of training runs too; a ``SessionListener`` may be one as well. Called like its methods.

    Both come between ``on_started`` and ``on_ended`` of a run whose request has ``training`` set.
    """

    def on_told(self, facts: tuple[ToldFact, ...]) -> None:
        """The run has something to tell."""
        ...

    def on_sample(self, sample: Sample) -> None:
        """The whole recording of one iteration is there."""
        ...
