"""The steps of a recording as columns of numbers, so that tens of thousands can be painted at once."""

from collections import deque
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from engine.explain.health import health_of
from engine.trace.facts import ModuleCall, Phase, Step
from engine.trace.ids import ModuleCallId
from engine.trace.recording import Recording

MAXIMUM_DEPTH = 6
NO_MODULE = -1


class Mark(IntEnum):
    """What is remarkable about a step."""

    NONE = 0
    ZERO = 1
    """A backward step all of whose gradients are zero."""
    NONFINITE = 2
    """Some number that it made is NaN or infinite."""


TAKEN_AT_ONCE = 10_000
"""The steps of a longer recording are taken over in the turn after that in which everything else is shown."""
MARKED_AT_ONCE = 500
"""Judging so many steps takes a few milliseconds."""

PHASES = (Phase.FORWARD, Phase.BACKWARD, Phase.OPTIMIZER)

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]


class StepTable:
    """Columns about the steps of one recording, extended as it grows.

    Attributes:
        phases: For each step its position in ``PHASES``.
        marks: For each step a ``Mark``.
    """

    def __init__(self, recording: Recording | None) -> None:
        self._recording = recording
        self._phases = np.zeros(0, np.uint8)
        self._marks = np.zeros(0, np.uint8)
        self._modules = np.full((MAXIMUM_DEPTH, 0), NO_MODULE, np.int64)
        self._chains: dict[ModuleCallId, tuple[ModuleCallId, ...]] = {}
        self._judged = 0
        """So many steps were looked at, at least once."""
        self._again: deque[Step] = deque()
        """Steps to be looked at once more."""
        self._pending: list[Step] = []
        """Steps whose numbers had not arrived when they were looked at first."""
        self.depth = 0
        self.extend()

    def __len__(self) -> int:
        return len(self._phases)

    @property
    def phases(self) -> Bytes:
        """For each step its position in ``PHASES``."""
        return self._phases

    @property
    def marks(self) -> Bytes:
        """For each step a ``Mark``."""
        return self._marks

    def modules(self, depth: int) -> Numbers:
        """For each step the id of the module call that it ran in, at a depth of nesting, or ``NO_MODULE``."""
        column: Numbers = self._modules[min(depth, MAXIMUM_DEPTH - 1)]
        return column

    def extend(self) -> None:
        """Take over the steps that the recording has by now."""
        if self._recording is None:
            return
        fresh = self._recording.steps[len(self) :]
        if fresh:
            self._grow(fresh)
        self._again.extend(self._pending)
        self._pending = []
        self.mark_some()

    def mark_some(self, most: int = MARKED_AT_ONCE) -> bool:
        """Judge the next steps; those whose numbers have not arrived yet are looked at again later, once.

        Returns:
            Whether some are left.
        """
        recording = self._recording
        if recording is None:
            return False
        for _ in range(min(most, self._left)):
            is_first = not self._again
            step = recording.steps[self._judged] if is_first else self._again.popleft()
            self._judged += is_first
            mark = _mark_of(recording, step)
            if mark is not None:
                self._marks[step.index] = mark
            elif is_first:
                self._pending.append(step)
        return self._left > 0

    @property
    def _left(self) -> int:
        """How many steps are to be judged."""
        return len(self._again) + len(self) - self._judged

    def _grow(self, fresh: list[Step]) -> None:
        phases = [step.phase for step in fresh]
        codes = np.zeros(len(fresh), np.uint8)
        for code, phase in enumerate(PHASES):
            codes[[one is phase for one in phases]] = code
        self._phases = np.concatenate([self._phases, codes])
        self._marks = np.concatenate([self._marks, np.zeros(len(fresh), np.uint8)])
        inner = np.fromiter((self._module_of(step) for step in fresh), np.int64, len(fresh))
        # There are far fewer calls of modules than steps: what lies around one is found once.
        calls, places = np.unique(inner, return_inverse=True)
        chains = [self._padded_chain(call) for call in calls.tolist()]
        self._modules = np.concatenate([self._modules, np.array(chains, np.int64)[places].T], axis=1)

    def _module_of(self, step: Step) -> int:
        """The innermost module call that a step ran in; a backward step lies in the module of its forward step."""
        if step.module is not None:
            return step.module
        recording = self._recording
        if recording is None or step.phase is not Phase.BACKWARD or step.grad_node is None:
            return NO_MODULE
        if step.grad_node >= len(recording.grad_nodes):
            return NO_MODULE
        origin = recording.grad_nodes[step.grad_node].step
        module = None if origin is None else recording.steps[origin].module
        return NO_MODULE if module is None else module

    def _padded_chain(self, call: int) -> tuple[int, ...]:
        """Module calls around and with one, outermost first, the last one again below it."""
        if call == NO_MODULE:
            return (NO_MODULE,) * MAXIMUM_DEPTH
        assert self._recording is not None
        module = ModuleCallId(call)
        if module not in self._chains:
            self._chains[module] = _chain(self._recording.module_calls, module)
        chain = self._chains[module]
        self.depth = max(self.depth, len(chain))
        return (*chain, *(chain[-1],) * MAXIMUM_DEPTH)[:MAXIMUM_DEPTH]


def _chain(calls: list[ModuleCall], module: ModuleCallId) -> tuple[ModuleCallId, ...]:
    chain: list[ModuleCallId] = []
    current: ModuleCallId | None = module
    while current is not None:
        chain.append(current)
        current = calls[current].parent
    return tuple(reversed(chain))


def _mark_of(recording: Recording, step: Step) -> Mark | None:
    outputs = [value for value in step.outputs if value is not None]
    healths = [health for value in outputs if (health := health_of(recording, value)) is not None]
    if outputs and not healths:
        return None
    if any(not health.is_finite for health in healths):
        return Mark.NONFINITE
    if step.phase is Phase.BACKWARD and healths and all(health.is_zero for health in healths):
        return Mark.ZERO
    return Mark.NONE
