"""What a rule computes with: one run of one autograd node, its gradients and what its forward op saved."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.trace.tensors import Array

Floats: TypeAlias = npt.NDArray[np.float64]
Shape: TypeAlias = tuple[int, ...]
Plain: TypeAlias = int | float | bool | str | tuple[int, ...] | None
"""A saved Python object."""

LARGEST = 100_000
"""Tensors with more elements are not worked with: the window would hang."""

_WRAP = 1 << 64
_HALF = 1 << 63


class OperandMissingError(Exception):
    """Something that the derivative needs was not kept; the text is one short clause that says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRun:
    """One run of an autograd node.

    ``upstream`` are the gradients that came in, one for each output of the op; ``shapes`` the shapes of its
    differentiable inputs by slot (None where no gradient is sent); ``arrays`` and ``plain`` what it saved, by name.
    """

    upstream: tuple[Floats | None, ...]
    shapes: tuple[Shape | None, ...]
    arrays: Mapping[str, Array] = field(default_factory=dict)
    plain: Mapping[str, Plain] = field(default_factory=dict)

    @property
    def gradient(self) -> Floats:
        """The gradient of the first output.

        Raises:
            OperandMissingError: If none arrived or it was not kept.
        """
        return self.gradient_of(0)

    def gradient_of(self, slot: int) -> Floats:
        """The gradient of one output; see ``gradient``."""
        found = self.upstream[slot] if slot < len(self.upstream) else None
        if found is None:
            raise OperandMissingError("the incoming gradient was not kept")
        return found

    def shape(self, slot: int) -> Shape:
        """Shape of the gradient sent to one input.

        Raises:
            OperandMissingError: If that input gets none.
        """
        found = self.shapes[slot] if slot < len(self.shapes) else None
        if found is None:
            raise OperandMissingError("the shape of an input is not known")
        return found

    def array(self, name: str) -> Floats:
        """A saved tensor (or number) in double precision.

        Raises:
            OperandMissingError: If it was not kept or is complex.
        """
        raw = self.raw(name)
        if raw.size > LARGEST:
            raise OperandMissingError("the tensors are too large to work it out here")
        if np.iscomplexobj(raw):
            raise OperandMissingError("complex numbers are shown by formula only")
        return raw.astype(np.float64)

    def raw(self, name: str) -> Array:
        """A saved tensor as it was stored, e.g. indices or a mask; see ``array``."""
        if name in self.arrays:
            return self.arrays[name]
        number = self.plain.get(name)
        if isinstance(number, (bool, int, float)):
            return np.asarray(number)
        raise OperandMissingError(f"the value of {name} was not kept")

    def has(self, name: str) -> bool:
        """Whether a tensor or number of that name was saved."""
        return name in self.arrays or self.plain.get(name) is not None

    def number(self, name: str, default: float) -> float:
        """A saved plain number, or ``default``."""
        found = self.plain.get(name)
        return float(found) if isinstance(found, (int, float)) else default

    def integer(self, name: str, default: int) -> int:
        """A saved whole number, or ``default``; autograd shows negative ones as unsigned."""
        found = self.plain.get(name)
        return signed(found) if isinstance(found, int) else default

    def integers(self, name: str) -> Shape | None:
        """A saved whole number or tuple of them; None when absent or empty."""
        found = self.plain.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return (signed(found),)
        return tuple(signed(item) for item in found) if isinstance(found, tuple) and found else None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A saved truth value."""
        found = self.plain.get(name)
        return bool(found) if found is not None else default


def signed(number: int) -> int:
    """Undo the two's complement that autograd shows for negative dimensions."""
    return number - _WRAP if number >= _HALF else number


def reduced_to(array: Floats, shape: Shape) -> Floats:
    """Sum ``array`` over the dimensions along which ``shape`` was broadcast to it.

    Raises:
        OperandMissingError: If ``array`` is no broadcast of ``shape``.
    """
    if array.shape == shape:
        return array
    if np.broadcast_shapes(array.shape, shape) != array.shape:
        raise OperandMissingError("shapes do not fit")
    lead = array.ndim - len(shape)
    summed = array.sum(axis=tuple(range(lead))) if lead else array
    axes = tuple(axis for axis, size in enumerate(shape) if size == 1 and summed.shape[axis] != 1)
    return np.asarray(summed.sum(axis=axes, keepdims=True)) if axes else np.asarray(summed)


def broadcast_axes(large: Shape, small: Shape) -> Shape:
    """Dimensions of ``large`` over which a gradient is summed to fit ``small``."""
    lead = len(large) - len(small)
    if lead < 0:
        return ()
    inner = tuple(lead + axis for axis, size in enumerate(small) if size == 1 and large[lead + axis] != 1)
    return (*range(lead), *inner)


def expanded(run: NodeRun, gradient: Floats, name: str = "dim") -> Floats:
    """Put back the dimensions that a reduction removed, so that ``gradient`` broadcasts against the input."""
    shape = run.shape(0)
    axes = run.integers(name)
    if axes is None or run.flag("keepdim") or gradient.ndim == len(shape):
        return gradient
    normal = sorted(axis % max(1, len(shape)) for axis in axes)
    return np.expand_dims(gradient, tuple(normal))


def reduced_axes(run: NodeRun, name: str = "dim") -> Shape:
    """Dimensions over which a reduction ran: the saved ones, or all."""
    rank = len(run.shape(0))
    axes = run.integers(name)
    return tuple(range(rank)) if axes is None else tuple(sorted(axis % max(1, rank) for axis in axes))


def count(shape: Shape, axes: Shape) -> int:
    """Number of elements along some dimensions."""
    return math.prod(shape[axis] for axis in axes)
