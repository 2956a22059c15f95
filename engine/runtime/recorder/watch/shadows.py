"""Tensors that are mentioned without being held: all that the resolver asks of a tensor, but for its numbers.

A ``Shadow`` stands in the log for a tensor. When the log is read the tensor itself comes back if it still lives, else a
``Ghost`` that answers in its place.
"""

import weakref
from collections.abc import Callable
from typing import Any

from torch import Tensor

from engine.runtime.compat import Node, storage_key, storage_nbytes
from engine.runtime.compat_weak import NO_FUNCTION, StorageWeakRef, form_only


class GhostNode:
    """Stands in for the autograd node of a tensor that is gone; the node itself would keep what it saved."""

    def __init__(self, sequence: int) -> None:
        self.metadata: dict[str, Any] = {}
        self.next_functions: tuple[tuple[Node, int], ...] = ()
        self._sequence = sequence

    def _sequence_nr(self) -> int:
        return self._sequence


class GhostStorage:
    """Stands in for a block of memory that is gone."""

    def __init__(self, key: int, nbytes: int) -> None:
        self._cdata = key
        self._nbytes = nbytes

    def nbytes(self) -> int:
        """Return the size that it had."""
        return self._nbytes


class _Reference(weakref.ref[Tensor]):
    """A weak reference that is known as one of ours."""

    __slots__ = ()


class Shadow:
    """A tensor, weakly, with what there was to know about it when it was last mentioned.

    Attributes:
        ref: The tensor; this object stands for its identity also when it is gone.
        block: Its block of memory, weakly: the address is not given away as long as somebody refers to it.
        base: The tensor that it is a view of, as the log has it.
        version: Its version counter, to notice when it has to be looked at again.
    """

    __slots__ = (
        "base",
        "block",
        "block_bytes",
        "device",
        "dtype",
        "ghost",
        "node",
        "offset",
        "ref",
        "requires_grad",
        "shape",
        "slot",
        "strides",
        "version",
    )

    def __init__(self, tensor: Tensor) -> None:
        self.ref = _Reference(tensor)
        self.block = _block_of(tensor)
        self.ghost: Ghost | None = None

    def look(self, tensor: Tensor, version: int, sequence: int | None, base: "Shadow | Tensor | None") -> None:
        """Take in what may have changed."""
        if self.block.cdata != storage_key(tensor):
            self.block = _block_of(tensor)
        self.block_bytes = storage_nbytes(tensor)
        self.shape = tensor.shape
        self.strides = tensor.stride()
        self.offset = tensor.storage_offset()
        self.dtype = tensor.dtype
        self.device = tensor.device
        self.requires_grad = tensor.requires_grad
        self.slot = tensor.output_nr
        self.node = None if sequence is None else GhostNode(sequence)
        self.version = version
        self.base = base

    def tensor(self) -> Tensor:
        """Return the tensor, or what answers in its place: then always the same."""
        tensor = self.ref() if self.ghost is None else self.ghost
        if tensor is not None:
            return tensor
        self.ghost = form_only(Ghost, self.shape, self.strides, self.dtype)
        self.ghost.shadow = self
        return self.ghost


def _block_of(tensor: Tensor) -> StorageWeakRef:
    return StorageWeakRef(tensor.untyped_storage())  # type: ignore[no-untyped-call] # torch leaves it untyped


class Ghost(Tensor):
    """A tensor without memory that answers like one that is gone."""

    shadow: Shadow


# Torch declares these as plain attributes and methods, so a class body could not replace them in a typed way.
_ATTRIBUTES: dict[str, Callable[[Shadow], Any]] = {
    "device": lambda shadow: shadow.device,
    "requires_grad": lambda shadow: shadow.requires_grad,
    "is_leaf": lambda shadow: shadow.node is None,
    "grad_fn": lambda shadow: shadow.node,
    "output_nr": lambda shadow: shadow.slot,
    "is_meta": lambda _: False,
    "is_cpu": lambda shadow: shadow.device.type == "cpu",
    "_base": lambda shadow: shadow.base.tensor() if isinstance(shadow.base, Shadow) else shadow.base,
}
_METHODS: dict[str, Callable[[Shadow], Any]] = {
    "_is_view": lambda shadow: shadow.base is not None,
    "storage_offset": lambda shadow: shadow.offset,
    "untyped_storage": lambda shadow: GhostStorage(shadow.block.cdata, shadow.block_bytes),
}


def _method(ask: Callable[[Shadow], Any]) -> Callable[[Ghost], Any]:
    return lambda ghost: ask(ghost.shadow)


def _teach(kind: type[Ghost]) -> None:
    """Have ghosts answer from their shadows."""
    for name, ask in _ATTRIBUTES.items():
        setattr(kind, name, property(_method(ask)))
    for name, ask in _METHODS.items():
        setattr(kind, name, _method(ask))
    kind.__torch_function__ = NO_FUNCTION  # type: ignore[assignment] # torch's own way to switch it off


_teach(Ghost)
