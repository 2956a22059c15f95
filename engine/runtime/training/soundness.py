"""Whether the gradients that an optimizer is about to apply are numbers, decided in every iteration.

A call of torch between two steps finds all caches cold: summing six small gradients takes as long as the forward pass
of a layer. So it is looked now and then of what operations the graph is made (``harmless``). Where none of them can
make NaN or Inf of numbers, the loss tells enough, with a few gradients that might be lost without it. All gradients
are looked at where there may be others, where an iteration makes more or fewer nodes than the one that was looked
into, and where gradients were written into after the backward pass.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine.runtime.compat import norms, sequence_number
from engine.runtime.compat_versions import version_of
from engine.runtime.training.harmless import exposed_leaves

LARGE = 1e15
"""Nothing overflows in the few operations of such a graph while the loss is smaller than that."""
MOST_EXPOSED = 2
"""Looking at more gradients one by one takes as long as looking at all."""
_WIDE = frozenset({torch.float32, torch.float64})


class SoundnessCheck:
    """Knows how gradients have to be looked at."""

    def __init__(self) -> None:
        self._exposed: list[Tensor] | None = None
        self._nodes, self._counted = -1, sequence_number()

    def meet(self, roots: Sequence[Any], gradients: Sequence[Tensor]) -> None:
        """Look where the gradients come from, now and then; ``roots`` are those of the only backward pass."""
        are_plain = all(type(one) is Tensor and one.dtype in _WIDE and _is_untouched(one) for one in gradients)
        exposed = exposed_leaves(roots) if are_plain else None
        self._exposed = exposed if exposed is None or len(exposed) <= MOST_EXPOSED else None
        self._nodes = self._count()

    def is_trusted(self, first: Tensor, loss: float | None) -> bool:
        """Return whether all gradients are certainly numbers; ``first`` is the first parameter.

        To be called where nothing of the program sees calls of torch: ``quiet`` would take longer than the look.
        """
        is_alike = self._count() == self._nodes
        if not is_alike or self._exposed is None or loss is None or not abs(loss) < LARGE:
            return False
        return first.grad is not None and _is_untouched(first.grad) and all(map(_is_sound, self._exposed))

    def _count(self) -> int:
        """Return how many autograd nodes were made since the last call."""
        before, self._counted = self._counted, sequence_number()
        return self._counted - before


def are_sound(gradients: list[Tensor]) -> bool:
    """Return whether all are numbers; it may say no where their squares overflow, so that a closer look decides."""
    return all(math.isfinite(norm.item()) for norm in norms(gradients))


def _is_sound(leaf: Tensor) -> bool:
    """Return whether a leaf got a gradient of numbers that nobody has changed; no where their sum overflows."""
    gradient = leaf.grad
    if gradient is None or not _is_untouched(gradient):
        return False
    return math.isfinite(gradient.sum().item())


def _is_untouched(gradient: Tensor) -> bool:
    """Return whether nothing was written into a gradient since the backward pass made it."""
    return not gradient.is_sparse and version_of(gradient) == 0
