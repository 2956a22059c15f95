"""Raw bytes of a tensor as an array whose numbers statistics can be taken of."""

import functools
from typing import TypeAlias

import numpy as np
import torch

from engine.trace.tensors import Array, type_names

Dtype: TypeAlias = np.dtype[np.generic]

EIGHT_BITS = (
    torch.float8_e4m3fn,
    torch.float8_e4m3fnuz,
    torch.float8_e5m2,
    torch.float8_e5m2fnuz,
    torch.float8_e8m0fnu,
)
BITS_AS = {torch.bfloat16: torch.int16, torch.complex32: torch.int32, **dict.fromkeys(EIGHT_BITS, torch.uint8)}
"""Types that numpy lacks, and the type of the same width in which their bytes are taken."""


def _numpy_types() -> dict[torch.dtype, Dtype]:
    known = {getattr(torch, name): np.dtype(text) for name, text in type_names.items()}
    return known | {dtype: np.dtype(f"u{bits.itemsize}") for dtype, bits in BITS_AS.items()}


NUMPY_TYPES = _numpy_types()
"""In which type numpy reads the bytes of each torch type."""


def reals(raw: memoryview, dtype: torch.dtype) -> Array:
    """Return the numbers in ``raw``, flat: as they are where numpy has the type, magnitudes of complex ones.

    bfloat16, complex32 and 8-bit floats are widened to single precision, which is exact.
    """
    array: Array = np.frombuffer(raw, NUMPY_TYPES[dtype])
    if dtype is torch.bfloat16:
        return (array.astype(np.uint32) << np.uint32(16)).view(np.float32)
    if dtype is torch.complex32:
        halves: Array = array.view(np.float16).astype(np.float32).view(np.complex64)
        return np.abs(halves)
    if dtype in EIGHT_BITS:
        widened: Array = _eight_bit_numbers(dtype)[array]
        return widened
    magnitudes: Array = np.abs(array) if dtype.is_complex else array
    return magnitudes


@functools.cache
def _eight_bit_numbers(dtype: torch.dtype) -> Array:
    """Return the 256 numbers of an 8-bit type in the order of their bits."""
    table: Array = torch.arange(256, dtype=torch.uint8).view(dtype).float().numpy()
    return table
