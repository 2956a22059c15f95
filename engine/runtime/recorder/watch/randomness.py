"""Random generators: their state just before a call that draws from one, so that the call can be made again.

Asking a generator takes a microsecond, so only functions that may draw pay for it. Whether one did draw (dropout while
evaluating does not) shows in the state after the call.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from engine.runtime.recorder.contents.raw import raw_of
from engine.runtime.recorder.watch.drawing import DRAWING
from engine.runtime.recorder.watch.kinds import FunctionInfo, Kind
from engine.trace.bytestore import ByteSink
from engine.trace.execution import RandomState
from engine.trace.ids import StepIndex

_DIGEST_BYTES = 16


@dataclass(slots=True, eq=False)
class Draw:
    """The state of a generator before a call and after it."""

    generator: Generator
    before: Tensor
    after: Tensor | None = None

    def end(self) -> None:
        """Take the state after the call."""
        self.after = self.generator.get_state()


def may_draw(info: FunctionInfo) -> bool:
    """Whether a function may draw random numbers, by its name; of the person's own code nobody knows."""
    return info.kind is Kind.CUSTOM or info.name in DRAWING


def draw_begins(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Draw | None:
    """Take the state of the generator that a call is going to draw from; None where nobody can tell."""
    generator = kwargs.get("generator")
    if not isinstance(generator, Generator):
        generator = _generator_of((*args, *kwargs.values()))
    return None if generator is None else Draw(generator, generator.get_state())


class RandomStates:
    """Writes the states of generators to the byte store, each once.

    Args:
        spare_bytes: So much room in the store is left for other things.
    """

    def __init__(self, sink: ByteSink, spare_bytes: int) -> None:
        self._sink = sink
        self._spare_bytes = spare_bytes
        self._offsets: dict[bytes, int] = {}

    def fact(self, draw: Draw, step: StepIndex) -> RandomState | None:
        """Return the fact for a step; None if nothing was drawn, or the store is full."""
        before, after = raw_of(draw.before), None if draw.after is None else raw_of(draw.after)
        if before is None or before == after:
            return None
        digest = hashlib.blake2b(before, digest_size=_DIGEST_BYTES).digest()
        offset = self._offsets.get(digest)
        if offset is None:
            has_room = self._sink.room_bytes - before.nbytes >= self._spare_bytes
            offset = self._sink.write(before) if has_room else None
            if offset is None:
                return None
            self._offsets[digest] = offset
        return RandomState(step, str(draw.generator.device), offset, before.nbytes)


def _generator_of(things: Sequence[Any]) -> Generator | None:
    """Return torch's own generator for the device of the first tensor among some arguments."""
    device = _device_of(things)
    if device is None or device.type == "cpu":
        return torch.default_generator
    if device.type == "cuda":
        return torch.cuda.default_generators[device.index or 0]
    return torch.mps._get_default_mps_generator() if device.type == "mps" else None  # noqa: SLF001 - no public way


def _device_of(things: Sequence[Any]) -> torch.device | None:
    for thing in things:
        if isinstance(thing, Tensor):
            return thing.device
        if isinstance(thing, tuple | list):
            found = _device_of(thing)
            if found is not None:
                return found
    return None
