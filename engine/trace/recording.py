"""A recording: everything that is known about one run, growing while it runs."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import ByteStore
from engine.trace.control import Decision, Region
from engine.trace.execution import Kernel, RandomState, StepCost
from engine.trace.facts import (
    Absence,
    BackwardCall,
    Data,
    FailedCall,
    GradChange,
    GradEdge,
    GradNode,
    Histogram,
    Metric,
    ModuleCall,
    Output,
    Phase,
    RecordingStop,
    ReturnedGradient,
    Statistics,
    Step,
    Value,
)
from engine.trace.ids import GradNodeId, StepIndex, TensorId, ValueId
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.source import factory_name
from engine.trace.tensors import Array, array_from_bytes

RUNNING = Outcome(kind=OutcomeKind.RUNNING, message="The program is still running.")


class Recording:
    """Facts of one run, appended batch by batch, with the look-ups that every view needs.

    Ids index straight into the sequences (``recording.values[value_id]``). Not thread-safe: one thread appends and
    reads.
    """

    def __init__(self, info: RunInfo, store: ByteStore) -> None:
        self.info = info
        self.program_lines = info.program.split("\n")
        self.outcome = RUNNING
        self.store = store
        self.steps: list[Step] = []
        self.values: list[Value] = []
        self.grad_nodes: list[GradNode] = []
        self.grad_edges: list[GradEdge] = []
        self.backward_calls: list[BackwardCall] = []
        self.module_calls: list[ModuleCall] = []
        self.metrics: list[Metric] = []
        self.outputs: list[Output] = []
        self.failures: list[FailedCall] = []
        self.stops: list[RecordingStop] = []
        self.regions: list[Region] = []
        self.decisions: list[Decision] = []
        self.returned_gradients: list[ReturnedGradient] = []
        self.files: list[str] = [info.filename]
        self._names: defaultdict[ValueId, list[str]] = defaultdict(list)
        self._data: dict[ValueId, Data] = {}
        self._wanted: dict[ValueId, None] = {}
        self._statistics: dict[ValueId, Statistics] = {}
        self._histograms: dict[ValueId, Histogram] = {}
        self._costs: dict[StepIndex, StepCost] = {}
        self._kernels: defaultdict[StepIndex, list[Kernel]] = defaultdict(list)
        self._random_states: defaultdict[StepIndex, list[RandomState]] = defaultdict(list)
        self._grad_changes: defaultdict[TensorId, list[GradChange]] = defaultdict(list)
        self._consumers: defaultdict[ValueId, list[StepIndex]] = defaultdict(list)
        self._versions: defaultdict[TensorId, list[ValueId]] = defaultdict(list)
        self._node_runs: defaultdict[GradNodeId, list[StepIndex]] = defaultdict(list)
        self._edges_from: defaultdict[GradNodeId, list[GradEdge]] = defaultdict(list)
        self._edges_into: defaultdict[GradNodeId, list[GradEdge]] = defaultdict(list)
        self._accumulators: dict[TensorId, GradNodeId] = {}
        self._turns: list[int] = []
        self._turn_counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self.steps)

    def append(self, batch: Batch) -> None:
        """Extend the recording by the facts of ``batch`` (see ``Batch`` for the order that it keeps)."""
        self.steps.extend(batch.steps)
        self.values.extend(batch.values)
        self._link(batch)
        self.grad_nodes.extend(batch.grad_nodes)
        self.grad_edges.extend(batch.grad_edges)
        self.backward_calls.extend(batch.backward_calls)
        self.module_calls.extend(batch.module_calls)
        self.metrics.extend(batch.metrics)
        self.outputs.extend(batch.outputs)
        self.failures.extend(batch.failures)
        self.stops.extend(batch.stops)
        self.regions.extend(batch.regions)
        self.decisions.extend(batch.decisions)
        self.returned_gradients.extend(batch.returned_gradients)
        self.files.extend(batch.files)
        self._index(batch)

    def _link(self, batch: Batch) -> None:
        for link in batch.grad_links:
            if link.value is not None:
                value = self.values[link.value]
                self.values[link.value] = replace(value, grad_node=link.node, grad_slot=link.slot)
            if link.step is not None:
                self.steps[link.step] = replace(self.steps[link.step], grad_node=link.node)

    def _index(self, batch: Batch) -> None:
        for value in batch.values:
            self._versions[value.tensor].append(value.id)
        for name in batch.names:
            if name.text not in self._names[name.value]:
                self._names[name.value].append(name.text)
        self._data.update((data.value, data) for data in batch.data)
        self._statistics.update((numbers.value, numbers) for numbers in batch.statistics)
        self._histograms.update((histogram.value, histogram) for histogram in batch.histograms)
        for change in batch.grad_changes:
            self._grad_changes[change.tensor].append(change)
        for node in batch.grad_nodes:
            if node.variable is not None:
                self._accumulators[self.values[node.variable].tensor] = node.id
        for edge in batch.grad_edges:
            self._edges_from[edge.source].append(edge)
            self._edges_into[edge.target].append(edge)
        self._index_steps(batch)

    def _index_steps(self, batch: Batch) -> None:
        self._costs.update((cost.step, cost) for cost in batch.costs)
        for kernel in batch.kernels:
            self._kernels[kernel.step].append(kernel)
        for state in batch.random_states:
            self._random_states[state.step].append(state)
        for step in batch.steps:
            self._turn_counts[step.name] += 1
            self._turns.append(self._turn_counts[step.name])
            if step.phase is Phase.BACKWARD and step.grad_node is not None:
                self._node_runs[step.grad_node].append(step.index)
            for value_id in dict.fromkeys(step.inputs):
                if value_id is not None:
                    self._consumers[value_id].append(step.index)

    def end(self, outcome: Outcome) -> None:
        """Say how the run ended."""
        self.outcome = outcome

    def names(self, value: ValueId) -> Sequence[str]:
        """Every name the program gives to a value, the first one first; empty when it has none."""
        return self._names.get(value, ())

    def shown_name(self, value: ValueId) -> str:
        """What to call a value: its first name, else one made up of what made it, e.g. ``linear_2``, ``randn_like_7``.

        The number counts the steps of that name from 1 (for tensors that no step made it is the value's own); of
        several results each has its place: ``max_1[0]``.
        """
        names = self._names.get(value)
        if names:
            return names[0]
        fact = self.values[value]
        if fact.producer is None:
            return f"{factory_name(self.program_lines, fact.span) or fact.role.value}_{value}"
        step = self.steps[fact.producer]
        place = f"[{step.outputs.index(value)}]" if len(step.outputs) > 1 and value in step.outputs else ""
        return f"{step.name.strip('_')}_{self._turns[fact.producer]}{place}"

    def data(self, value: ValueId) -> Data | None:
        """Where the numbers of a value lie, or None when nothing is known of them (yet)."""
        return self._data.get(value)

    def statistics(self, value: ValueId) -> Statistics | None:
        """Recorded statistics of a value, if any."""
        return self._statistics.get(value)

    def histogram(self, value: ValueId) -> Histogram | None:
        """Recorded distribution of a value, if any."""
        return self._histograms.get(value)

    def cost(self, step: StepIndex) -> StepCost | None:
        """What a step cost, if that was measured."""
        return self._costs.get(step)

    def kernels(self, step: StepIndex) -> Sequence[Kernel]:
        """Operators of ATen that a step was executed as, in order; empty when they were not asked for."""
        return self._kernels.get(step, ())

    def random_states(self, step: StepIndex) -> Sequence[RandomState]:
        """States of the generators that a step drew from, just before it did."""
        return self._random_states.get(step, ())

    def absence(self, value: ValueId) -> Absence | None:
        """Why the numbers of a value are missing, or None when they are there."""
        data = self._data.get(value)
        return Absence.LOST if data is None else data.absence

    def array(self, value: ValueId) -> Array | None:
        """Return the numbers of a value as an array of its shape, or None when they were not kept.

        Raises:
            UnreadableDtypeError: If the dtype has no numpy form.
        """
        data = self._data.get(value)
        if data is None or data.absence is not None:
            if data is not None and data.absence is Absence.NOT_YET:
                self._wanted[value] = None
            return None
        fact = self.values[value]
        raw = self.store.read(data.offset, data.nbytes)
        return array_from_bytes(raw, fact.dtype, fact.shape)

    def take_wanted(self) -> tuple[ValueId, ...]:
        """Return the values whose numbers were asked for since the last time and are not fetched yet, in that order."""
        wanted, self._wanted = self._wanted, {}
        return tuple(value for value in wanted if self.absence(value) is Absence.NOT_YET)

    def lost_numbers(self) -> Batch:
        """Return what is to be appended when nobody can fetch numbers any more: those still to come are lost."""
        waiting = (data.value for data in self._data.values() if data.absence is Absence.NOT_YET)
        return Batch(data=tuple(Data(value, 0, 0, Absence.LOST) for value in waiting))

    def consumers(self, value: ValueId) -> Sequence[StepIndex]:
        """Steps that take the value as an input, in order."""
        return self._consumers.get(value, ())

    def versions(self, tensor: TensorId) -> Sequence[ValueId]:
        """All values of one tensor, oldest first."""
        return self._versions.get(tensor, ())

    def runs_of(self, node: GradNodeId) -> Sequence[StepIndex]:
        """Backward steps in which an autograd node ran, in order."""
        return self._node_runs.get(node, ())

    def edges_from(self, node: GradNodeId) -> Sequence[GradEdge]:
        """``next_functions`` of an autograd node, in slot order."""
        return self._edges_from.get(node, ())

    def edges_into(self, node: GradNodeId) -> Sequence[GradEdge]:
        """Every edge that ends at an autograd node: where its incoming gradients come from."""
        return self._edges_into.get(node, ())

    def accumulator_of(self, tensor: TensorId) -> GradNodeId | None:
        """The AccumulateGrad node of a leaf, once a backward call has reached it."""
        return self._accumulators.get(tensor)

    def grad_changes(self, tensor: TensorId) -> Sequence[GradChange]:
        """Every change of ``.grad`` of a tensor, in order."""
        return self._grad_changes.get(tensor, ())

    def all_grad_changes(self) -> list[GradChange]:
        """Every change of ``.grad`` of any tensor, by step."""
        changes = [change for of_tensor in self._grad_changes.values() for change in of_tensor]
        return sorted(changes, key=lambda change: change.step)

    def grad_at(self, tensor: TensorId, step: StepIndex) -> ValueId | None:
        """``.grad`` of a tensor right after ``step``."""
        changes = self._grad_changes.get(tensor, [])
        position = bisect_right(changes, step, key=lambda change: change.step)
        return changes[position - 1].value if position else None
