"""Values whose numbers are still where torch has put them: kept by reference, to be read when nobody waits."""

import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from torch import Tensor

from engine.runtime.compat import storage_key, storage_nbytes
from engine.runtime.compat_versions import alias_of, version_of
from engine.runtime.recorder.contents.snapshots import Snapshots
from engine.runtime.recorder.resolve.pending import PendingValue
from engine.trace.ids import ValueId


@dataclass(slots=True, eq=False)
class HeldValue:
    """One value that waits.

    Attributes:
        content: Shows the numbers; None for a huge one, which dies with the program's own tensor.
        own: The program's own tensor, weakly; None for a copy, which nobody else keeps.
        key: The block of memory that it lies in.
        block_bytes: Size of that block when it was held.
        time_ns: When it had its numbers, for the copies made before writes.
        version: The version counter then; None where there is none.
        nbytes: Size of the numbers.
        is_measured: Whether its statistics are known.
    """

    id: ValueId
    content: Tensor | None
    own: "weakref.ref[Tensor] | None"
    key: int
    block_bytes: int
    time_ns: int
    version: int | None
    nbytes: int
    is_measured: bool = False

    def tensor(self) -> Tensor | None:
        """Return the tensor, None when a weakly held one has died."""
        if self.content is not None:
            return self.content
        return None if self.own is None else self.own()

    def unchanged(self) -> Tensor | None:
        """Return the tensor if memory still has the numbers of the value, None if not."""
        tensor = self.tensor()
        if tensor is None or version_of(tensor) != self.version or storage_nbytes(tensor) < self.block_bytes:
            return None
        return tensor

    @property
    def cost_bytes(self) -> int:
        """Memory that would be free without us: none while the program itself holds the tensor."""
        is_shared = self.content is None or (self.own is not None and self.own() is not None)
        return 0 if is_shared else self.block_bytes


@dataclass(slots=True)
class _Block:
    """A block of memory with the held values that lie in it."""

    cost_bytes: int = 0
    members: dict[ValueId, HeldValue] = field(default_factory=dict)


class HeldValues:
    """What is held, oldest first. Values that share a block of memory cost it once."""

    def __init__(self, huge_bytes: int) -> None:
        self._huge_bytes = huge_bytes
        self._held_bytes = 0
        self._values: dict[ValueId, HeldValue] = {}
        self._blocks: dict[int, _Block] = {}
        self._orphaned: list[int] = []

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[HeldValue]:
        return iter(tuple(self._values.values()))

    @property
    def held_bytes(self) -> int:
        """Memory that would be free if nothing were held: blocks that the program itself holds count nothing."""
        while self._orphaned:
            self._recount(self._orphaned.pop())
        return self._held_bytes

    def find(self, value: ValueId) -> HeldValue | None:
        """Return a value if it is held."""
        return self._values.get(value)

    def add(self, value: PendingValue, tensor: Tensor) -> bool:
        """Hold a value whose numbers ``tensor`` shows; False when there is no memory to refer to."""
        key = storage_key(tensor)
        if key is None or not tensor.nbytes:
            return False
        is_copy = tensor is not value.content  # made before a write: nobody else keeps it alive
        is_weak = tensor.nbytes > self._huge_bytes and not is_copy
        self._enter(
            HeldValue(
                value.id,
                None if is_weak else alias_of(tensor),
                None if is_copy else weakref.ref(tensor, self._watcher(key)),
                key,
                storage_nbytes(tensor),
                value.time_ns,
                version_of(tensor),
                tensor.nbytes,
            )
        )
        return True

    def oldest(self) -> HeldValue | None:
        """Return the value that was held first of those that cost memory."""
        return next((held for held in self._values.values() if held.cost_bytes), None)

    def fasten(self, tensor: Tensor) -> None:
        """Hold the memory of a tensor that is held weakly: the tensor itself is about to show other memory."""
        for held in self._values.values():
            if held.content is None and held.own is not None and held.own() is tensor:
                held.content = alias_of(tensor)

    def drop(self, held: HeldValue) -> None:
        """Let go of a value."""
        if self._values.pop(held.id, None) is None:
            return
        del self._blocks[held.key].members[held.id]
        self._recount(held.key)

    def clear(self) -> None:
        """Let go of everything."""
        self._values, self._blocks, self._held_bytes = {}, {}, 0

    def keep_copies(self, snapshots: Snapshots) -> list[HeldValue]:
        """Take the copies that were made before writes since the last time; return the values that are lost."""
        written = [self._blocks[key] for key in snapshots.written_blocks() if key in self._blocks]
        touched = [held for block in written for held in block.members.values()]
        return [held for held in touched if not self._keep_copy(held, snapshots)]

    def _keep_copy(self, held: HeldValue, snapshots: Snapshots) -> bool:
        tensor = held.tensor()
        copy = None if tensor is None else snapshots.content(tensor, held.key, held.time_ns)
        if copy is not None and copy is tensor:
            return True
        self.drop(held)
        key = None if copy is None else storage_key(copy)
        if copy is None or key is None:
            return False
        held.content, held.own, held.key = copy, None, key
        held.block_bytes, held.version = storage_nbytes(copy), version_of(copy)
        self._enter(held)
        return True

    def _enter(self, held: HeldValue) -> None:
        self._values[held.id] = held
        self._blocks.setdefault(held.key, _Block()).members[held.id] = held
        self._recount(held.key)

    def _recount(self, key: int) -> None:
        block = self._blocks.get(key)
        if block is None:
            return
        costs = [held.cost_bytes for held in block.members.values()]
        cost_bytes = 0 if 0 in costs else max(costs, default=0)
        self._held_bytes += cost_bytes - block.cost_bytes
        block.cost_bytes = cost_bytes
        if not block.members:
            del self._blocks[key]

    def _watcher(self, key: int) -> Callable[[object], None]:
        """Return what notes that the program has let go of a tensor; it may be called at any time."""
        orphaned = self._orphaned
        return lambda _dead: orphaned.append(key)
