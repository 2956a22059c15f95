"""Every private function of ``torch.distributed`` that the recorder needs.

| private name | used for | without it |
| --- | --- | --- |
| ``_update_default_pg`` | when a process joins a group, however the function was imported | ranks are not recorded |
| ``ProcessGroup`` | collective calls, whatever Python function makes them | they are no steps |
| ``_broadcast_coalesced`` | what DistributedDataParallel copies from the first process | these writes are not seen |

``init_process_group`` calls ``_update_default_pg`` with the group once it is usable. ``dist.all_reduce`` and its like
call a method of ``ProcessGroup``, whose attributes can be replaced. The reducer of DistributedDataParallel calls C++
directly: at the end of a backward pass it copies the reduced gradients into ``.grad``.
"""

import sys
from types import ModuleType

import torch

JOINS = "_update_default_pg"
BROADCASTS = "_broadcast_coalesced"
"""Called with a group, tensors, a size and a rank, for parameters once and for buffers before each forward pass."""

COLLECTIVES = {
    "allreduce": "all_reduce",
    "allreduce_coalesced": "all_reduce_coalesced",
    "broadcast": "broadcast",
    "reduce": "reduce",
    "allgather": "all_gather",
    "_allgather_base": "all_gather_into_tensor",
    "gather": "gather",
    "scatter": "scatter",
    "reduce_scatter": "reduce_scatter",
    "_reduce_scatter_base": "reduce_scatter_tensor",
    "alltoall": "all_to_all",
    "alltoall_base": "all_to_all_single",
    "recv": "recv",
    "recv_anysource": "recv",
}
"""Methods of a process group that write what they are given first, and what a person calls them."""


def group_module() -> ModuleType | None:
    """Return the module that keeps the groups of this process, None where torch comes without."""
    module = sys.modules.get("torch.distributed.distributed_c10d")
    return module if module is not None and hasattr(module, JOINS) else None


def group_class() -> type | None:
    """Return the class of process groups."""
    found: type | None = getattr(group_module(), "ProcessGroup", None)
    return found


def broadcast_module() -> ModuleType | None:
    """Return the module through which buffers are copied between processes."""
    return torch.distributed if hasattr(torch.distributed, BROADCASTS) else None


def is_in_group() -> bool:
    """Whether this process is one of several that compute together."""
    return group_module() is not None and torch.distributed.is_initialized()
