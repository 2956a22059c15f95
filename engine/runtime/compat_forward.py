# ruff: noqa: SLF001 - torch keeps the number of the level private
"""Forward-mode differentiation: whether a dual level is open, and the tangents of tensors in it.

``torch.autograd.forward_ad`` keeps its level in ``_current_level``; without that name no tangents are shown.
"""

from torch import Tensor
from torch.autograd import forward_ad

from engine.runtime.compat import quiet

EXIT = "exit_dual_level"
"""The function of ``forward_ad`` that ends a level: the tangents of its tensors are gone then."""


def is_dual() -> bool:
    """Whether a dual level is open."""
    return getattr(forward_ad, "_current_level", -1) >= 0


def tangent_of(tensor: Tensor) -> Tensor | None:
    """Return the tangent of a tensor in the open level, None when it has none."""
    try:
        with quiet():
            dual = forward_ad.unpack_dual(tensor, level=forward_ad._current_level)  # type: ignore[no-untyped-call] # torch's
    except (RuntimeError, NotImplementedError):
        return None  # of a kind that cannot be dual
    tangent: Tensor | None = dual.tangent
    return tangent
