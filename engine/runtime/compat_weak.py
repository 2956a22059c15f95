"""Knowing a tensor without keeping its memory.

| private name | used for | without it |
| --- | --- | --- |
| ``torch._C._disabled_torch_function_impl`` | a class of tensors that modes do not see | modes see it |
| ``StorageWeakRef`` | an address that is not given away while it is referred to | two blocks may be taken for one |

A weak reference to a tensor lives on while only C++ holds the tensor: its Python object is kept then.
"""

from typing import TypeVar

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef

from engine.runtime.compat import unseen

__all__ = ["NO_FUNCTION", "StorageWeakRef", "form_only"]

T = TypeVar("T", bound=Tensor)

_AS_SUBCLASS = Tensor.as_subclass
"""As it is before a recorder watches it."""
NO_FUNCTION = torch._C._disabled_torch_function_impl  # noqa: SLF001 - see the table above


def form_only(like: type[T], shape: torch.Size, strides: tuple[int, ...], dtype: torch.dtype) -> T:
    """Return a tensor of class ``like`` with this shape and no memory."""
    with unseen():
        tensor: T = _AS_SUBCLASS(torch.empty_strided(shape, strides, dtype=dtype, device="meta"), like)
    return tensor
