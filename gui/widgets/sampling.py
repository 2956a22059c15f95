"""Shrinking a matrix to what fits on the screen, without ever hiding a NaN or the largest element."""

import math

import numpy as np
import numpy.typing as npt

from engine.trace.tensors import Array

Floats = npt.NDArray[np.float64]
Reals = npt.NDArray[np.floating]
"""Real numbers in single or double precision: large tensors are not copied only to be looked at."""


def as_reals(array: Array) -> Reals:
    """Return any recorded array as real numbers, without a copy where it has them already."""
    if np.iscomplexobj(array):
        return np.abs(array).astype(np.float64)
    if array.dtype in (np.float32, np.float64):
        return array  # type: ignore[return-value]  # the line before checks it
    return array.astype(np.float32 if array.dtype == np.float16 else np.float64)


def sampled(array: Reals, most: int) -> Reals:
    """Return at most about ``most`` elements in a row, evenly spaced in reading order."""
    flat = array.reshape(-1)
    return flat if flat.size <= most else flat[:: -(-flat.size // most)]


def as_floats(array: Array) -> Floats:
    """Return any recorded array in double precision; complex numbers as their magnitude."""
    if np.iscomplexobj(array):
        return np.abs(array).astype(np.float64)
    return array.astype(np.float64)


def magnitude(array: Reals) -> float:
    """Return the largest finite magnitude, 0 when there is none."""
    if array.size == 0:
        return 0.0
    largest = max(float(array.max()), -float(array.min()))
    if math.isfinite(largest):
        return largest
    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max()) if finite.size else 0.0


def edges(length: int, cells: int) -> npt.NDArray[np.intp]:
    """Return where each of at most ``cells`` stretches of ``length`` elements begins."""
    count = max(1, min(length, cells))
    return (np.arange(count) * length // count).astype(np.intp)


def downsampled(matrix: Reals, rows: int, columns: int) -> Reals:
    """Return at most ``rows`` × ``columns`` elements, of each block the one of largest magnitude.

    A NaN in a block wins over everything, an infinity over every finite number.
    """
    if matrix.size == 0 or (matrix.shape[0] <= rows and matrix.shape[1] <= columns):
        return matrix
    top = _reduced(np.maximum, matrix, rows, columns)
    bottom = _reduced(np.minimum, matrix, rows, columns)
    with np.errstate(invalid="ignore"):
        return np.where(np.isnan(top), top, np.where(top >= -bottom, top, bottom))


_WIDE = 256
"""From so many columns on it is quicker to shrink stretch by stretch of rows."""


def _reduced(ufunc: np.ufunc, matrix: Reals, rows: int, columns: int) -> Reals:
    starts = edges(matrix.shape[0], rows)
    if matrix.shape[1] < _WIDE:
        by_row = ufunc.reduceat(matrix, starts, axis=0)
    else:
        by_row = np.empty((len(starts), matrix.shape[1]), dtype=matrix.dtype)
        ends = [*starts.tolist()[1:], matrix.shape[0]]
        for place, (start, end) in enumerate(zip(starts.tolist(), ends, strict=True)):
            ufunc.reduce(matrix[start:end], axis=0, out=by_row[place])
    return np.asarray(ufunc.reduceat(by_row, edges(matrix.shape[1], columns), axis=1))
