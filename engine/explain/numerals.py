"""Numbers and short arrays inside sentences."""

from typing import cast

import numpy as np

from engine.explain.rules.run import Floats
from engine.trace.ids import ValueId
from engine.trace.numbers import number_text
from engine.trace.recording import Recording
from engine.trace.tensors import Array, UnreadableDtypeError, shape_text

FEW = 8
"""Up to so many elements are written out."""

LARGE = 65_536
"""Tensors with more elements are not copied."""


def prose_number(number: complex) -> str:
    """Return a number with a true minus sign, as it stands in a sentence."""
    return number_text(number, 3).replace("-", "−")


def factor_text(number: float) -> str:
    """Return a number that can stand inside a product: negative ones in parentheses."""
    text = prose_number(number)
    return f"({text})" if text.startswith("−") else text


def array_text(array: Array) -> str:
    """Return few numbers in full (``[3, −3, 7]``), of many only the shape."""
    if array.ndim == 0:
        return prose_number(array.item())
    if array.ndim == 1 and array.size <= FEW:
        return "[" + ", ".join(prose_number(item) for item in array.tolist()) + "]"
    if array.ndim == 2 and array.size <= FEW:
        return "[" + ", ".join(array_text(row) for row in array) + "]"
    return f"{shape_text(array.shape)} values"


def array_of(recording: Recording, value: ValueId | None) -> Array | None:
    """Return the numbers of a value, or None when they are not there or have no numpy form."""
    if value is None:
        return None
    try:
        return recording.array(value)
    except (UnreadableDtypeError, ValueError):
        return None


def floats_of(recording: Recording, value: ValueId | None) -> Floats | None:
    """Return the numbers of a value in double precision, or None (complex ones included).

    Large tensors come in single precision, as they were recorded: they are only looked at, and copying takes long.
    """
    array = array_of(recording, value)
    if array is None or np.iscomplexobj(array):
        return None
    if array.size > LARGE and array.dtype == np.float32:
        return cast("Floats", array)
    return array.astype(np.float64)
