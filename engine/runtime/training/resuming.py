"""Where a run that goes on from a checkpoint has to be, and where a run is that writes one."""

from types import FrameType
from typing import Any

from torch.optim import Optimizer

from engine.runtime.training.checkpoints import Loaded, Place, load_checkpoint, save_checkpoint
from engine.runtime.training.hypers import LiveClip
from engine.runtime.training.loading import LoaderPass
from engine.runtime.training.randomness import random_numbers
from engine.runtime.training.subject import Subject, program_frames
from engine.training.checkpoint import START_EPOCH, CheckpointError
from engine.training.epoch_loops import EpochLoop, epoch_loops, loop_around

_NO_LOADER = "only batches of a DataLoader can be drawn again as they were, and this program has none."
_NO_EPOCHS = (
    "its epochs have to be counted where they can be set: by “for epoch in range(...)” at the top level of the program,"
    f" not in a function, or from a variable {START_EPOCH}."
)


class Resuming:
    """Takes a program that was begun anew to where a checkpoint was written.

    The program sets everything up as always; its ``start_epoch`` is set when it has made its optimizer, or its loop
    over epochs begins later (``program_from``). The first pass through its loader draws the order of that epoch again
    and passes over the batches that were done, and then weights, optimizer, schedules, numbers and random states are
    put in place.
    """

    def __init__(self, path: str, program: str, namespace: dict[str, Any]) -> None:
        """Read the checkpoint at ``path``, if any.

        Raises:
            CheckpointError: If it cannot be read, or the program cannot be resumed.
        """
        self._program = program
        self._namespace = namespace
        self._loaded: Loaded | None = None
        self.clip = LiveClip()
        """What a person clips by; it belongs to a checkpoint, too."""
        if path:
            self._loaded = load_checkpoint(path)

    @property
    def is_pending(self) -> bool:
        """Whether a checkpoint is still to be put in place."""
        return self._loaded is not None

    def set_epoch(self) -> None:
        """Have the program count its epochs from where the checkpoint was written."""
        if self._loaded is not None and not self._loaded.place.loop_line:
            self._namespace[START_EPOCH] = self._loaded.place.epoch

    def begin_pass(self) -> int:
        """Return how many batches of the pass that begins now are to be passed over."""
        if self._loaded is None:
            return 0
        self._loaded.place.at_start.restore()
        return self._loaded.place.batch

    def finish(self, optimizer: Optimizer, subject: Subject) -> int:
        """Put everything in place; return how many iterations were done.

        Raises:
            CheckpointError: If the checkpoint does not fit the program; the program fails by it.
        """
        assert self._loaded is not None, "asked only while it is pending"
        loaded, self._loaded = self._loaded, None
        loaded.restore(optimizer, subject, self._namespace)
        self.clip.norm = loaded.clip_norm
        return loaded.place.iteration

    def save(
        self,
        path: str,
        iteration: int,
        optimizer: Optimizer | None,
        subject: Subject,
        current: LoaderPass | None,
        *,
        frame: FrameType | None = None,
        has_ended: bool = False,
    ) -> None:
        """Write a checkpoint of a run whose last batch came from the pass ``current``; the program may have ended.

        ``frame`` is where the program is.

        Raises:
            CheckpointError: If it could not be resumed.
            OSError: If the file cannot be written.
            NotPlainError: If the state is not made of numbers and tensors.
        """
        if optimizer is None or current is None:
            raise CheckpointError(_NO_LOADER if iteration else "no batch was learned yet.")
        epoch, loop_line = self._epoch(frame)
        if current.is_over:  # the next epoch is about to begin
            place = Place(iteration, epoch + has_ended, 0, random_numbers(), loop_line)
        else:
            place = Place(iteration, epoch, current.delivered, current.at_start, loop_line)
        save_checkpoint(path, self._program, place, optimizer, subject, self._namespace, self.clip.norm)

    def _epoch(self, frame: FrameType | None) -> tuple[int, int]:
        """Return the epoch as the program counts it, and the line of the loop that does; 0 with ``start_epoch``."""
        epoch = self._namespace.get("epoch")
        if START_EPOCH in self._namespace and isinstance(epoch, int):
            return epoch, 0
        outermost = [one for one in program_frames(frame) if one.f_globals is self._namespace]
        if frame is None and (loops := epoch_loops(self._program)):
            loop: EpochLoop | None = loops[-1]  # the program has ended
        else:
            loop = loop_around(self._program, outermost[-1].f_lineno) if outermost else None
        counted = None if loop is None else self._namespace.get(loop.variable)
        if loop is None or not isinstance(counted, int):
            raise CheckpointError(_NO_EPOCHS)
        return counted, loop.line
