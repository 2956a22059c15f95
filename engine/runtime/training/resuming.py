"""Where a run that goes on from a checkpoint has to be, and where a run is that writes one."""

from types import FrameType
from typing import Any

from torch.optim import Optimizer

from engine.runtime.training.checkpoints import Loaded, Place, load_checkpoint, save_checkpoint
from engine.runtime.training.hypers import LiveClip
from engine.runtime.training.learner import Learner
from engine.runtime.training.loading import LoaderPass
from engine.runtime.training.randomness import random_numbers
from engine.runtime.training.subject import Subject, program_frames
from engine.training.checkpoint import START_EPOCH, CheckpointError
from engine.training.epoch_loops import EpochLoop, epoch_loops, loop_around

_OTHER_NUMBERS = "it draws other random numbers than before: have it draw all of them from seeds."
_OTHER_RESULT = "run again up to there, it does not learn the same: something in it is not the same each time."
_TOO_SHORT = "it ended before the iteration at which the checkpoint was written."


class Resuming:
    """Takes a program that was begun anew to where a checkpoint was written.

    The program sets everything up as always; its ``start_epoch`` is set when it has made its optimizer, or its loop
    over epochs begins later (``program_from``). The first pass through its loader draws the order of that epoch again
    and passes over the batches that were done, and then weights, optimizer, schedules, numbers and random states are
    put in place.

    A program that makes its batches by hand, or counts its epochs within a function, cannot be set so: it is run again
    up to where the checkpoint was written, from the random states that it began with. There it has to have drawn the
    same random numbers, and learned the same unless a person changed something on the way, which is then put in place.
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
        self.is_edited = False
        """Whether a person changed something that the program alone would not."""
        self._boundary = 0
        if path:
            self._loaded = load_checkpoint(path)
        if self._loaded is not None and self._loaded.place.boundary:
            self._loaded.place.at_start.restore()
        self._at_begin = random_numbers()

    @property
    def is_waiting(self) -> bool:
        """Whether a checkpoint is still to be put in place, in one way or the other."""
        return self._loaded is not None

    @property
    def is_pending(self) -> bool:
        """Whether the program is still to be set to where a checkpoint was written."""
        return self._loaded is not None and not self._loaded.place.boundary

    @property
    def is_again(self) -> bool:
        """Whether the program is being run again up to where a checkpoint was written."""
        return self._loaded is not None and self._loaded.place.boundary > 0

    @property
    def note(self) -> str:
        """What is going on, in a few words; empty when nothing is."""
        return f"run again up to iteration {self._loaded.place.iteration:,}" if self._loaded and self.is_again else ""

    def comes_by(self) -> bool:
        """Count a place where the program may wait; return whether a checkpoint was written at this one."""
        self._boundary += 1
        return self._loaded is not None and self._loaded.place.boundary == self._boundary

    def check_end(self, *, is_finished: bool) -> str:
        """Return why a program that has ended did not go on from its checkpoint; empty when it did."""
        if not is_finished or self._loaded is None:
            return ""
        return f"The checkpoint {self._loaded.name} does not fit this program: {_TOO_SHORT}"

    def set_epoch(self) -> None:
        """Have the program count its epochs from where the checkpoint was written."""
        if self._loaded is not None and self.is_pending and not self._loaded.place.loop_line:
            self._namespace[START_EPOCH] = self._loaded.place.epoch

    def begin_pass(self) -> int:
        """Return how many batches of the pass that begins now are to be passed over."""
        if self._loaded is None or self.is_again:
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
        self.is_edited = loaded.place.is_edited
        if loaded.place.boundary:
            _check_again(loaded, subject)
        if self.is_edited or not loaded.place.boundary:
            loaded.restore(optimizer, subject, self._namespace)
        self.clip.norm = loaded.clip_norm
        return loaded.place.iteration

    def save(
        self,
        path: str,
        learner: Learner,
        current: LoaderPass | None,
        *,
        frame: FrameType | None = None,
        has_ended: bool = False,
    ) -> None:
        """Write a checkpoint of a run whose last batch came from the pass ``current``; the program may have ended.

        ``frame`` is where the program is.

        Raises:
            CheckpointError: If nothing was learned yet.
            OSError: If the file cannot be written.
            NotPlainError: If the state is not made of numbers and tensors.
        """
        optimizer, subject, iteration = learner.optimizer, learner.subject, learner.iteration
        if optimizer is None or not iteration:
            raise CheckpointError("no batch was learned yet.")
        counted = None if current is None else self._epoch(frame)
        if current is None or counted is None:
            place = Place(iteration, 0, 0, self._at_begin, boundary=self._boundary, is_edited=self.is_edited)
        elif current.is_over:  # the next epoch is about to begin
            place = Place(iteration, counted[0] + has_ended, 0, random_numbers(), counted[1])
        else:
            place = Place(iteration, counted[0], current.delivered, current.at_start, counted[1])
        save_checkpoint(path, self._program, place, optimizer, subject, self._namespace, self.clip.norm)

    def _epoch(self, frame: FrameType | None) -> tuple[int, int] | None:
        """Return the epoch as the program counts it, and the line of the loop that does; 0 with ``start_epoch``.

        None where it counts them in a way in which they cannot be set.
        """
        epoch = self._namespace.get("epoch")
        if START_EPOCH in self._namespace and isinstance(epoch, int):
            return epoch, 0
        outermost = [one for one in program_frames(frame) if one.f_globals is self._namespace]
        if frame is None and (loops := epoch_loops(self._program)):
            loop: EpochLoop | None = loops[-1]  # the program has ended
        else:
            loop = loop_around(self._program, outermost[-1].f_lineno) if outermost else None
        counted = None if loop is None else self._namespace.get(loop.variable)
        return (counted, loop.line) if loop is not None and isinstance(counted, int) else None


def _check_again(loaded: Loaded, subject: Subject) -> None:
    """Look whether a program that was run again did the same.

    Raises:
        CheckpointError: If not.
    """
    are_same_numbers, is_learned = loaded.is_same_again(subject)
    if not are_same_numbers:
        raise CheckpointError(f"The checkpoint {loaded.name} cannot be gone on from: {_OTHER_NUMBERS}")
    if not is_learned and not loaded.place.is_edited:
        raise CheckpointError(f"The checkpoint {loaded.name} cannot be gone on from: {_OTHER_RESULT}")
