# ruff: noqa: SLF001 - like compat, this file may touch what torch keeps private
"""What torch offers privately for looking at tensors quickly, in every iteration of a program.

| private name | used for | without it |
| --- | --- | --- |
| ``_C._len_torch_function_stack`` | doing without ``quiet`` where nobody would see | ``quiet`` is always used |
"""

from collections.abc import Callable

import torch

from engine.runtime.compat import functorch_level

_function_modes: Callable[[], int] = getattr(torch._C, "_len_torch_function_stack", lambda: 1)
_dispatch_modes: Callable[[], int] = torch._C._len_torch_dispatch_stack


def is_undisturbed() -> bool:
    """Return whether no mode and no transform of the person's would see calls of torch: ``quiet`` takes longer."""
    return not _function_modes() and not _dispatch_modes() and functorch_level() is None
