# ruff: noqa: SLF001 - like compat, this file may touch what torch keeps private
"""Every private function of torch that seeing the operators of ATen needs. See ``compat`` for those of autograd.

What was found out about torch 2.13:

* A mode below autograd sees the program's own tensor objects: their ``id`` is that of what the program holds.
* ``_current_autograd_node`` is the node that runs; it still is while the engine adds up what that node sent on.
* Calling an operator from Python asks function modes again, as if the person had called it: they must be off around
  the call.
* While any such mode is on, the engine adds gradients up into new tensors (``add`` instead of ``add_``), and some
  derivatives take their out-of-place forms. The numbers are the same.
* ``torch.compile`` gives up under such a mode unless its class says ``ignore_compile_internals``.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

from engine.runtime.compat import Node

current_node: Callable[[], Node | None] = torch._C._current_autograd_node
"""Return the autograd node that runs in this thread, None outside of a backward pass."""


class OperatorMode(TorchDispatchMode):  # type: ignore[no-untyped-call] # torch leaves it so
    """A mode below autograd that leaves compiled code alone, and is told of operators such as ``cond`` as wholes."""

    supports_higher_order_operators = True

    @classmethod
    def ignore_compile_internals(cls) -> bool:
        """Say that compiled code stays compiled."""
        return True


def function_modes_off() -> AbstractContextManager[None]:
    """Return a block in which calls of operators are shown to no function mode."""
    block: AbstractContextManager[None] = torch._C.DisableTorchFunction()
    return block


def argument_names(operator: Any) -> tuple[str, ...]:  # noqa: ANN401 - an operator of ATen or of higher order
    """Return the names of an operator's positional arguments; none where it has no schema."""
    if not isinstance(operator, OpOverload):
        return ()
    return tuple(argument.name for argument in operator._schema.arguments)
