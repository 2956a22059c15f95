"""The bytes of a tensor, wherever and however they lie."""

from ctypes import string_at

import numpy as np
import torch
from torch import Tensor

from engine.protocol.request import SMALL_ELEMENTS
from engine.runtime.compat import has_own_dispatch, is_plain_memory, memory_at
from engine.runtime.recorder.contents.numbers import BITS_AS, NUMPY_TYPES
from engine.trace.tensors import Array

COPIED_BYTES = 65_536
"""Up to this size copying is cheaper than looking into the tensor's memory."""


def raw_of(tensor: Tensor) -> memoryview | None:
    """Return the bytes of a tensor in C order, None when it has no numbers that numpy could hold.

    They are valid as long as the tensor lives. ``Tensor.numpy`` is not asked for the program's own memory: from then
    on torch would refuse to resize it.
    """
    if tensor.dtype not in NUMPY_TYPES or tensor.is_nested or tensor.is_meta or has_own_dispatch(tensor):
        return None
    try:
        if not is_plain_memory(tensor):
            return _raw_of_copy(tensor)
        nbytes = tensor.nbytes
        if nbytes <= COPIED_BYTES:
            return memoryview(string_at(tensor.data_ptr(), nbytes))
        return memory_at(tensor.data_ptr(), nbytes)
    except (RuntimeError, TypeError, NotImplementedError):
        return None


def _raw_of_copy(tensor: Tensor) -> memoryview | None:
    if tensor.layout is not torch.strided:
        if tensor.numel() > SMALL_ELEMENTS:
            return None
        tensor = tensor.to_dense()
    copy = torch.empty(tensor.shape, dtype=tensor.dtype).copy_(tensor)
    if tensor.dtype in BITS_AS:
        copy = copy.view(BITS_AS[tensor.dtype])
    array: Array = copy.numpy(force=True)
    return array.reshape(-1).view(np.uint8).data
