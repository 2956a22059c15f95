"""How the elements of a tensor lie in its block of memory: results can depend on it in their last bits."""

import torch
from torch import Tensor

Layout = tuple[tuple[int, ...], int]
"""Strides and offset in elements; no strides where the elements lie one after the other."""

_ORDINARY: Layout = ((), 0)


def layout_of(tensor: Tensor) -> Layout:
    """Return how the elements of a tensor lie; an ordinary layout for one without a plain block of memory."""
    if tensor.layout is not torch.strided:
        return _ORDINARY
    try:
        offset = int(tensor.storage_offset())
        if tensor.is_contiguous():
            return ((), offset) if offset else _ORDINARY
        return tuple(tensor.stride()), offset
    except (RuntimeError, TypeError):  # nested tensors, and subclasses that have no storage
        return _ORDINARY
