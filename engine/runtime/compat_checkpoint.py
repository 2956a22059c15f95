# ruff: noqa: SLF001 - torch keeps these private
"""What the recorder needs of ``torch.utils.checkpoint`` and of the stack of modes, which torch keeps private.

| private name | used for | without it |
| --- | --- | --- |
| ``_CheckpointFrame`` | what a checkpoint that is not reentrant runs again | recomputed steps are not marked as such |
| ``_StopRecomputationError`` | the early end of a recomputation | it is told as a failed call |
| ``_get_grad_fn_or_grad_acc`` | hooks on several gradients | they begin with a step ``view_as`` |
| ``_get_function_stack_at`` | whether a mode is on | code inside of backward passes is not seen |
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.autograd.graph
import torch.utils.checkpoint as checkpoints

FRAME_CLASS: type | None = getattr(checkpoints, "_CheckpointFrame", None)
"""Made once for each call of a checkpoint that is not reentrant; the constructor takes what is run again."""


EDGE_FINDERS = tuple(
    name for name in ("get_gradient_edge", "_get_grad_fn_or_grad_acc") if hasattr(torch.autograd.graph, name)
)
"""Functions of ``torch.autograd.graph`` that make a view of a leaf only to find its node."""


class _NeverRaised(Exception):  # noqa: N818 - it is no error
    """Stands in for what this version of torch lacks."""


StopRecomputation: type[Exception] = getattr(checkpoints, "_StopRecomputationError", _NeverRaised)
"""Raised inside of an op once everything that was asked for has been recomputed."""


def checkpointed_function(recompute: Callable[..., Any]) -> Any:  # noqa: ANN401 - a module or anything else
    """Return what the person gave to a checkpoint, found in the closure that torch made around it."""
    code = getattr(recompute, "__code__", None)
    if code is not None and "fn" in code.co_freevars and recompute.__closure__:
        return recompute.__closure__[code.co_freevars.index("fn")].cell_contents
    return recompute


def is_asked(mode: object) -> bool:
    """Whether a function mode is on the stack of modes of this thread, and torch asks modes at all just now."""
    return not torch._C._is_torch_function_all_disabled() and is_mode_on(mode)


def is_mode_on(mode: object) -> bool:
    """Whether a function mode is on the stack of modes of this thread."""
    at = torch._C._get_function_stack_at
    return any(at(position) is mode for position in range(torch._C._len_torch_function_stack()))
