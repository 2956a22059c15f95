"""The numbers of each iteration: loss, learning rate, norms, and whether they are healthy."""

from typing import Any
from weakref import WeakKeyDictionary

from torch.optim import Optimizer

from engine.runtime.compat import quiet
from engine.runtime.compat_watching import is_undisturbed
from engine.runtime.training.health import HealthWatch
from engine.runtime.training.hypers import rate_of
from engine.runtime.training.losses import LossFinder
from engine.runtime.training.norms import NormWatch
from engine.runtime.training.outbox import Outbox
from engine.runtime.training.sequences import SequenceWatch
from engine.runtime.training.subject import Subject


class StepNumbers:
    """Tells them before the optimizer steps, and after it what was not known before.

    Attributes:
        loss: That of the iteration that was looked at last; None where it has none.
    """

    def __init__(
        self, outbox: Outbox, losses: LossFinder, norms: NormWatch, sequences: SequenceWatch, health: HealthWatch
    ) -> None:
        self._outbox = outbox
        self._losses = losses
        self._norms = norms
        self._sequences = sequences
        self._health = health
        self._others: WeakKeyDictionary[Optimizer, str] = WeakKeyDictionary()
        self.loss: float | None = None

    def look(self, optimizer: Optimizer, subject: Subject, iteration: int) -> str:
        """Tell the numbers of the optimizer that counts; return what is no number since this iteration, if anything."""
        if is_undisturbed():
            norm = self._measure(subject, iteration)
        else:
            with quiet():
                norm = self._measure(subject, iteration)
        loss = self.loss
        if self._sequences.is_armed:
            with quiet():
                self._sequences.look(iteration)
        rate: Any = optimizer.param_groups[0].get("lr")
        self._outbox.steps.append((iteration, loss, rate if type(rate) is float else rate_of(optimizer)))
        self._losses.is_stepping = True
        return self._health.judge(iteration, loss, norm)

    def _measure(self, subject: Subject, iteration: int) -> float | None:
        norms, losses = self._norms, self._losses
        roots = losses.only_roots if iteration >= norms.next else ()
        self.loss = losses.take()
        return norms.look(subject, iteration, self.loss, roots)

    def finish(self, iteration: int) -> str:
        """After the step: tell the loss that the optimizer computed in it, as LBFGS does; see ``look``."""
        self._losses.is_stepping = False
        if self._norms.before:
            self._norms.finish(iteration)
        if not self._losses.roots:
            return ""
        with quiet():
            loss = self._losses.take()
        if loss is None:
            return ""
        self.loss = loss
        self._outbox.steps.append((iteration, loss, None))
        return self._health.judge(iteration, loss, None)

    def look_aside(self, optimizer: Optimizer, iteration: int) -> None:
        """Tell loss and learning rate of another optimizer beside the one that counts, as curves of its own."""
        name = self._others.setdefault(optimizer, f"{type(optimizer).__name__} {len(self._others) + 2}")
        with quiet():
            loss, rate = self._losses.take(), rate_of(optimizer)
        for what, number in (("loss", loss), ("learning rate", rate)):
            if number is not None:
                self._outbox.points.append((f"{what} of {name}", iteration, number))
