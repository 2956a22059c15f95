"""Keeps the batch in which NaN or Inf first came, before the optimizer applies it."""

from types import FrameType

import torch
from torch import Tensor

from engine.runtime.compat import quiet
from engine.runtime.training.again import batch_call, compute_again
from engine.runtime.training.losses import LossFinder
from engine.runtime.training.outbox import Outbox
from engine.runtime.training.sampler import Sampler
from engine.runtime.training.subject import Subject
from engine.training.facts import Mark, MarkKind, SampleReason

_CANNOT = "The batch cannot be computed again, as it is not learned by a function train_batch; the next is kept."

_TRIED = 8
"""Batches after which it is looked whether random numbers were drawn."""


class UnsoundKeeper:
    """Records an unsound batch: on from what is being recorded anyway, else by computing it again.

    ``is_again`` says that the program's step is to be refused, as it is being computed again.
    """

    def __init__(self, outbox: Outbox, sampler: Sampler, losses: LossFinder) -> None:
        self._outbox = outbox
        self._sampler = sampler
        self._losses = losses
        self._random: Tensor | None = None
        self._batches = 0
        self._draws = False
        self.is_again = False

    def note_random(self) -> None:
        """Note where the random numbers of the batch that comes now are drawn from.

        A program whose first batches draw none is taken to go on like that: asking takes as long as a small layer. If
        it draws after all, computing a batch again comes out differently, which is told.
        """
        if self._batches >= _TRIED and not self._draws:
            return
        now = torch.default_generator.get_state()
        if self._batches < _TRIED:
            with quiet():
                self._draws |= self._random is not None and not torch.equal(now, self._random)
            self._batches += 1
        self._random = now

    def keep(self, iteration: int, subject: Subject, frame: FrameType | None, *, is_possible: bool) -> bool:
        """Keep the batch; return whether the next one is to be kept in its place.

        Args:
            iteration: The iteration that the batch belongs to.
            subject: What learns.
            frame: Where the program is.
            is_possible: Whether hooks can come and go here.
        """
        if self._sampler.is_on:
            self._sampler.alert()
            self._sampler.so_far(iteration)
            return False
        call = batch_call(frame) if is_possible else None
        if call is None:
            self._outbox.add(Mark(iteration, MarkKind.TROUBLE, _CANNOT))
            return True
        self._sampler.begin(SampleReason.ALERT)
        self.is_again = True
        try:
            note = compute_again(call, subject, self._random)
        finally:
            self.is_again = False
        with quiet():
            self._losses.take()
        self._sampler.end(iteration, note)
        return False
