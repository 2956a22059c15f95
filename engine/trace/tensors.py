"""Raw tensor bytes as numpy arrays, without torch."""

import math

import numpy as np
import numpy.typing as npt

from engine.trace.facts import Value

type_names: dict[str, str] = {
    "float64": "<f8",
    "float32": "<f4",
    "float16": "<f2",
    "complex128": "<c16",
    "complex64": "<c8",
    "int64": "<i8",
    "int32": "<i4",
    "int16": "<i2",
    "int8": "|i1",
    "uint64": "<u8",
    "uint32": "<u4",
    "uint16": "<u2",
    "uint8": "|u1",
    "bool": "|b1",
}
"""torch dtype name -> numpy dtype string, for the dtypes that numpy knows."""

short_names: dict[str, str] = {
    "float64": "f64",
    "float32": "f32",
    "float16": "f16",
    "bfloat16": "bf16",
    "complex128": "c128",
    "complex64": "c64",
    "complex32": "c32",
    "int64": "i64",
    "int32": "i32",
    "int16": "i16",
    "int8": "i8",
    "uint8": "u8",
    "bool": "bool",
}
"""torch dtype name -> the short form shown in the window."""

Array = npt.NDArray[np.generic]


class UnreadableDtypeError(ValueError):
    """The dtype has no numpy form (e.g. a quantized one)."""


def element_count(shape: tuple[int, ...]) -> int:
    """Number of elements of a tensor of this shape (1 for a scalar)."""
    return math.prod(shape)


def array_from_bytes(raw: bytes | memoryview, dtype: str, shape: tuple[int, ...]) -> Array:
    """Return the tensor whose C-ordered little-endian bytes are ``raw``.

    bfloat16 is widened to float32 and complex32 to complex64, which is exact.

    Raises:
        UnreadableDtypeError: If numpy has no such type.
        ValueError: If the number of bytes does not fit the shape.
    """
    if dtype == "bfloat16":
        halves = np.frombuffer(raw, dtype="<u2").astype("<u4") << np.uint32(16)
        return halves.view("<f4").reshape(shape)
    if dtype == "complex32":
        return np.frombuffer(raw, dtype="<f2").astype("<f4").view("<c8").reshape(shape)
    if dtype not in type_names:
        raise UnreadableDtypeError(f"values of type {dtype} cannot be shown as numbers")
    return np.frombuffer(raw, dtype=type_names[dtype]).reshape(shape)


def shape_text(shape: tuple[int, ...]) -> str:
    """Return the shape as shown in the window: ``[3]``, ``[32, 64]``, ``[ ]`` for a scalar."""
    return "[" + (", ".join(map(str, shape)) or " ") + "]"


def type_text(value: Value) -> str:
    """Return shape and dtype in short, e.g. ``[3] f32``."""
    return f"{shape_text(value.shape)} {short_names.get(value.dtype, value.dtype)}"
