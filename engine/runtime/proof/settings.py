"""What a call depends on beside its arguments, and facts do not say: it is tried until the recorded bits come out."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import product

import torch

_MOST_BATCHED = 3
"""With more tensors than this, the ways in which ``vmap`` could have run a call are not tried."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to run a call.

    Attributes:
        grad: Whether autograd is on.
        autocast: The type that ``torch.autocast`` computes in, None outside of it.
        default_dtype: The default type, None for torch's own.
        threads: How many threads one operation may use, None for as many as were recorded.
        as_it_lay: Whether tensors lie in memory as they did, else in C order.
        is_wide: Whether all numbers with a fraction are in double precision.
        batched: For each tensor of the call, whether ``torch.vmap`` runs over its first dimension; empty outside of it.
    """

    grad: bool = False
    autocast: torch.dtype | None = None
    default_dtype: torch.dtype | None = None
    threads: int | None = None
    as_it_lay: bool = True
    is_wide: bool = False
    batched: tuple[bool, ...] = ()


@contextmanager
def under(setting: Setting, device: str = "cpu") -> Iterator[None]:
    """Run the ``with`` block in a setting."""
    with ExitStack() as stack:
        stack.enter_context(torch.set_grad_enabled(setting.grad))
        if setting.autocast is not None:
            stack.enter_context(torch.autocast(device.partition(":")[0], dtype=setting.autocast))
        if setting.default_dtype is not None:
            stack.callback(torch.set_default_dtype, torch.get_default_dtype())
            torch.set_default_dtype(setting.default_dtype)
        if setting.threads is not None:
            stack.callback(torch.set_num_threads, torch.get_num_threads())
            torch.set_num_threads(setting.threads)
        yield


def others(base: Setting, tensors: int, *, is_form: bool) -> Iterator[Setting]:
    """Yield the settings that are tried after ``base`` gave something else.

    Args:
        base: What was tried first.
        tensors: How many tensors the call takes.
        is_form: Whether shape or type were other ones, so that ``vmap`` or the default type may explain it.
    """
    for dtype in (torch.bfloat16, torch.float16):
        yield replace(base, autocast=dtype)
    if is_form:
        yield replace(base, default_dtype=torch.float64)
        yield replace(base, default_dtype=torch.float16)
        if tensors <= _MOST_BATCHED:
            ways = (way for way in product((True, False), repeat=tensors) if any(way))
            yield from (replace(base, batched=way) for way in ways)
        return
    yield replace(base, grad=not base.grad)
    yield replace(base, as_it_lay=False)
    most = torch.get_num_threads()
    for count in {1, most // 2, most * 2} - {0, most}:
        yield replace(base, threads=count)
