"""Operators that ran, from the log to the steps that they ran in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from engine.runtime.compat import Node, node_name
from engine.runtime.recorder.kernels.facts import KnownValues, StepKernels
from engine.runtime.recorder.kernels.ran import Ran, tensors_of
from engine.runtime.recorder.resolve.opened import COMPILED_NODE
from engine.runtime.recorder.resolve.pending import PendingStep
from engine.runtime.recorder.resolve.values import ValueMaker
from engine.runtime.recorder.watch.backward_run import BackwardRun
from engine.runtime.recorder.watch.optimizers import OptimizerRun
from engine.runtime.recorder.watch.saved import SavedTensors
from engine.trace.ids import ValueId


@dataclass(slots=True, eq=False)
class _Thread:
    """What ran in one thread and waits for the step that it belongs to.

    Attributes:
        calls: Ran outside of backward nodes.
        nodes: Ran in a backward node.
        is_inside: Whether something else runs around the next call.
        optimizers: How many optimizer steps are running.
        done: The steps of nodes of running backward passes: the engine goes on in a node after its step.
    """

    calls: list[Ran] = field(default_factory=list)
    nodes: list[Ran] = field(default_factory=list)
    is_inside: bool = False
    optimizers: int = 0
    done: dict[Node, StepKernels] = field(default_factory=dict)
    passes: int = 0


class KernelResolver:
    """Gives each operator to the innermost step that it ran in; what ran in no step is dropped."""

    def __init__(self, values: ValueMaker, saved: SavedTensors, origin_ns: int) -> None:
        self._values = values
        self._saved = saved
        self._origin_ns = origin_ns
        self._threads: dict[int, _Thread] = {}

    def ran(self, ran: Ran, thread: int) -> None:
        """Take in one operator of a backward node."""
        state = self._state(thread)
        done = state.done.get(ran.node)
        if done is not None:  # what it sent on is added up
            self._values.pending.kernels.extend(done.kernels([ran]))
        elif node_name(ran.node) != COMPILED_NODE:
            state.nodes.append(ran)

    def ran_in_call(self, ran: Sequence[Ran], thread: int, *, is_inside: bool) -> None:
        """Take in the operators of the call, or of the optimizer step, whose record follows."""
        state = self._state(thread)
        state.calls.extend(ran)
        state.is_inside = is_inside

    def call(self, record: Sequence[Any], step: PendingStep | None, thread: int) -> None:
        """Give a call what ran in it; ``step`` is None if it made none. ``record`` is its CALL record."""
        state = self._threads.get(thread)
        if state is None:
            return
        started_ns, ended_ns = record[10], record[11]
        if step is not None:
            mine = [*_taken(state.calls, started_ns, ended_ns), *_taken(state.nodes, started_ns, ended_ns)]
            mine.sort(key=lambda ran: ran.started_ns)
            _, _, args, kwargs, result = record[:5]
            taken = [*tensors_of(args), *tensors_of(kwargs or {})]
            self._give(step, mine, taken, list(tensors_of(result)))
        if not state.is_inside and not state.optimizers:
            state.calls.clear()

    def begin(self, run: BackwardRun, thread: int) -> None:
        """Take in that a backward pass begins: its nodes run, maybe once more."""
        state = self._threads.get(thread)
        if state is not None:
            state.passes += 1
            for node in run.nodes:
                state.done.pop(node, None)

    def end(self, run: BackwardRun, thread: int) -> None:
        """Take in that a backward pass is over, and let go of its nodes."""
        state = self._threads.get(thread)
        if state is not None:
            for node in run.nodes:
                state.done.pop(node, None)
            state.passes = max(0, state.passes - 1)
            if not state.passes:
                state.nodes.clear()

    def node(self, record: Sequence[Any], step: PendingStep, thread: int) -> None:
        """Give a backward step what its node ran; ``record`` is its NODE or LEAF record."""
        state = self._threads.get(thread)
        if state is None:
            return
        _, run, position = record[:3]
        node = run.nodes[position]
        mine = [ran for ran in state.nodes if ran.node is node]
        state.nodes = [ran for ran in state.nodes if ran.node is not node]
        saved = list(tensors_of(self._saved.of(run, position)))
        state.done[node] = self._give_backward(step, mine, record, saved)

    def optimizer(self, run: OptimizerRun, step: PendingStep | None, thread: int) -> None:
        """Take in that an optimizer step begins (``step`` is None), or give it what ran in it."""
        state = self._state(thread)
        if step is None:
            state.optimizers += 1
            return
        state.optimizers = max(0, state.optimizers - 1)
        mine = _taken(state.calls, run.started_ns, run.ended_ns)
        gradients = run.late_gradients or run.gradients
        pairs = [part for pair in zip(run.parameters, gradients, strict=False) for part in pair]
        given = [part for part in pairs if isinstance(part, Tensor)]
        self._give(step, mine, given, list(run.parameters))

    def _state(self, thread: int) -> _Thread:
        return self._threads.setdefault(thread, _Thread())

    def _give(self, step: PendingStep, ran: list[Ran], taken: list[Tensor], given: list[Tensor]) -> None:
        if not ran:
            return
        inputs = [value for value in step.inputs if value is not None]
        before = list(zip(taken, inputs, strict=True)) if len(taken) == len(inputs) else []
        after = list(zip(given, step.outputs, strict=False))
        made = StepKernels(
            step.index, KnownValues([*before, *self._known(ran, step)]), KnownValues(after), self._origin_ns
        )
        self._values.pending.kernels.extend(made.kernels(ran))

    def _give_backward(
        self, step: PendingStep, ran: list[Ran], record: Sequence[Any], saved: list[Tensor]
    ) -> StepKernels:
        _, _, _, sent, came = record[:5]
        if isinstance(sent, Tensor):  # a LEAF record has the leaf's ``.grad`` there
            sent = (sent,)
        took = zip(came or (), step.inputs, strict=False)
        gave = [(tensor, value) for tensor, value in zip(sent or (), step.outputs, strict=False) if tensor is not None]
        before = [(tensor, value) for tensor, value in took if isinstance(tensor, Tensor)]
        before += [(tensor, value) for tensor in saved if (value := self._value(tensor)) is not None]
        if came is None:
            before += gave  # the first gradient becomes ``.grad``
        made = StepKernels(step.index, KnownValues(before), KnownValues(gave), self._origin_ns)
        self._values.pending.kernels.extend(made.kernels(ran))
        return made

    def _value(self, tensor: Tensor) -> ValueId | None:
        known = self._values.book.twin(tensor)
        return None if known is None else known.value

    def _known(self, ran: list[Ran], step: PendingStep) -> list[tuple[Tensor, ValueId | None]]:
        """Return the values of tensors that a step used without being given them: those a custom function holds."""
        found = []
        outputs = set(step.outputs)
        for operand in (operand for one in ran for operand in one.inputs):
            tensor = operand.tensor()
            record = None if tensor is None else self._values.book.find(tensor)
            if tensor is not None and record is not None and not record.is_stale and record.value not in outputs:
                found.append((tensor, record.value))
        return found


def _taken(waiting: list[Ran], started_ns: int, ended_ns: int) -> list[Ran]:
    """Take what ran between two times out of a list, which is in order."""
    first = len(waiting)
    while first and waiting[first - 1].started_ns >= started_ns:
        first -= 1
    mine = [ran for ran in waiting[first:] if ran.ended_ns <= ended_ns]
    later = [ran for ran in waiting[first:] if ran.ended_ns > ended_ns]
    del waiting[first:]
    waiting.extend(later)
    return mine
