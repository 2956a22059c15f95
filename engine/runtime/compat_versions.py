# ruff: noqa: SLF001 - touches what torch keeps private
"""Holding the numbers of a tensor without holding its graph, and noticing that they changed.

| private name | used for | without it |
| --- | --- | --- |
| ``Tensor._version`` | whether memory was written since it was held | writes that nobody announced go unnoticed |

``detach`` shares memory and version counter with its tensor, and holds no autograd node. The counter rises with every
in-place operation of torch on any view of the memory, also in C++ and other threads. It does not rise when numpy,
dlpack or a foreign library writes into the memory, nor for a write through ``.data``, which has a counter of its own.
"""

from torch import Tensor

from engine.runtime.compat import quiet


def alias_of(tensor: Tensor) -> Tensor:
    """Return another tensor of the same numbers in the same memory, with the same version counter and no graph."""
    with quiet():
        return tensor.detach()


def version_of(tensor: Tensor) -> int | None:
    """Return the version counter, None for a tensor that has none (of ``inference_mode``)."""
    return None if tensor.is_inference() else int(tensor._version)
