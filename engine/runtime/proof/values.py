"""Recorded values as tensors again."""

import math
from collections.abc import Sequence
from functools import reduce

import numpy as np
import torch
from torch import Tensor

from engine.runtime.proof.compare import widest
from engine.runtime.proof.literals import NotRebuildableError
from engine.trace.facts import Value
from engine.trace.ids import ValueId
from engine.trace.recording import Recording

_ALIGNED_BYTES = 64
"""torch's allocator begins blocks at multiples of this; kernels may treat the elements before the next one apart."""


class Values:
    """Makes tensors of the recorded values of one recording, each time new ones."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def fact(self, value: ValueId) -> Value:
        """Return what is known of a value."""
        return self._recording.values[value]

    def raw(self, value: ValueId) -> memoryview:
        """Return the recorded bytes of a value.

        Raises:
            NotRebuildableError: If they are not there.
        """
        absence = self._recording.absence(value)
        if absence is not None:
            raise NotRebuildableError(f"the numbers of a tensor are missing ({absence.value})")
        data = self._recording.data(value)
        assert data is not None
        return self._recording.store.read(data.offset, data.nbytes)

    def tensor(self, value: ValueId, *, as_it_lay: bool = True) -> Tensor:
        """Return a new tensor with the numbers of a value, laid out as it was or else in C order.

        Raises:
            NotRebuildableError: If its numbers or its device are not there.
        """
        fact = self._recording.values[value]
        dtype = dtype_of(fact)
        plain = _from_bytes(self.raw(value), dtype, fact.shape)
        if as_it_lay and (fact.strides or fact.storage_offset):
            plain = _laid_out(plain, fact)
        if fact.device == "cpu":
            return plain
        if not fact.device.startswith("cuda") or not torch.cuda.is_available():
            raise NotRebuildableError(f"it ran on {fact.device}, which is not here")
        return plain.to(fact.device)

    def seen_in(self, whole: Tensor, base: ValueId, value: ValueId) -> Tensor:
        """Return the view of ``whole``, which stands for the value ``base`` in C order, that a value is.

        Raises:
            NotRebuildableError: If it cannot be told where it lies.
        """
        fact, around = self._recording.values[value], self._recording.values[base]
        start = fact.storage_offset - around.storage_offset
        if around.strides or start < 0 or start + _reach(fact.shape, _strides(fact)) > whole.numel():
            raise NotRebuildableError("a view lies elsewhere than in what it is a view of")
        return whole.as_strided(fact.shape, _strides(fact), start)

    def total(self, values: Sequence[ValueId], *, is_wide: bool = False) -> Tensor:
        """Return the sum of values, added in their order, in double precision if asked for.

        Raises:
            NotRebuildableError: If the numbers of one are not there.
        """
        parts = (widest(part) if is_wide else part for part in map(self.tensor, values))
        return reduce(torch.add, parts)

    def together(self, values: Sequence[ValueId]) -> dict[ValueId, Tensor]:
        """Return tensors that share one block of memory, as the values of one storage did.

        Raises:
            NotRebuildableError: If they are of several types, or their numbers are not there.
        """
        facts = [self._recording.values[value] for value in values]
        if len({fact.dtype for fact in facts}) > 1:
            raise NotRebuildableError("its operands show one block of memory as several types")
        size = max(fact.storage_offset + _reach(fact.shape, _strides(fact)) for fact in facts)
        if size > 4 * sum(math.prod(fact.shape) for fact in facts) + 4096:
            raise NotRebuildableError("its operands lie too far apart in one block of memory")
        block = torch.empty(size, dtype=dtype_of(facts[0]))
        made = {}
        for value, fact in zip(values, facts, strict=True):
            view = block.as_strided(fact.shape, _strides(fact), fact.storage_offset)
            _fill(view, self.tensor(value, as_it_lay=False))
            made[value] = view
        return made


def dtype_of(fact: Value) -> torch.dtype:
    """Return the type of a value.

    Raises:
        NotRebuildableError: If torch has none of that name.
    """
    found = getattr(torch, fact.dtype, None)
    if not isinstance(found, torch.dtype):
        raise NotRebuildableError(f"torch has no type {fact.dtype}")
    return found


def _from_bytes(raw: memoryview, dtype: torch.dtype, shape: tuple[int, ...]) -> Tensor:
    plain = torch.empty(shape, dtype=dtype)  # torch's own memory: its alignment can decide about the last bits
    if plain.nbytes != raw.nbytes:
        raise NotRebuildableError("a tensor has more or fewer bytes than its shape says")
    if raw.nbytes:
        plain.reshape(-1).view(torch.uint8).numpy()[:] = np.frombuffer(raw, np.uint8)
    return plain


def _strides(fact: Value) -> tuple[int, ...]:
    if fact.strides:
        if len(fact.strides) != len(fact.shape) or min(fact.strides) < 0:
            raise NotRebuildableError("a tensor lies in memory in an impossible way")
        return fact.strides
    strides: list[int] = []
    step = 1
    for size in reversed(fact.shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


def _reach(shape: tuple[int, ...], strides: tuple[int, ...]) -> int:
    if 0 in shape:
        return 0
    return 1 + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))


def _laid_out(plain: Tensor, fact: Value) -> Tensor:
    """Return ``plain`` in memory as the value lay, as far as that can matter."""
    strides = _strides(fact)
    start = fact.storage_offset % max(1, _ALIGNED_BYTES // plain.element_size())
    reach = _reach(fact.shape, strides)
    if reach > 16 * plain.numel() + 4096:
        return plain
    view = torch.empty(start + reach, dtype=plain.dtype).as_strided(fact.shape, strides, start)
    _fill(view, plain)
    return view


def _fill(view: Tensor, numbers: Tensor) -> None:
    """Write numbers through a view in which elements may share their place (``expand``)."""
    if not view.numel():
        return
    for dimension, (size, stride) in enumerate(zip(view.shape, view.stride(), strict=True)):
        if stride == 0 and size > 1:
            view, numbers = view.narrow(dimension, 0, 1), numbers.narrow(dimension, 0, 1)
    try:
        view.copy_(numbers)
    except RuntimeError as error:  # windows that overlap (``unfold``)
        raise NotRebuildableError("elements of a tensor overlap in memory") from error
