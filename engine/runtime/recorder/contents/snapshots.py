"""Copy on write: what an in-place operation is about to destroy is copied just before."""

from dataclasses import dataclass
from time import perf_counter_ns

from torch import Tensor

from engine.protocol.request import SMALL_ELEMENTS, ValuePolicy
from engine.runtime.compat import (
    Storage,
    made_by,
    node_sequence,
    storage_copy,
    storage_key,
    storage_nbytes,
    view_of,
)
from engine.runtime.recorder.log import BEFORE_WRITE, Log
from engine.runtime.recorder.options import RecorderOptions

_SMALL_BYTES = SMALL_ELEMENTS * 16


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A block of memory as it was up to ``time_ns``; no storage when it was too large to keep."""

    time_ns: int
    storage: Storage | None


class Snapshots:
    """The copies made since the last drain, by block of memory.

    A write touches every view of its block, so the whole block is copied, once a write. Reading a value later takes
    the first copy made after the value was seen; without one, memory still holds it.
    """

    def __init__(self, options: RecorderOptions) -> None:
        self._options = options
        self._by_block: dict[int, list[Snapshot]] = {}
        self._held_bytes = 0

    def before_write(self, tensor: Tensor, log: Log) -> None:
        """Note that ``tensor`` is about to change, and copy what it holds if that fits."""
        key = storage_key(tensor)
        time_ns = perf_counter_ns()
        if key is not None:
            self._by_block.setdefault(key, []).append(Snapshot(time_ns, self._copy(tensor)))
        node = made_by(tensor)
        sequence = None if node is None else node_sequence(node)
        log.extend((BEFORE_WRITE, time_ns, tensor, sequence, tensor.output_nr, tensor.requires_grad))

    def is_written(self, key: int | None, time_ns: int) -> bool:
        """Whether the block was written at or after ``time_ns``."""
        found = self._by_block.get(key) if key is not None else None
        return found is not None and found[-1].time_ns >= time_ns

    def content(self, tensor: Tensor, key: int | None, time_ns: int) -> Tensor | None:
        """Return a tensor with the numbers that ``tensor`` had at ``time_ns``, None when they were overwritten."""
        for snapshot in self._by_block.get(key, ()) if key is not None else ():
            if snapshot.time_ns >= time_ns:
                return None if snapshot.storage is None else view_of(snapshot.storage, tensor)
        return tensor

    def written_blocks(self) -> tuple[int, ...]:
        """Return the keys of all blocks that were written since the last drain."""
        return tuple(self._by_block)

    def clear(self) -> None:
        """Forget all copies: everything up to now has been read."""
        self._by_block = {}
        self._held_bytes = 0

    def _copy(self, tensor: Tensor) -> Storage | None:
        nbytes = storage_nbytes(tensor)
        limit = {
            ValuePolicy.ALL: nbytes,
            ValuePolicy.SUMMARIES: nbytes,
            ValuePolicy.SMALL: _SMALL_BYTES,
            ValuePolicy.NONE: 0,
        }[self._options.values]
        if nbytes > limit or self._held_bytes + nbytes > self._options.held_bytes:
            return None
        self._held_bytes += nbytes
        return storage_copy(tensor)
