"""What is recorded beside the steps themselves: what they cost, the kernels and the random numbers they took."""

from collections.abc import Sequence
from typing import Any

from engine.runtime.recorder.costs import CostMaker
from engine.runtime.recorder.kernels import KernelResolver
from engine.runtime.recorder.log import DREW, KERNEL, KERNELS, MEASURED
from engine.runtime.recorder.options import RecorderOptions
from engine.runtime.recorder.resolve.pending import PendingStep
from engine.runtime.recorder.resolve.values import ValueMaker
from engine.runtime.recorder.watch.backward_run import BackwardRun
from engine.runtime.recorder.watch.device_clock import Measured, Reading, Unfinished
from engine.runtime.recorder.watch.optimizers import OptimizerRun
from engine.runtime.recorder.watch.randomness import Draw, RandomStates
from engine.runtime.recorder.watch.saved import SavedTensors
from engine.trace.bytestore import ByteSink
from engine.trace.execution import Clock, StepCost

BESIDE = frozenset({KERNEL, KERNELS, MEASURED, DREW})
"""Records that go with the one of the step that follows."""


class Beside:
    """Told of each record right after its step was made (``step`` is None where it made none)."""

    def __init__(self, options: RecorderOptions, sink: ByteSink, values: ValueMaker, origin_ns: int) -> None:
        self._values = values
        self._saved = SavedTensors()
        self._costs = CostMaker(self._saved) if options.measures else None
        self._kernels = KernelResolver(values, self._saved, origin_ns) if options.kernels else None
        self._random = RandomStates(sink, options.look_bytes)
        self._draws: dict[int, Draw] = {}
        self._readings: dict[int, Reading] = {}
        self._unfinished = Unfinished()

    def take(self, record: Sequence[Any], thread: int) -> None:
        """Take in a record of ``BESIDE``."""
        match record[0]:
            case tag if tag == KERNEL and self._kernels is not None:
                self._kernels.ran(record[1], thread)
            case tag if tag == KERNELS and self._kernels is not None:
                self._kernels.ran_in_call(record[1], thread, is_inside=record[2])
            case tag if tag == MEASURED:
                self._readings[thread] = record[1]
            case tag if tag == DREW:
                self._draws[thread] = record[1]

    def call(self, record: Sequence[Any], step: PendingStep | None, thread: int) -> None:
        """Take in a CALL record."""
        if self._kernels is not None:
            self._kernels.call(record, step, thread)
        draw = self._draws.pop(thread, None) if self._draws else None
        measured = self._measured(thread, step)
        if step is None:
            return
        pending = self._values.pending
        if draw is not None:
            state = self._random.fact(draw, step.index)
            if state is not None:
                pending.random_states.append(state)
        if self._costs is not None:
            self._costs.forward(pending, step, record, measured)

    def begin(self, run: BackwardRun, thread: int) -> None:
        """Take in a BACKWARD record."""
        if self._kernels is not None:
            self._kernels.begin(run, thread)

    def node(self, record: Sequence[Any], step: PendingStep, thread: int, *, is_leaf: bool) -> None:
        """Take in a NODE or LEAF record."""
        if self._kernels is not None:
            self._kernels.node(record, step, thread)
        measured = self._measured(thread, step)
        if self._costs is not None:
            add = self._costs.leaf if is_leaf else self._costs.node
            add(self._values.pending, step, record, measured)

    def end(self, run: BackwardRun, thread: int) -> None:
        """Take in a BACKWARD_END record."""
        if self._kernels is not None:
            self._kernels.end(run, thread)
        self._saved.forget(run)

    def optimizer(self, run: OptimizerRun, step: PendingStep | None, thread: int) -> None:
        """Take in an OPTIMIZER record."""
        if self._kernels is not None:
            self._kernels.optimizer(run, step, thread)
        measured = self._measured(thread, step)
        if step is not None and self._costs is not None:
            self._costs.optimizer(self._values.pending, step, run, measured)

    def finish(self, *, waits: bool) -> None:
        """Add what devices have come to since their steps were resolved; ``waits``: the program is over."""
        if self._costs is None:
            return
        pending = self._values.pending
        self._costs.learn(pending)
        for step, measured in self._unfinished.finished(waits=waits):
            cost = self._costs.waiting.pop(step, None)
            if cost is not None and measured.duration_ns is not None:
                pending.costs.append(timed(cost, measured.duration_ns))

    def _measured(self, thread: int, step: PendingStep | None) -> Measured | None:
        reading = self._readings.pop(thread, None) if self._readings else None
        if reading is None or step is None:
            return None
        measured = reading.measured()
        if measured.clock is Clock.LAUNCH:
            self._unfinished.add(step.index, reading)
        return measured


def timed(cost: StepCost, duration_ns: int) -> StepCost:
    """Return a cost with the time that the device took."""
    return StepCost(
        cost.step,
        cost.device,
        cost.stream,
        Clock.DEVICE,
        duration_ns,
        cost.flops,
        cost.read_bytes,
        cost.written_bytes,
        cost.allocated_bytes,
        cost.peak_bytes,
    )
