"""Writes the checkpoints that were asked for, where an iteration has wholly ended."""

from collections import deque
from time import monotonic_ns
from types import FrameType

from engine.runtime.training.editing import NS_PER_MS
from engine.runtime.training.learner import Learner
from engine.runtime.training.loading import LoaderPass
from engine.runtime.training.outbox import Outbox
from engine.runtime.training.plain_state import NotPlainError
from engine.runtime.training.resuming import Resuming
from engine.training.checkpoint import CheckpointError
from engine.training.facts import Mark, MarkKind


class CheckpointQueue:
    """Paths that checkpoints are to be written to, with the times at which that was asked."""

    def __init__(self, outbox: Outbox, resuming: Resuming) -> None:
        self._outbox = outbox
        self._resuming = resuming
        self._waiting: deque[tuple[str, int]] = deque()

    @property
    def is_waiting(self) -> bool:
        """Whether a checkpoint is to be written."""
        return bool(self._waiting)

    def ask(self, path: str, sent_ns: int) -> None:
        """Have a checkpoint written at the next occasion."""
        self._waiting.append((path, sent_ns))

    def note_edit(self) -> None:
        """Note that a person changed something: the program alone would not learn the same."""
        self._resuming.is_edited = True

    def write(
        self,
        learner: Learner,
        current: LoaderPass | None,
        *,
        frame: FrameType | None = None,
        has_ended: bool = False,
    ) -> None:
        """Write those that wait; what cannot be is told in one sentence."""
        while self._waiting:
            path, sent_ns = self._waiting.popleft()
            try:
                self._resuming.save(path, learner, current, frame=frame, has_ended=has_ended)
            except (OSError, CheckpointError, NotPlainError) as error:
                text = f"The checkpoint could not be written: {error}"
                self._outbox.add(Mark(learner.iteration, MarkKind.TROUBLE, text))
                continue
            took_ms = (monotonic_ns() - sent_ns) / NS_PER_MS
            self._outbox.add(Mark(learner.iteration, MarkKind.CHECKPOINT, path, took_ms))
