"""Facts of the current drain while they are still being worked out."""

from dataclasses import dataclass, field

from torch import Tensor

from engine.runtime.compat import shape_of
from engine.runtime.recorder.contents.layouts import layout_of
from engine.runtime.recorder.resolve.links import NodeLinks
from engine.runtime.recorder.resolve.tensors import NodeKey
from engine.trace.execution import Kernel, RandomState, StepCost
from engine.trace.facts import (
    Absence,
    Argument,
    BackwardCall,
    FailedCall,
    GradChange,
    GradEdge,
    GradLink,
    GradNode,
    Metric,
    ModuleCall,
    Name,
    Phase,
    ReturnedGradient,
    Role,
    SavedTensor,
    Span,
    Step,
    Value,
)
from engine.trace.ids import (
    BackwardCallId,
    GradNodeId,
    ModuleCallId,
    RegionId,
    StepIndex,
    StorageId,
    TensorId,
    ValueId,
)


@dataclass(slots=True, eq=False)
class PendingValue:
    """A value whose autograd node and numbers are still looked up; ``content`` is where its numbers are read.

    ``no_numbers`` is the reason to give where ``content`` turns out to have none.
    """

    id: ValueId
    tensor: TensorId
    content: Tensor
    key: int | None
    time_ns: int
    version: int
    role: Role
    storage: StorageId | None
    base: ValueId | None
    producer: StepIndex | None
    span: Span | None
    node: NodeKey
    accumulator: GradNodeId | None
    is_lost: bool = False
    no_numbers: Absence = Absence.NO_STORAGE

    def fact(self, links: NodeLinks) -> Value:
        """Return the finished fact, asking ``links`` for a node that is not known yet."""
        content = self.content
        node, slot, sequence = self.accumulator, 0, self.node.sequence
        if sequence is not None:
            slot = self.node.slot
            node = links.node(sequence)
            if node is None:
                links.wait(sequence, self.id, slot)
        strides, offset = layout_of(content)
        return Value(
            self.id,
            self.tensor,
            self.version,
            shape_of(content),
            str(content.dtype).removeprefix("torch."),
            str(content.device),
            self.node.requires_grad,
            sequence is None,
            self.role,
            self.storage,
            self.base,
            self.producer,
            self.span,
            node,
            slot,
            strides,
            offset,
        )


@dataclass(slots=True, eq=False)
class PendingStep:
    """A step whose outputs and autograd node may still be completed.

    ``made`` is the range of sequence numbers of the nodes that it made, ``first`` its first result.
    """

    index: StepIndex
    phase: Phase
    name: str
    target: str
    span: Span | None
    inputs: list[ValueId | None]
    outputs: list[ValueId | None]
    started_ns: int
    duration_ns: int
    function: str
    thread: int
    arguments: tuple[Argument, ...] = ()
    module: ModuleCallId | None = None
    made: tuple[int, int] = (0, 0)
    first: PendingValue | None = None
    node: GradNodeId | None = None
    backward_call: BackwardCallId | None = None
    region: RegionId | None = None

    def fact(self, links: NodeLinks) -> Step:
        """Return the finished fact, asking ``links`` for a node that is not known yet."""
        node, sequence = self.node, self._sequence()
        if node is None and sequence is not None:
            node = links.node(sequence)
            if node is None:
                links.wait_step(sequence, self.index)
        return Step(
            self.index,
            self.phase,
            self.name,
            self.target,
            self.span,
            tuple(self.inputs),
            tuple(self.outputs),
            self.arguments,
            self.module,
            node,
            self.backward_call,
            self.started_ns,
            self.duration_ns,
            self.function,
            self.thread,
            self.region,
        )

    def _sequence(self) -> int | None:
        """Return the number of the node that made the first result, else of the last node that the step made."""
        start, end = self.made
        sequence = self.first.node.sequence if self.first is not None else None
        if end <= start:
            return sequence if sequence is not None and sequence < 0 else None
        return sequence if sequence is not None and start <= sequence < end else end - 1


@dataclass(slots=True, eq=False)
class PendingNode:
    """An autograd node whose maker may be a step that is resolved later in the same drain."""

    id: GradNodeId
    name: str
    sequence: int | None
    variable: ValueId | None
    saved: list[SavedTensor] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Pending:
    """Everything that the current drain has found so far."""

    first_value: int
    steps: list[PendingStep] = field(default_factory=list)
    values: list[PendingValue] = field(default_factory=list)
    nodes: list[PendingNode] = field(default_factory=list)
    edges: list[GradEdge] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    grad_changes: list[GradChange] = field(default_factory=list)
    grad_links: list[GradLink] = field(default_factory=list)
    backward_calls: list[BackwardCall] = field(default_factory=list)
    returned_gradients: list[ReturnedGradient] = field(default_factory=list)
    module_calls: list[ModuleCall] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    failures: list[FailedCall] = field(default_factory=list)
    kernels: list[Kernel] = field(default_factory=list)
    costs: list[StepCost] = field(default_factory=list)
    random_states: list[RandomState] = field(default_factory=list)

    def value(self, value: ValueId | None) -> PendingValue | None:
        """Return a value that this drain found; None for an older one."""
        if value is None or value < self.first_value:
            return None
        return self.values[value - self.first_value]

    def finished_nodes(self, links: NodeLinks, phases: list[bool]) -> tuple[GradNode, ...]:
        """Return the facts of the nodes; ``phases`` says of each step whether it is a backward step."""
        finished = []
        for node in self.nodes:
            maker = None if node.sequence is None else links.maker(node.sequence)
            is_backward = maker is not None and phases[maker]
            step, made_by = (None, maker) if is_backward else (maker, None)
            finished.append(GradNode(node.id, node.name, step, made_by, node.variable, tuple(node.saved)))
        return tuple(finished)
