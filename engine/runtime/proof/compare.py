"""Two tensors, bit for bit."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.runtime.recorder.resolve.content import raw_of

ROUNDING = 64.0
"""So many units in the last place of the largest number still count as rounding."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How a tensor differs from a recorded one.

    ``is_rounding`` says that the numbers are equal up to rounding; ``is_form`` that shape or type differ.
    """

    text: str
    is_rounding: bool = False
    is_form: bool = False


def difference(got: Tensor, recorded: Tensor) -> Difference | None:
    """Return how ``got`` differs from ``recorded``, None where every bit is the same."""
    if got.dtype != recorded.dtype:
        return Difference(f"it gives {_name(got)} where {_name(recorded)} is recorded", is_form=True)
    if got.shape != recorded.shape:
        return Difference(f"it gives the shape {[*got.shape]} where {[*recorded.shape]} is recorded", is_form=True)
    got = _plain(got)
    return None if _same_bits(got, recorded) else _told(got, recorded)


def same_bits(one: Tensor | None, other: Tensor | None) -> bool:
    """Whether two results are the same in every bit."""
    if one is None or other is None:
        return one is other
    return one.dtype == other.dtype and one.shape == other.shape and _same_bits(_plain(one), _plain(other))


def widest(tensor: Tensor) -> Tensor:
    """Return ``tensor`` in double precision."""
    return tensor.to(torch.complex128 if tensor.is_complex() else torch.float64)


def units(tensor: Tensor) -> float:
    """Return the distance of neighbouring numbers of the type of ``tensor`` at 1; 0 for whole numbers."""
    if tensor.is_floating_point() or tensor.is_complex():
        return float(torch.finfo(tensor.dtype).eps)
    return 0.0


def _plain(tensor: Tensor) -> Tensor:
    tensor = tensor.detach().resolve_conj().resolve_neg()
    return tensor if tensor.layout is torch.strided else tensor.to_dense()


def _same_bits(one: Tensor, other: Tensor) -> bool:
    mine, theirs = raw_of(one.cpu()), raw_of(other.cpu())
    if mine is None or theirs is None or mine.nbytes != theirs.nbytes:
        return False
    return bool(np.array_equal(np.frombuffer(mine, np.uint8), np.frombuffer(theirs, np.uint8)))


def _told(got: Tensor, recorded: Tensor) -> Difference:
    wide_got, wide = widest(got), widest(recorded)
    both_nan = wide_got.isnan() & wide.isnan()
    apart = torch.where(both_nan | (wide_got == wide), 0.0, (wide_got - wide).abs()).nan_to_num(nan=torch.inf)
    largest = float(apart.max()) if apart.numel() else 0.0
    finite = wide[wide.isfinite()].abs()
    scale = float(finite.max()) if finite.numel() else 0.0
    at = int(apart.reshape(-1).argmax())
    place = [int(index) for index in np.unravel_index(at, tuple(got.shape))]
    where = f" at {place}" if place else ""
    text = f"it gives {_number(got, at)}{where} where {_number(recorded, at)} is recorded"
    if largest == 0.0:
        return Difference("it differs in the sign of a zero or the bits of a NaN", is_rounding=True)
    return Difference(text, is_rounding=largest <= ROUNDING * units(got) * scale)


def _number(tensor: Tensor, at: int) -> str:
    number = tensor.reshape(-1)[at].item()
    return f"{number:.9g}" if isinstance(number, float) else str(number)


def _name(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
