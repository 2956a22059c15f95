"""Bytes that steps read and write, from the sizes of what goes in and out.

What lies in the same memory as something that went in was not moved: a view reads and writes nothing. An expanded
tensor counts once, and so does an operand that is passed twice.
"""

from array import array
from collections.abc import Iterable, Sequence

from torch import Tensor

from engine.runtime.recorder.contents.special_content import memory_of
from engine.runtime.recorder.costs.families import GATHERS, SCATTERS, TURNED
from engine.runtime.recorder.resolve.pending import Pending
from engine.trace.ids import ValueId

_NO_STORAGE = -1


class Sizes:
    """Memory of every value so far: how many bytes it spans, in which block, and of which tensor it is a version."""

    def __init__(self) -> None:
        self._nbytes = array("q")
        self._storages = array("q")
        self._tensors = array("q")

    def take_in(self, pending: Pending) -> None:
        """Learn of the values that were found since the last call."""
        for value in pending.values[len(self._nbytes) - pending.first_value :]:
            self._nbytes.append(spanned_bytes(value.content))
            self._storages.append(_NO_STORAGE if value.storage is None else value.storage)
            self._tensors.append(value.tensor)

    def total(self, values: Iterable[ValueId | None]) -> int:
        """Return the bytes of some values together, each counted once."""
        nbytes = self._nbytes
        return sum([nbytes[value] for value in {*values} if value is not None])

    def made(self, outputs: Sequence[ValueId | None], inputs: Sequence[ValueId | None]) -> list[ValueId]:
        """Return the outputs that were written: all but what only shows the memory of an input, or is one."""
        if len(outputs) == 1 and outputs[0] is not None:  # nearly all steps: worth a way without sets
            return [outputs[0]] if self._is_made(outputs[0], inputs) else []
        storages, tensors = self._storages, self._tensors
        blocks: dict[int, set[int]] = {}
        taken = {value for value in inputs if value is not None}
        for value in taken:
            if storages[value] != _NO_STORAGE:
                blocks.setdefault(storages[value], set()).add(tensors[value])
        return [
            value
            for value in {*outputs}
            if value is not None
            and value not in taken
            and (storages[value] not in blocks or tensors[value] in blocks[storages[value]])
        ]

    def _is_made(self, output: ValueId, inputs: Sequence[ValueId | None]) -> bool:
        storages = self._storages
        block, is_fresh = storages[output], True
        for value in inputs:
            if value == output:
                return False
            if value is not None and storages[value] == block != _NO_STORAGE:
                if self._tensors[value] == self._tensors[output]:
                    return True
                is_fresh = False
        return is_fresh

    def moved(self, name: str, inputs: Sequence[ValueId | None], outputs: Sequence[ValueId | None]) -> tuple[int, int]:
        """Return what a forward step read and what it wrote, by its name as a person calls it."""
        made = self.made(outputs, inputs)
        if not made or name in TURNED:
            return 0, 0
        written = self.total(made)
        bare = name.removesuffix("_")
        if bare in GATHERS:
            source = 1 if bare == "embedding" else 0
            return written + self.total([*inputs[:source], *inputs[source + 1 :]]), written
        if bare in SCATTERS:
            given = self.total(inputs[1:])
            return given, given
        return self.total(inputs), written


def spanned_bytes(tensor: Tensor) -> int:
    """Return how many bytes of memory the elements of a tensor take, each counted once; 0 where nobody can say."""
    if tensor.is_nested:  # the size of a jagged one is no plain number
        return sum(spanned_bytes(part) for part in memory_of(tensor))
    try:
        nbytes: int = tensor.nbytes
        if nbytes <= 16 or 0 not in tensor.stride():
            return nbytes
        for size, stride in zip(tensor.shape, tensor.stride(), strict=True):
            if stride == 0 and size:
                nbytes //= size
    except (RuntimeError, NotImplementedError, TypeError):
        return _sparse_bytes(tensor)
    return nbytes


def _sparse_bytes(tensor: Tensor) -> int:
    """Return the bytes of what a sparse tensor is made of."""
    parts = ("_indices", "_values", "crow_indices", "col_indices", "values")
    total = 0
    for name in parts:
        try:
            total += getattr(tensor, name)().nbytes
        except (RuntimeError, NotImplementedError, AttributeError):
            continue
    return total
