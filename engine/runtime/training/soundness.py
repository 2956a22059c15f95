"""Whether the gradients that an optimizer is about to apply are numbers, decided in every iteration.

A call of torch between two steps finds all caches cold: summing six small gradients takes as long as the forward pass
of a layer. So it is looked now and then of what operations the graph is made. Where none of them can make NaN or Inf
of numbers, the loss tells enough: what arises in the forward pass is in it, and it is large before anything overflows.
All gradients are looked at where there may be others, where an iteration makes more or fewer nodes than the one that
was looked into, and where gradients were written into after the backward pass.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine.runtime.compat import norms, sequence_number

HARMLESS = frozenset(
    f"{name}Backward{version}"
    for name, versions in {
        "Addmm": 1, "Mm": 1, "Bmm": 1, "Baddbmm": 1, "Convolution": 1, "T": 1, "Transpose": 2, "Permute": 1, "View": 1,
        "UnsafeView": 1, "ReshapeAlias": 1, "Expand": 1, "Squeeze": 3, "Unsqueeze": 1, "Slice": 1, "Select": 1,
        "Cat": 1, "Clone": 1, "Add": 2, "Sub": 2, "Mul": 2, "Neg": 1, "Sum": 2, "Mean": 2, "Tanh": 1, "Sigmoid": 1,
        "Relu": 1, "LeakyRelu": 1, "Hardtanh": 1, "Gelu": 1, "Silu": 1, "Elu": 1, "Softmax": 1, "LogSoftmax": 1,
        "NllLoss": 1, "MaxPool2DWithIndices": 1, "AvgPool2D": 1, "MseLoss": 1, "L1Loss": 1, "SmoothL1Loss": 1,
        "HuberLoss": 1, "BinaryCrossEntropyWithLogits": 1,
    }.items()
    for version in range(versions)
) | {"torch::autograd::AccumulateGrad"}  # fmt: skip
"""Autograd nodes whose gradients are finite wherever what they get is, unless they overflow."""
MOST_NODES = 100
"""A larger graph takes so long that looking at all gradients does not count."""
LARGE = 1e15
"""Nothing overflows in the few operations of such a graph while the loss is smaller than that."""
_WIDE = frozenset({torch.float32, torch.float64})


class SoundnessCheck:
    """Knows how gradients have to be looked at."""

    def __init__(self) -> None:
        self._is_harmless = False
        self._nodes, self._counted = -1, sequence_number()

    def meet(self, roots: Sequence[Any], gradients: Sequence[Tensor]) -> None:
        """Look where the gradients come from, now and then; ``roots`` are those of the only backward pass."""
        are_plain = all(type(one) is Tensor and one.dtype in _WIDE and _is_untouched(one) for one in gradients)
        self._is_harmless = are_plain and is_harmless(roots)
        self._nodes = self._count()

    def is_trusted(self, first: Tensor, loss: float | None) -> bool:
        """Return whether the loss says that all gradients are numbers; ``first`` is the first parameter."""
        is_alike = self._count() == self._nodes
        if not (is_alike and self._is_harmless and loss is not None and abs(loss) < LARGE):
            return False
        gradient = first.grad
        return gradient is not None and _is_untouched(gradient)

    def _count(self) -> int:
        """Return how many autograd nodes were made since the last call."""
        before, self._counted = self._counted, sequence_number()
        return self._counted - before


def is_harmless(roots: Sequence[Any]) -> bool:
    """Return whether a graph is made of operations alone that make no NaN and no Inf of numbers."""
    waiting = [root.grad_fn for root in roots if isinstance(root, Tensor) and root.grad_fn is not None]
    if not waiting or len(waiting) < len(roots):
        return False
    seen = set(waiting)
    while waiting:
        node = waiting.pop()
        if node.name() not in HARMLESS:
            return False
        following = [after for after, _ in node.next_functions if after is not None and after not in seen]
        seen.update(following)
        waiting += following
        if len(seen) > MOST_NODES:
            return False
    return True


def are_sound(gradients: list[Tensor]) -> bool:
    """Return whether all are numbers; it may say no where their squares overflow, so that a closer look decides."""
    return all(math.isfinite(norm.item()) for norm in norms(gradients))


def _is_untouched(gradient: Tensor) -> bool:
    """Return whether nothing was written into a gradient since the backward pass made it."""
    return not gradient.is_sparse and gradient._version == 0  # noqa: SLF001 - torch documents it for exactly this
