"""What a session tells."""

from enum import StrEnum
from typing import Protocol

from engine.protocol.messages import DeviceInfo
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import ByteStore
from engine.trace.outcome import Outcome


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
