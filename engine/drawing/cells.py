"""The row of value cells on a node: what the canvas painter and the SVG writer both show."""

from math import isfinite
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.trace.numbers import number_text
from engine.trace.tensors import Array

CELL_LIMIT = 3
"""Tensors with up to this many elements show each of them as a number."""

STRIP_COUNT = 16
"""Larger tensors show this many narrow cells without text, each for a stretch of the tensor in C order."""

_TEXT_LENGTH = 4
_FEWEST, _MOST = 1e-3, 9.9
"""Between these, most numbers are written without an exponent."""


class Cell(NamedTuple):
    """One cell; of a large drawing there are a hundred thousand.

    ``text`` is empty in the strip of a large tensor. ``number`` is the element, of a complex one the magnitude; it may
    be infinite or NaN. ``strength`` is ``number`` divided by the largest finite magnitude of the tensor, in -1..1, and
    0 where the number is not finite: it decides how much of the positive or negative colour is mixed in.
    """

    text: str
    number: float
    strength: float

    @property
    def is_finite(self) -> bool:
        """Whether the number is neither NaN nor infinite."""
        return isfinite(self.number)


def cells_of(array: Array, limit: int = CELL_LIMIT) -> tuple[Cell, ...]:
    """Return the cells of a tensor; empty for a tensor without elements.

    Up to ``limit`` elements stand one in a cell. A larger tensor gives a strip in which each cell shows the element of
    largest magnitude of its stretch, a NaN before anything else, so that sampling never hides one.
    """
    flat = array.reshape(-1)
    if flat.size == 0:
        return ()
    if flat.size <= limit:
        return _each(flat.tolist())
    numbers = _as_floats(flat)
    scale = _scale(numbers)
    picked = _strip(numbers, min(STRIP_COUNT, flat.size))
    return tuple(_cell("", number, scale) for number in picked)


def _each(items: list[complex]) -> tuple[Cell, ...]:
    """A cell for each of some numbers; plain Python is several times faster for three of them."""
    numbers = [abs(item) if isinstance(item, complex) else float(item) for item in items]
    scale = max([abs(number) for number in numbers if isfinite(number)], default=0.0)
    return tuple(
        [
            Cell(cell_text(item), number, number / scale if scale > 0 and isfinite(number) else 0.0)
            for item, number in zip(items, numbers, strict=True)
        ]
    )


def cell_text(number: complex) -> str:
    """Return a number (``complex`` stands for every kind) in about four characters: ``0.33``, ``1e-7``, ``-12``."""
    if type(number) is float and _FEWEST < abs(number) < _MOST:
        # As below, without asking for every number whether it is finite, whole or tiny.
        text = f"{number:.3g}"
        if len(text) <= _TEXT_LENGTH or len(text := f"{number:.2g}") <= _TEXT_LENGTH:
            return text
    for digits in (3, 2, 1):
        text = number_text(number, digits)
        if len(text) <= _TEXT_LENGTH:
            return text
    return text


def _as_floats(flat: Array) -> npt.NDArray[np.float64]:
    if np.iscomplexobj(flat):
        return np.abs(flat).astype(np.float64)
    return flat.astype(np.float64)


def _scale(numbers: npt.NDArray[np.float64]) -> float:
    magnitudes = np.abs(numbers)
    finite = magnitudes[np.isfinite(magnitudes)]
    return float(finite.max()) if finite.size else 0.0


def _strip(numbers: npt.NDArray[np.float64], count: int) -> list[float]:
    """The element of largest magnitude of each of ``count`` stretches of nearly the same length; a NaN wins."""
    order = np.arange(count)
    length, longer = divmod(numbers.size, count)
    starts = order * length + np.minimum(order, longer)
    high, low = np.maximum.reduceat(numbers, starts), np.minimum.reduceat(numbers, starts)
    picked: list[float] = np.where(np.abs(high) >= np.abs(low), high, low).tolist()
    return picked


def _cell(text: str, number: float, scale: float) -> Cell:
    strength = number / scale if scale > 0 and isfinite(number) else 0.0
    return Cell(text, number, strength)
