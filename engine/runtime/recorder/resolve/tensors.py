"""Which tensor is which: identities of tensors and of the memory that they share."""

import weakref
from dataclasses import dataclass, field

from torch import Tensor

from engine.runtime.compat import storage_key, storage_nbytes
from engine.runtime.recorder.watch.shadows import Ghost, Shadow
from engine.runtime.recorder.watch.weak_log import ShadowBook
from engine.trace.facts import Role, Span
from engine.trace.ids import GradNodeId, StepIndex, StorageId, TensorId, ValueId


class _Reference(weakref.ref[Tensor]):
    """A weak reference that says where its tensor was."""

    __slots__ = ("address",)
    address: int


@dataclass(slots=True, eq=False)
class Block:
    """One block of memory and the known tensors that lie in it."""

    id: StorageId
    key: int
    members: "dict[int, TensorRecord]" = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class NodeKey:
    """Which autograd node a tensor came from: its sequence number and output, None for a leaf.

    ``is_known`` is False where it could not be asked any more.
    """

    sequence: int | None
    slot: int
    requires_grad: bool
    is_known: bool = True


@dataclass(slots=True, eq=False, weakref_slot=True)
class TensorRecord:
    """What is known about one tensor of the program, from first sight until it dies.

    Attributes:
        value: Its newest value; None while nothing has used it.
        is_stale: Whether its memory was written through another tensor since.
        writer: The step that wrote it then.
        seen_ns: A moment before a coming write at which it still had its present numbers.
        seen_node: Its autograd node at that moment.
        names: What the program calls it.
        role: Its role where that is known before its first use.
        span: Where it was created.
        grad: Record of its ``.grad``.
        owners: The leaves whose ``.grad`` this is, or was; several may have one tensor.
        accumulator: Its AccumulateGrad node.
        shadow: What stands for it when it is gone, where the log does not hold it.
        parts: What it is made of, if it has no plain numbers itself, each with what to write behind its name.
    """

    id: TensorId
    ref: "weakref.ref[Tensor]"
    block: Block | None
    value: ValueId | None = None
    version: int = -1
    is_stale: bool = False
    writer: StepIndex | None = None
    seen_ns: int | None = None
    seen_node: NodeKey | None = None
    names: list[str] = field(default_factory=list)
    role: Role | None = None
    span: Span | None = None
    grad: "TensorRecord | None" = None
    owners: "tuple[weakref.ref[TensorRecord], ...]" = ()
    accumulator: GradNodeId | None = None
    parts: "tuple[tuple[str, TensorRecord], ...]" = ()
    shadow: Shadow | None = None

    def leaves(self) -> "list[TensorRecord]":
        """Return the leaves whose ``.grad`` this is."""
        found = (reference() for reference in self.owners)
        return [leaf for leaf in found if leaf is not None and leaf.grad is self]

    def has_grad(self, grad: "TensorRecord | None") -> None:
        """Take in what the ``.grad`` of this leaf is from now on."""
        self.grad = grad
        if grad is not None and (len(grad.owners) != 1 or grad.owners[0]() is not self):
            grad.owners = tuple(
                weakref.ref(leaf) for leaf in (*(one for one in grad.leaves() if one is not self), self)
            )


class TensorBook:
    """All tensors seen so far that are still alive.

    An address identifies a tensor only while it lives: a record goes with its tensor.
    """

    def __init__(self, shadows: ShadowBook | None = None) -> None:
        self._shadows = shadows
        self._gone: dict[int, TensorRecord] = {}
        self._ghosts: list[Ghost] = []
        self._records: dict[int, TensorRecord] = {}
        self._blocks: dict[int, Block] = {}
        self._tensors = 0
        self._storages = 0

    def find(self, tensor: Tensor) -> TensorRecord | None:
        """Return the record of a tensor that was seen before."""
        record = self._records.get(id(tensor))
        if record is not None and record.ref() is tensor:
            return record
        return self._returned(tensor) if isinstance(tensor, Ghost) else None

    def record(self, tensor: Tensor) -> TensorRecord:
        """Return the record of a tensor, a new one at first sight."""
        address = id(tensor)
        record = self._records.get(address)
        if record is not None and record.ref() is tensor:
            return record
        returned = self._returned(tensor) if isinstance(tensor, Ghost) else None
        if returned is not None:
            return returned
        block = self._block(tensor)
        record = TensorRecord(TensorId(self._tensors), self._reference(tensor), block)
        self._tensors += 1
        self._records[address] = record
        if self._shadows is not None:
            record.shadow = self._shadow_of(tensor, self._shadows)
        if block is not None:
            block.members[record.id] = record
        return record

    def is_used(self, tensor: Tensor) -> bool:
        """Whether a known tensor in the same block of memory has a value."""
        block = self._blocks.get(storage_key(tensor) or 0)
        return block is not None and any(record.value is not None for record in block.members.values())

    def twin(self, tensor: Tensor) -> TensorRecord | None:
        """Return the record of ``tensor``, or of a known one that shows the same numbers in the same memory.

        Autograd keeps what it saves as tensor objects of its own.
        """
        record = self.find(tensor)
        if record is not None:
            return record if record.value is not None else None
        block = self._blocks.get(storage_key(tensor) or 0)
        for other in block.members.values() if block is not None else ():
            known = other.ref() if other.shadow is None else other.shadow.tensor()
            if known is not None and other.value is not None and not other.is_stale and _same_view(known, tensor):
                return other
        return None

    def unseen(self) -> TensorId:
        """Return the id of a tensor that nobody held."""
        self._tensors += 1
        return TensorId(self._tensors - 1)

    def moved(self, tensor: Tensor, record: TensorRecord) -> None:
        """Take in that a tensor may lie in another block of memory now (``x.data = y``)."""
        block = self._block(tensor)
        if block is not record.block:
            self._leave(record)
            record.block = block
            if block is not None:
                block.members[record.id] = record

    def aliases(self, tensor: Tensor, record: TensorRecord) -> list[TensorRecord]:
        """Return the other known tensors whose memory overlaps that of ``tensor``."""
        block = record.block
        if block is None or len(block.members) < 2:
            return []
        first, last = _extent(tensor)
        found = []
        for other in block.members.values():
            alias = other.ref() if other is not record else None
            if alias is not None:
                start, end = _extent(alias)
                if start < last and first < end:
                    found.append(other)
        return found

    def _block(self, tensor: Tensor) -> Block | None:
        key = storage_key(tensor)
        if not key:
            return None
        block = self._blocks.get(key)
        if block is None:
            block = self._blocks[key] = Block(StorageId(self._storages), key)
            self._storages += 1
        return block

    def end_drain(self) -> None:
        """Let go of what stood for tensors that are gone."""
        for ghost in self._ghosts:
            ghost.shadow.ghost = None
        self._ghosts = []
        gone, self._gone = self._gone, {}
        for record in gone.values():
            self._leave(record)
        if self._shadows is not None:
            self._shadows.forget_dead()

    def _reference(self, tensor: Tensor) -> "_Reference":
        reference = _Reference(tensor, self._forget)
        reference.address = id(tensor)
        return reference

    def _shadow_of(self, tensor: Tensor, shadows: ShadowBook) -> Shadow | None:
        """Return what will stand for a tensor when it is gone; nothing for one that is held, or gone by now."""
        if isinstance(tensor, Ghost):
            self._ghosts.append(tensor)
            return None
        shadow = shadows.mention(tensor)
        return shadow if isinstance(shadow, Shadow) else None

    def _returned(self, ghost: Ghost) -> TensorRecord | None:
        """Return the record of a tensor that has died since the last drain."""
        record = self._gone.pop(id(ghost.shadow.ref), None)
        if record is not None:
            record.ref, record.shadow = self._reference(ghost), None
            self._records[id(ghost)] = record
            self._ghosts.append(ghost)
        return record

    def _forget(self, dead: "_Reference") -> None:
        record = self._records.pop(dead.address, None)
        if record is None:
            return
        if record.shadow is None:
            self._leave(record)
        else:
            self._gone[id(record.shadow.ref)] = record  # the log may still speak of it

    def _leave(self, record: TensorRecord) -> None:
        block = record.block
        if block is not None:
            block.members.pop(record.id, None)
            if not block.members and self._blocks.get(block.key) is block:
                del self._blocks[block.key]


def _same_view(one: Tensor, other: Tensor) -> bool:
    return (
        one.dtype == other.dtype
        and one.shape == other.shape
        and one.stride() == other.stride()
        and one.storage_offset() == other.storage_offset()
    )


def _extent(tensor: Tensor) -> tuple[int, int]:
    """Return the first byte of a tensor in its block and the one after the last; a nested one has all of its block."""
    if tensor.is_nested:
        return 0, max(1, storage_nbytes(tensor))
    start = int(tensor.storage_offset())
    if tensor.numel() == 0:
        return start, start
    reach = int(sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.stride(), strict=True)))
    width = tensor.element_size()
    return start * width, (start + reach + 1) * width
