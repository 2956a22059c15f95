"""Arithmetic of numbers in the order and with the rounding of torch's own loops, for one type of numbers.

float32 and float64 are computed as they are. float16 and bfloat16 are kept as float32, as torch computes them: every
operation works on float32, and its result is rounded to the narrow type.
"""

from typing import Any

import numpy as np

from engine.training.update_record import Array, NumberType

_BITS_BELOW = 16
"""Of a float32 that bfloat16 does not have."""


class Arithmetic:
    """Sums, products and roots of one type of numbers."""

    def __init__(self, numbers: NumberType, *, is_fused: bool = False) -> None:
        self._numbers = numbers
        self._keeps_wide = is_fused
        self.type: Any = np.float64 if numbers is NumberType.FLOAT64 else np.float32
        # Products of two float32 fit a double; those of two doubles come near enough in the widest type there is.
        self._wide: Any = np.longdouble if numbers is NumberType.FLOAT64 else np.float64

    @property
    def is_narrow(self) -> bool:
        """Whether it is a type of 16 bits."""
        return self._numbers in {NumberType.FLOAT16, NumberType.BFLOAT16}

    def rounded(self, array: Array) -> Array:
        """Return the numbers that an operation gives; fused loops keep them as float32 up to their end."""
        return np.asarray(array, self.type) if self._keeps_wide else self.kept(array)

    def kept(self, array: Array) -> Array:
        """Return numbers as the type keeps them."""
        array = np.asarray(array, self.type)
        match self._numbers:
            case NumberType.FLOAT32 | NumberType.FLOAT64:
                return array
            case NumberType.FLOAT16:
                return array.astype(np.float16).astype(np.float32)
            case NumberType.BFLOAT16:
                return _to_bfloat16(array)

    def spacing(self, size: Array) -> Array:
        """Return the unit in the last place of numbers of these sizes."""
        size = np.asarray(size, self.type)
        match self._numbers:
            case NumberType.FLOAT32 | NumberType.FLOAT64:
                return np.spacing(size)
            case NumberType.FLOAT16:
                return np.spacing(size.astype(np.float16)).astype(np.float32)
            case NumberType.BFLOAT16:
                return np.spacing(size) * np.float32(2**_BITS_BELOW)

    def full(self, shape: tuple[int, ...], number: float) -> Array:
        """Return an array of one number."""
        return self.rounded(np.full(shape, number, self.type))

    def times(self, array: Array, factor: float) -> Array:
        """Return array · factor."""
        return self.rounded(array * self.type(factor))

    def over(self, array: Array, divisor: float) -> Array:
        """Return array / divisor."""
        return self.rounded(array / self.type(divisor))

    def root(self, array: Array) -> Array:
        """Return the square root."""
        return self.rounded(np.sqrt(array))

    def shifted(self, array: Array, number: float) -> Array:
        """Return array + number."""
        return self.rounded(array + self.type(number))

    def added(self, array: Array, other: Array, factor: float) -> Array:
        """Return array + factor·other in one rounding, as torch's vector code does."""
        return self.rounded(array.astype(self._wide) + self._wide(self.type(factor)) * other)

    def towards(self, array: Array, target: Array, share: float) -> Array:
        """Return what ``Tensor.lerp`` gives."""
        weight = self._wide(self.type(share))
        gap = np.asarray(target - array, self.type).astype(self._wide)
        if weight < 0.5:
            return self.rounded(array.astype(self._wide) + weight * gap)
        rest = self._wide(self.type(1) - self.type(share))
        return self.rounded(target.astype(self._wide) - gap * rest)

    def squares(self, array: Array, slope: Array, factor: float) -> Array:
        """Return what ``array.addcmul(slope, slope, value=factor)`` gives."""
        scaled = np.asarray(self.type(factor) * slope, self.type).astype(self._wide)
        return self.rounded(array.astype(self._wide) + scaled * slope)

    def quotients(self, array: Array, above: Array, below: Array, factor: float) -> Array:
        """Return what ``array.addcdiv(above, below, value=factor)`` gives."""
        return self.rounded(array + self.type(factor) * above / below)

    def are_same(self, one: Array, other: Array) -> Array:
        """Return which elements are the same bit for bit; any two that are no number are, too."""
        bits: Any = np.uint64 if self._numbers is NumberType.FLOAT64 else np.uint32
        same = np.ascontiguousarray(one, self.type).view(bits) == np.ascontiguousarray(other, self.type).view(bits)
        return np.asarray(same | (np.isnan(one) & np.isnan(other)))


def _to_bfloat16(array: Array) -> Array:
    """Return float32 numbers rounded to the nearest bfloat16, halves to the even one."""
    bits = np.ascontiguousarray(array, np.float32).view(np.uint32).astype(np.uint64)
    up = (bits >> _BITS_BELOW & 1) + (1 << (_BITS_BELOW - 1)) - 1
    kept = ((bits + up) >> _BITS_BELOW << _BITS_BELOW).astype(np.uint32).view(np.float32)
    return np.where(np.isnan(array), np.float32(np.nan), kept).reshape(np.shape(array))
