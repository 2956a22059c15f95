"""What a step took to run: its cost, the kernels it was executed as, the random state it drew from."""

from enum import StrEnum

from engine.trace.facts import Fact
from engine.trace.ids import StepIndex, ValueId


class Clock(StrEnum):
    """What a duration was measured with."""

    HOST = "host"
    """Wall time of the call in the program's thread."""
    DEVICE = "device"
    """Two events in the stream of an accelerator: the time its kernels took."""
    LAUNCH = "launch"
    """Wall time of a call that only hands work to an accelerator: the kernels themselves may take longer."""


class StepCost(Fact, frozen=True):
    """What one step cost beside the wall time that ``Step`` has.

    ``flops`` counts a multiplication and an addition as two, None where no formula is known. ``read_bytes`` and
    ``written_bytes`` are the sizes of what goes in and out. ``allocated_bytes`` is what the device had allocated
    after the step and ``peak_bytes`` the most while it ran, None where the device does not tell. ``duration_ns`` is by
    ``clock``; ``stream`` numbers the device's stream, 0 on a CPU.
    """

    step: StepIndex
    device: str
    stream: int
    clock: Clock
    duration_ns: int
    flops: int | None
    read_bytes: int
    written_bytes: int
    allocated_bytes: int | None
    peak_bytes: int | None


class KernelOperand(Fact, frozen=True):
    """A tensor that a kernel took or gave.

    ``value`` is the recorded value, None for one that exists only inside of the step; ``local`` then numbers it
    within the step (from 0; -1 where ``value`` is known), so that kernels of one step can be linked.
    """

    value: ValueId | None
    local: int
    shape: tuple[int, ...]
    dtype: str


class Kernel(Fact, frozen=True):
    """One operator of ATen that a step was executed as, in the order in which they ran.

    ``name`` is e.g. ``aten.addmm.default``; ``text`` are its plain arguments as a person would write them.
    """

    step: StepIndex
    name: str
    inputs: tuple[KernelOperand, ...]
    outputs: tuple[KernelOperand, ...]
    text: str
    started_ns: int
    duration_ns: int


class RandomState(Fact, frozen=True):
    """The state of a random generator just before ``step`` drew from it: ``nbytes`` at ``offset`` of the byte store."""

    step: StepIndex
    device: str
    offset: int
    nbytes: int
