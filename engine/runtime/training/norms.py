"""Norms of gradients, weights and updates, as often as their cost allows."""

import math
from collections.abc import Sequence
from time import perf_counter_ns

from torch import Tensor

from engine.runtime.compat import norms, quiet
from engine.runtime.training.gradients import norms_of, total_of
from engine.runtime.training.outbox import Outbox
from engine.runtime.training.soundness import SoundnessCheck, are_sound
from engine.runtime.training.subject import Subject

RAREST = 50
"""Norms of single parameters are taken at every so many-th iteration at least."""
FADE = 0.1
"""How quickly an average of costs follows."""
FADE_DOWN = 0.5
MOST_TIMES = 3.0
"""An iteration counts as at most so many times as long as those before."""


class NormWatch:
    """Tells norms of the parameters of one optimizer.

    In every iteration it is made sure that all gradients are numbers; what is told is told when it is due.

    Attributes:
        next: The iteration at which it is due; looked at in the hot path, like
        before: What the parameters are before a step that ``finish`` is to tell of.
    """

    def __init__(self, outbox: Outbox, every: int | None, cost_share: float) -> None:
        self._outbox = outbox
        self._check = SoundnessCheck()
        self._given = every
        self._share = cost_share / 2
        self._every = every or 1
        self.next = 0
        self._cost_ns = 0.0
        self._iteration_ns = 0.0
        self._last_ns = 0
        self.before: tuple[Tensor, ...] = ()
        self._weights: tuple[Tensor, ...] = ()
        self._names: tuple[str, ...] = ()

    def look(self, subject: Subject, iteration: int, loss: float | None, roots: Sequence[object] = ()) -> float | None:
        """Before an optimizer step: return the norm of all gradients; None when it is not due and nothing is wrong.

        ``roots`` are those of the backward pass where it is due, and where there was just one.
        """
        is_due = iteration >= self.next
        if not is_due and self._check.is_trusted(subject.parameters[0], loss):
            return None
        gradients = [parameter.grad for parameter in subject.parameters]
        present = [gradient for gradient in gradients if gradient is not None]
        if not present:
            return None
        if not is_due:
            return None if are_sound(present) else total_of(norms_of(present))
        began_ns = perf_counter_ns()
        each = norms_of(present)
        total = total_of(each)
        self._check.meet(roots, present)
        self._pass(began_ns)
        self._note(subject, iteration, gradients, each, total)
        self._cost_ns = float(perf_counter_ns() - began_ns)
        if not self.before:  # nothing moves that has a norm
            self._pace(iteration)
        return total

    def finish(self, iteration: int) -> None:
        """After an optimizer step: tell by how much it changed each parameter."""
        before = self.before
        began_ns = perf_counter_ns()
        with quiet():
            changes = [after - old for after, old in zip(self._weights, before, strict=True)]
            sizes = [norm.item() for norm in norms(list(before))]
            moved = [norm.item() for norm in norms(changes)]
        put = self._outbox.points.append
        for name, size, change in zip(self._names, sizes, moved, strict=True):
            put((f"weight norm/{name}", iteration, size))
            if size:
                put((f"update ratio/{name}", iteration, change / size))
        self.before = self._weights = ()
        self._cost_ns += perf_counter_ns() - began_ns
        self._pace(iteration)

    def _note(
        self, subject: Subject, iteration: int, gradients: Sequence[Tensor | None], each: list[float], total: float
    ) -> None:
        put = self._outbox.points.append
        put(("gradient norm", iteration, total))
        numbers = iter(each)
        moving = []
        for parameter, name, gradient in zip(subject.parameters, subject.names, gradients, strict=True):
            if gradient is not None:
                put((f"gradient norm/{name}", iteration, next(numbers)))
                if parameter.is_floating_point() and not parameter.is_sparse:
                    moving.append((parameter.detach(), name))
        self._weights = tuple(parameter for parameter, _ in moving)
        self._names = tuple(name for _, name in moving)
        with quiet():
            self.before = tuple(parameter.clone() for parameter in self._weights)

    def _pass(self, now_ns: int) -> None:
        """Note how long an iteration takes."""
        if self._last_ns and self._given is None:
            passed = (now_ns - self._last_ns) / max(1, self._every)
            known = self._iteration_ns
            if not known or passed < known:  # the first one may have loaded half of torch
                self._iteration_ns += (passed - known) * (FADE_DOWN if known else 1.0)
            else:
                self._iteration_ns += (min(passed, MOST_TIMES * known) - known) * FADE  # the run may have waited
        self._last_ns = now_ns

    def _pace(self, iteration: int) -> None:
        """Decide when norms are taken next."""
        if self._given is None and self._iteration_ns:
            wanted = math.ceil(self._cost_ns / (self._share * self._iteration_ns))
            self._every = min(max(wanted, 1), RAREST)
        self.next = iteration + self._every


EXPLODED = 20.0
"""A norm is alarming that is so many times the usual one."""
_WARM = 20
_MUTE = 100


class UsualNorm:
    """Knows how large gradients usually are, and notices when they explode."""

    def __init__(self) -> None:
        self._log_mean = 0.0
        self._count = 0
        self._mute = 0

    def is_exploding(self, norm: float) -> bool:
        """Take in the norm of an iteration and return whether it is alarming; not again for a hundred iterations."""
        if not 0 < norm < math.inf:
            return False
        log_norm = math.log(norm)
        is_large = self._count >= _WARM and log_norm > self._log_mean + math.log(EXPLODED)
        self._count += 1
        self._log_mean += (log_norm - self._log_mean) / min(self._count, _WARM)
        self._mute = max(0, self._mute - 1)
        if is_large and not self._mute:
            self._mute = _MUTE
            return True
        return False
