"""Shrinking a matrix to what fits on the screen, without ever hiding a NaN or the largest element."""

import numpy as np
import numpy.typing as npt

from engine.trace.tensors import Array

Floats = npt.NDArray[np.float64]


def as_floats(array: Array) -> Floats:
    """Return any recorded array in double precision; complex numbers as their magnitude."""
    if np.iscomplexobj(array):
        return np.abs(array).astype(np.float64)
    return array.astype(np.float64)


def magnitude(array: Floats) -> float:
    """Return the largest finite magnitude, 0 when there is none."""
    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max()) if finite.size else 0.0


def edges(length: int, cells: int) -> npt.NDArray[np.intp]:
    """Return where each of at most ``cells`` stretches of ``length`` elements begins."""
    count = max(1, min(length, cells))
    return (np.arange(count) * length // count).astype(np.intp)


def downsampled(matrix: Floats, rows: int, columns: int) -> Floats:
    """Return at most ``rows`` × ``columns`` elements, of each block the one of largest magnitude.

    A NaN in a block wins over everything, an infinity over every finite number.
    """
    if matrix.size == 0 or (matrix.shape[0] <= rows and matrix.shape[1] <= columns):
        return matrix
    top = _reduced(np.maximum, matrix, rows, columns)
    bottom = _reduced(np.minimum, matrix, rows, columns)
    with np.errstate(invalid="ignore"):
        return np.where(np.isnan(top), top, np.where(top >= -bottom, top, bottom))


def _reduced(ufunc: np.ufunc, matrix: Floats, rows: int, columns: int) -> Floats:
    by_row = ufunc.reduceat(matrix, edges(matrix.shape[0], rows), axis=0)
    return np.asarray(ufunc.reduceat(by_row, edges(matrix.shape[1], columns), axis=1))
