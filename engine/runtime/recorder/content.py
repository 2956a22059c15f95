"""The numbers of tensors: raw bytes for the store, and statistics."""

from collections.abc import Iterable
from ctypes import string_at
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from engine.protocol.request import SMALL_ELEMENTS, SUMMARY_BYTES_ELEMENTS, ValuePolicy
from engine.runtime.compat import has_own_dispatch, is_plain_memory, memory_at
from engine.runtime.recorder.options import RecorderOptions
from engine.runtime.recorder.pending import PendingValue
from engine.runtime.recorder.snapshots import Snapshots
from engine.runtime.recorder.statistics import StatisticsMaker
from engine.trace.bytestore import ByteSink
from engine.trace.facts import Absence, Data, Statistics
from engine.trace.tensors import Array, type_names

Dtype: TypeAlias = np.dtype[np.generic]

_EIGHT_BITS = (
    torch.float8_e4m3fn,
    torch.float8_e4m3fnuz,
    torch.float8_e5m2,
    torch.float8_e5m2fnuz,
    torch.float8_e8m0fnu,
)
_BITS_AS = {torch.bfloat16: torch.int16, **dict.fromkeys(_EIGHT_BITS, torch.uint8)}
"""Types that numpy lacks, and the type of the same width in which their bytes are taken."""

_COPIED_BYTES = 65_536
"""Up to this size copying is cheaper than looking into the tensor's memory."""


def _numpy_types() -> dict[torch.dtype, Dtype]:
    known = {getattr(torch, name): np.dtype(text) for name, text in type_names.items()}
    return known | {dtype: np.dtype(f"u{bits.itemsize}") for dtype, bits in _BITS_AS.items()}


_NUMPY_TYPES = _numpy_types()


@dataclass(frozen=True, slots=True)
class Contents:
    """Where the numbers of some values lie, and statistics of them."""

    data: tuple[Data, ...]
    statistics: tuple[Statistics, ...]


class ContentWriter:
    """Hands the numbers of values to the byte sink."""

    def __init__(self, options: RecorderOptions, sink: ByteSink, snapshots: Snapshots) -> None:
        self._options = options
        self._sink = sink
        self._snapshots = snapshots

    def write(self, values: Iterable[PendingValue]) -> Contents:
        """Write what the policy and the budget allow; everything else gets its reason for being absent."""
        statistics = StatisticsMaker(self._options.largest_statistics_elements)
        data = tuple([self._one(value, statistics) for value in values])
        return Contents(data, statistics.finish())

    def _one(self, value: PendingValue, statistics: StatisticsMaker) -> Data:
        reason = self._reason(value)
        if reason is not None:
            return Data(value.id, 0, 0, reason)
        tensor = self._snapshots.content(value.content, value.key, value.time_ns)
        if tensor is None:
            return Data(value.id, 0, 0, Absence.OVERWRITTEN)
        raw = raw_of(tensor)
        if raw is None:
            return Data(value.id, 0, 0, Absence.NO_STORAGE)
        offset = self._sink.write(raw)
        dtype = tensor.dtype
        if dtype not in _EIGHT_BITS:  # whose bytes are no numbers without torch
            statistics.add(value.id, np.frombuffer(raw, _NUMPY_TYPES[dtype]), dtype)
        if offset is None:
            return Data(value.id, 0, 0, Absence.OVER_BUDGET)
        return Data(value.id, offset, raw.nbytes, None)

    def _reason(self, value: PendingValue) -> Absence | None:
        policy = self._options.values
        elements = value.content.numel()
        if policy is ValuePolicy.SUMMARIES and elements > SUMMARY_BYTES_ELEMENTS:
            return Absence.SUMMARY_ONLY
        if policy is ValuePolicy.NONE or (policy is ValuePolicy.SMALL and elements > SMALL_ELEMENTS):
            return Absence.NOT_ASKED_FOR
        if value.is_lost or elements * value.content.element_size() > self._options.largest_value_bytes:
            return Absence.OVER_BUDGET
        return None


def raw_of(tensor: Tensor) -> memoryview | None:
    """Return the bytes of a tensor in C order, None when it has no numbers that numpy could hold.

    They are valid as long as the tensor lives. ``Tensor.numpy`` is not asked for the program's own memory: from then
    on torch would refuse to resize it.
    """
    if tensor.dtype not in _NUMPY_TYPES or tensor.is_nested or tensor.is_meta or has_own_dispatch(tensor):
        return None
    try:
        if not is_plain_memory(tensor):
            return _raw_of_copy(tensor)
        nbytes = tensor.nbytes
        if nbytes <= _COPIED_BYTES:
            return memoryview(string_at(tensor.data_ptr(), nbytes))
        return memory_at(tensor.data_ptr(), nbytes)
    except (RuntimeError, TypeError, NotImplementedError):
        return None


def _raw_of_copy(tensor: Tensor) -> memoryview | None:
    if tensor.layout is not torch.strided:
        if tensor.numel() > SMALL_ELEMENTS:
            return None
        tensor = tensor.to_dense()
    copy = torch.empty(tensor.shape, dtype=tensor.dtype).copy_(tensor)
    if tensor.dtype in _BITS_AS:
        copy = copy.view(_BITS_AS[tensor.dtype])
    array: Array = copy.numpy(force=True)
    return array.reshape(-1).view(np.uint8).data
