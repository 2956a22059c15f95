"""The numbers of tensors: raw bytes for the store, and statistics."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.protocol.request import SMALL_ELEMENTS, ValuePolicy
from engine.runtime.recorder.options import RecorderOptions
from engine.runtime.recorder.pending import PendingValue
from engine.runtime.recorder.snapshots import Snapshots
from engine.runtime.recorder.statistics import StatisticsMaker
from engine.trace.bytestore import ByteSink
from engine.trace.facts import Absence, Data, Statistics
from engine.trace.tensors import Array, type_names

_EIGHT_BITS = ("float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu")
_BYTES_AS = {"bfloat16": torch.int16, **dict.fromkeys(_EIGHT_BITS, torch.uint8)}
"""Types that numpy lacks, and the type of the same width in which their bytes are taken."""


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
        data = tuple(self._one(value, statistics) for value in values)
        return Contents(data, statistics.finish())

    def _one(self, value: PendingValue, statistics: StatisticsMaker) -> Data:
        reason = self._reason(value)
        if reason is not None:
            return Data(value.id, 0, 0, reason)
        tensor = self._snapshots.content(value.content, value.key, value.time_ns)
        if tensor is None:
            return Data(value.id, 0, 0, Absence.OVERWRITTEN)
        array = array_of(tensor)
        if array is None:
            return Data(value.id, 0, 0, Absence.NO_STORAGE)
        raw = array.reshape(-1).view(np.uint8).data
        offset = self._sink.write(raw)
        if _name_of(tensor) not in _EIGHT_BITS:  # whose bytes are no numbers without torch
            statistics.add(value.id, array, tensor.dtype)
        if offset is None:
            return Data(value.id, 0, 0, Absence.OVER_BUDGET)
        return Data(value.id, offset, raw.nbytes, None)

    def _reason(self, value: PendingValue) -> Absence | None:
        policy = self._options.values
        elements = value.content.numel()
        if policy is ValuePolicy.NONE or (policy is ValuePolicy.SMALL and elements > SMALL_ELEMENTS):
            return Absence.NOT_ASKED_FOR
        if value.is_lost or elements * value.content.element_size() > self._options.largest_value_bytes:
            return Absence.OVER_BUDGET
        return None


def array_of(tensor: Tensor) -> Array | None:
    """Return the numbers of a tensor in C order, None when it has none that numpy can hold."""
    name = _name_of(tensor)
    if name not in type_names and name not in _BYTES_AS:
        return None
    try:
        if tensor.is_nested or tensor.is_meta:
            return None
        if tensor.layout is not torch.strided:
            if tensor.numel() > SMALL_ELEMENTS:
                return None
            tensor = tensor.to_dense()
        if name in _BYTES_AS:
            tensor = tensor.contiguous().view(_BYTES_AS[name])
        array: Array = tensor.numpy(force=True)
    except (RuntimeError, TypeError, NotImplementedError):
        return None
    return np.ascontiguousarray(array).reshape(array.shape)


def _name_of(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
