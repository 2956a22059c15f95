"""Notices what is not healthy in a run: NaN, Inf, gradients that explode."""

from math import isfinite
from types import FrameType

from engine.runtime.training.norms import EXPLODED, UsualNorm
from engine.runtime.training.outbox import Outbox
from engine.runtime.training.subject import Subject
from engine.runtime.training.unsound import UnsoundKeeper
from engine.runtime.training.wishes import SampleWishes
from engine.training.facts import Mark, MarkKind


class HealthWatch:
    """Marks what is alarming on the curves, and has the iteration kept, where ``keeps`` says so."""

    def __init__(self, outbox: Outbox, unsound: UnsoundKeeper, wishes: SampleWishes, *, keeps: bool) -> None:
        self._outbox = outbox
        self._unsound = unsound
        self._wishes = wishes
        self._keeps = keeps
        self._usual = UsualNorm()
        self._is_sound = True

    def judge(self, iteration: int, loss: float | None, norm: float | None) -> str:
        """Look at the numbers of an iteration before the optimizer's step; return what is no number since this one.

        It is empty where all are numbers, or were none before already.
        """
        is_sound = (loss is None or isfinite(loss)) and (norm is None or isfinite(norm))
        if is_sound is not self._is_sound:
            self._is_sound = is_sound
            if not is_sound:
                what = f"loss is {loss}" if loss is not None and not isfinite(loss) else "a gradient is not finite"
                self._outbox.add(Mark(iteration, MarkKind.ALERT, what))
                return what
        elif norm is not None and self._usual.is_exploding(norm):
            text = f"gradient norm {norm:.3g}, {EXPLODED:g} times the usual"
            self._outbox.add(Mark(iteration, MarkKind.ALERT, text))
            self._wishes.is_alerted = self._keeps
        return ""

    def keep(self, iteration: int, subject: Subject, frame: FrameType | None, *, is_possible: bool) -> None:
        """Keep the iteration in which a number was lost, or else the next; see ``UnsoundKeeper.keep``."""
        if self._keeps:
            self._wishes.is_alerted = self._unsound.keep(iteration, subject, frame, is_possible=is_possible)
