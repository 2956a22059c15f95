"""Plays the writes of a recording over an image of its memory: what a step reads must be what was last written there.

Each block of memory that several values share (versions of a tensor, views) is an array of bytes, and a mask of the
bytes that are known by now. A stale value, or a view whose base has other numbers, does not agree with the image.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from engine.protocol.proof import Check, Finding, Verdict
from engine.trace.facts import Phase, Step, Value
from engine.trace.ids import StepIndex, StorageId, ValueId
from engine.trace.recording import Recording
from engine.trace.tensors import type_names

LARGEST_BYTES = 1_000_000_000
"""Larger blocks are not followed."""

_WIDTHS = {name: np.dtype(text).itemsize for name, text in type_names.items()} | {"bfloat16": 2}
_BITS = {1: "u1", 2: "<u2", 4: "<u4", 8: "<u8"}

Bits = npt.NDArray[np.unsignedinteger[npt.NBitBase]]


class _Image:
    """One block of memory: its bytes, and which of them are known."""

    def __init__(self, size: int) -> None:
        self._bytes = np.zeros(size, np.uint8)
        self._known = np.zeros(size, np.uint8)

    def write(self, fact: Value, numbers: Bits | None) -> None:
        """Take in new numbers, None for unknown ones."""
        view = _view(self._bytes, fact)
        if numbers is not None:
            view[...] = numbers
        known = _view(self._known, fact)
        known[...] = 0 if numbers is None else np.iinfo(known.dtype).max

    def agrees(self, fact: Value, numbers: Bits) -> bool:
        """Whether ``numbers`` are what is known to lie there."""
        known = _view(self._known, fact)
        return bool(((_view(self._bytes, fact) & known) == (numbers & known)).all())


class MemoryChecker:
    """Follows all blocks of memory of a recording, step by step."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._images: dict[StorageId, _Image] = {}
        self._seen: set[ValueId] = set()
        self._followed: set[StorageId] = set()
        self._late: defaultdict[StepIndex, list[ValueId]] = defaultdict(list)
        self._sizes = self._measure()

    def check(self, step: Step) -> Iterator[Finding]:
        """Yield findings about what one step reads; steps come in their order."""
        is_followed = False
        runs_around = step.index > 0 and self._recording.steps[step.index - 1].started_ns > step.started_ns
        if step.phase is Phase.OPTIMIZER and runs_around:
            self._write_all(step)  # it called the program back: what it was given is older than the steps before it
            return
        for value in dict.fromkeys(step.inputs):
            if value is not None:
                text = self._read(value)
                is_followed = is_followed or self._image(value) is not None
                if text:
                    yield Finding(Check.MEMORY, Verdict.FAILED, step.index, text)
                    is_followed = False
        self._write_all(step)
        if is_followed:
            yield Finding(Check.MEMORY, Verdict.PROVEN, step.index)

    def _write_all(self, step: Step) -> None:
        for value in (*step.outputs, *self._late.get(step.index, ())):
            if value is not None and value not in self._seen:
                self._write(value)

    def _measure(self) -> dict[StorageId, int]:
        """Return the sizes in bytes of the blocks worth following, and find writes that no step's outputs tell of."""
        members: defaultdict[StorageId, list[Value]] = defaultdict(list)
        steps = self._recording.steps
        for value in self._recording.values:
            if value.storage is None:
                continue
            members[value.storage].append(value)
            if value.producer is not None and value.id not in steps[value.producer].outputs:
                step = steps[value.producer]
                mine = {self._recording.values[made].storage for made in step.outputs if made is not None}
                if value.storage not in mine:
                    self._late[value.producer].append(value.id)  # running statistics
        return {
            storage: size
            for storage, facts in members.items()
            if len(facts) > 1 and (size := _block_bytes(facts)) is not None
        }

    def _image(self, value: ValueId) -> _Image | None:
        storage = self._recording.values[value].storage
        if storage is None or storage not in self._sizes:
            return None
        image = self._images.get(storage)
        if image is None:
            image = self._images[storage] = _Image(self._sizes[storage])
        return image

    def _read(self, value: ValueId) -> str:
        fact = self._recording.values[value]
        image = self._image(value)
        if image is None:
            return ""
        if value not in self._seen and fact.producer is None:
            self._write(value)  # made outside of any step
            return ""
        self._seen.add(value)
        numbers = self._numbers(value)
        if numbers is None or image.agrees(fact, numbers):
            return ""
        image.write(fact, numbers)  # one fault is told once
        return f"it reads other numbers than were last written into the memory of {self._name(value)}"

    def _write(self, value: ValueId) -> None:
        self._seen.add(value)
        image = self._image(value)
        if image is not None:
            image.write(self._recording.values[value], self._numbers(value))

    def _numbers(self, value: ValueId) -> Bits | None:
        data = self._recording.data(value)
        if data is None or data.absence is not None:
            return None
        fact = self._recording.values[value]
        raw = self._recording.store.read(data.offset, data.nbytes)
        found: Bits = np.frombuffer(raw, _BITS[_WIDTHS[fact.dtype]]).reshape(fact.shape)
        return found

    def _name(self, value: ValueId) -> str:
        names = self._recording.names(value)
        return names[0] if names else "an input"


def _view(block: npt.NDArray[np.uint8], fact: Value) -> Bits:
    width = _WIDTHS[fact.dtype]
    found: Bits = np.ndarray(
        fact.shape,
        np.dtype(_BITS[width]),
        buffer=block.data,
        offset=fact.storage_offset * width,
        strides=tuple(stride * width for stride in _strides(fact)),
    )
    return found


def _block_bytes(facts: list[Value]) -> int | None:
    """Return the size of a block, None for one that is not followed: lazily conjugated, foreign, too large."""
    size = 0
    for fact in facts:
        width = _WIDTHS.get(fact.dtype)
        strides = _strides(fact)
        if width is None or width not in _BITS or fact.dtype.startswith("complex"):
            return None
        if len(strides) != len(fact.shape) or min((*strides, fact.storage_offset)) < 0 or fact.device != "cpu":
            return None
        if 0 not in fact.shape:
            reach = sum((extent - 1) * stride for extent, stride in zip(fact.shape, strides, strict=True))
            size = max(size, (fact.storage_offset + reach + 1) * width)
        else:
            size = max(size, fact.storage_offset * width)
    return size if size <= LARGEST_BYTES else None


def _strides(fact: Value) -> tuple[int, ...]:
    if fact.strides:
        return fact.strides
    strides: list[int] = []
    step = 1
    for extent in reversed(fact.shape):
        strides.append(step)
        step *= max(extent, 1)
    return tuple(reversed(strides))
