"""One operator of ATen that ran, as the mode leaves it for the resolver: it holds no tensor."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias
from weakref import ref

from torch import Tensor

from engine.runtime.compat import Node, shape_of, storage_key
from engine.runtime.recorder.nested import tensors_in

Memory: TypeAlias = tuple[int, int, tuple[int, ...], tuple[int, ...], str]
"""Where and how a tensor lies: block, offset, shape, strides, type. Autograd saves tensors as objects of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A tensor that an operator took or gave.

    Python gives the same weak reference for the same living object each time, so ``tensor`` says which one it is even
    when it is gone.
    """

    tensor: "ref[Tensor]"
    shape: tuple[int, ...]
    dtype: str
    memory: Memory | None


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """One call of an operator; ``plain`` are its arguments with None in the place of tensors."""

    operator: Any
    inputs: tuple[Seen, ...]
    outputs: tuple[Seen, ...]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    node: Node | None
    started_ns: int
    ended_ns: int


class PLACE:
    """Stands in the place of a tensor among the arguments of ``Ran``."""


def seen(tensor: Tensor) -> Seen:
    """Return what is kept of a tensor."""
    dtype = str(tensor.dtype).removeprefix("torch.")
    return Seen(ref(tensor), shape_of(tensor), dtype, memory_of(tensor))


def memory_of(tensor: Tensor) -> Memory | None:
    """Return where a tensor lies, None where it has no plain memory."""
    key = storage_key(tensor)
    if not key or tensor.is_nested:
        return None
    try:
        strides = tensor.stride()
        return key, int(tensor.storage_offset()), tuple(tensor.shape), tuple(strides), str(tensor.dtype)
    except RuntimeError:
        return None


def tensors_of(things: Any) -> Iterator[Tensor]:  # noqa: ANN401 - arguments or results
    """Yield the tensors in anything, in order, with repeats."""
    return tensors_in((things,))


def without_tensors(thing: Any) -> Any:  # noqa: ANN401 - any argument
    """Return an argument that holds no tensor."""
    if isinstance(thing, Tensor):
        return PLACE
    if isinstance(thing, tuple | list) and any(isinstance(part, Tensor) for part in thing):
        return PLACE
    return thing
