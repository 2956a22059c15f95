"""Autograd nodes that torch's Python code makes and calls itself, and hooks that run inside of a node.

| private name | used for | without it |
| --- | --- | --- |
| ``torch._C._functions.UndefinedGrad`` | what ``gradcheck`` tries missing gradients with | its results have no step |
| ``Tensor._post_accumulate_grad_hooks`` | being the first of those hooks | what they do comes before the arrival |
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeAlias

import torch
from torch import Tensor

UNDEFINED_GRAD = "UndefinedGrad"
_FOUND: ModuleType | None = getattr(torch._C, "_functions", None)  # noqa: SLF001 - torch keeps it private
NODE_MODULE = _FOUND if hasattr(_FOUND, UNDEFINED_GRAD) else None
"""The module to find it in, None where this torch has none."""

LateHooks: TypeAlias = dict[Any, Callable[..., Any]]


def post_accumulate_hooks(leaf: Tensor) -> LateHooks | None:
    """Return the hooks that torch calls once it has added to the ``.grad`` of a leaf."""
    found: LateHooks | None = getattr(leaf, "_post_accumulate_grad_hooks", None)
    return found
