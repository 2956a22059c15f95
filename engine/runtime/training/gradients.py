"""Norms of the gradients that an optimizer is about to apply."""

import math
import sys
from collections.abc import Iterable

import torch
from torch import Tensor

from engine.runtime.compat import norms, quiet


def norms_of(gradients: list[Tensor]) -> list[float]:
    """Return the norm of each gradient; it is a number where all of the gradient's are, however large they are."""
    found = [norm.item() for norm in norms(gradients)]
    if all(map(math.isfinite, found)):
        return found
    with quiet():
        pairs = zip(gradients, found, strict=True)
        return [norm if math.isfinite(norm) else _exact(gradient, norm) for gradient, norm in pairs]


def total_of(each: Iterable[float]) -> float:
    """Return the norm of all gradients together from those of each; a number where all of them are."""
    known = list(each)
    total = math.hypot(*known)
    return total if math.isfinite(total) or not all(map(math.isfinite, known)) else sys.float_info.max


def _exact(gradient: Tensor, norm: float) -> float:
    """Return the norm of a gradient whose squares may have overflowed, ``norm`` where that is not why."""
    dense = gradient.detach().to_dense() if gradient.is_sparse else gradient.detach()
    if not bool(torch.isfinite(dense).all()):
        return norm
    wide = torch.complex128 if dense.is_complex() else torch.float64
    return min(float(torch.linalg.vector_norm(dense.to(wide)).item()), sys.float_info.max)
