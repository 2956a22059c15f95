# ruff: noqa: SLF001 - like compat, this file may touch what torch keeps private
"""What torch keeps private of default devices.

| private name | used for | without it |
| --- | --- | --- |
| ``utils._device.DeviceContext`` | the default device, known to torch's compiler | no device but the CPU |
| ``_C.DisableTorchFunction`` | moving a batch unseen by recorder and modes | (public in all but name) |
| ``_push_mode``, ``_pop_mode`` | staying in force inside of Python functions | their draws stay on the device |
| ``dataloader._BaseDataLoaderIter`` | moving the batches of worker processes | they stay on the CPU |
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode, _pop_mode, _push_mode, redispatch_function
from torch.utils._device import DeviceContext, _device_constructors
from torch.utils.data.dataloader import _BaseDataLoaderIter

__all__ = ["DeviceContext", "batch_owner", "constructors", "inside", "unseen"]

batch_owner: type[Any] = _BaseDataLoaderIter
"""Its ``__next__`` gives every batch of every ``DataLoader``."""


def constructors() -> frozenset[Callable[..., Any]]:
    """Return the functions that make tensors on the default device."""
    return frozenset(_device_constructors())


@contextmanager
def unseen() -> Iterator[None]:
    """Call torch without any mode: neither recorded nor placed."""
    with torch._C.DisableTorchFunction():
        yield


def inside(
    mode: TorchFunctionMode,
    func: Callable[..., Any],
    types: Any,  # noqa: ANN401 - torch's own
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:  # noqa: ANN401 - whatever torch returns
    """Run a function of torch that is written in Python with ``mode`` in force for what it calls."""
    _push_mode(mode)  # type: ignore[no-untyped-call] # torch leaves it so, here and below
    try:
        return redispatch_function(func, types, args, kwargs)  # type: ignore[no-untyped-call] # as above
    finally:
        _pop_mode()  # type: ignore[no-untyped-call] # as above
