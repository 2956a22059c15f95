"""Backward passes, from the log to nodes, edges, steps and gradients."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from engine.program.source import SourceMap
from engine.runtime.compat import Node, node_name, plain, plain_saved_names
from engine.runtime.recorder.resolve.forward import mark_nodes
from engine.runtime.recorder.resolve.passes import Pass
from engine.runtime.recorder.resolve.pending import PendingNode, PendingStep
from engine.runtime.recorder.resolve.steps import StepMaker
from engine.runtime.recorder.resolve.values import ValueMaker
from engine.runtime.recorder.texts import short_text
from engine.runtime.recorder.watch.backward_run import BackwardRun
from engine.runtime.scalars import number_in, scalar_in
from engine.trace.facts import BackwardCall, GradChange, GradEdge, GradLink, Phase, ReturnedGradient, Role, SavedTensor
from engine.trace.ids import BackwardCallId, GradNodeId, StepIndex, ValueId


@dataclass(slots=True)
class _Running:
    """A backward run while its nodes are resolved: ids and sequence numbers of its nodes, and how far it came."""

    call: BackwardCallId
    ids: list[GradNodeId]
    sequences: list[int | None]
    ended_ns: int
    sequence: int
    last: StepIndex | None = None


@dataclass(slots=True)
class _Awaited:
    """What was sent to an AccumulateGrad node and not held: the steps that sent it, and in which place."""

    target: Node
    sent: list[tuple[PendingStep, int]] = field(default_factory=list)


class GradientResolver:
    """Turns backward runs into facts."""

    def __init__(self, values: ValueMaker, steps: StepMaker, source: SourceMap) -> None:
        self._values = values
        self._steps = steps
        self._source = source
        self._calls = 0
        self._nodes = 0
        self._running: dict[BackwardRun, _Running] = {}
        self._plain_names: dict[type, tuple[str, ...]] = {}
        self._waiting: dict[int, _Awaited] = {}
        self.origin_ns = 0
        self.loss: float | None = None

    def begin(self, run: BackwardRun, thread: int) -> None:
        """Resolve the start of a backward run: its graph."""
        values = self._values
        passes = self._steps.passes(thread)
        time_ns = run.started_ns
        running = _Running(BackwardCallId(self._calls), [], [], run.started_ns, run.sequence)
        self._calls += 1
        self._running[run] = running
        is_new = [self._add_node(run, running, position) for position in range(len(run.nodes))]
        self._add_edges(run, running, is_new)
        self._add_saved(run, running, is_new)
        position_of = {node: position for position, node in enumerate(run.nodes)}
        roots = tuple(running.ids[position_of[node]] for node in run.root_nodes if node is not None)
        values.pending.backward_calls.append(
            BackwardCall(
                running.call,
                run.function,
                roots,
                tuple(values.current(tensor, time_ns) for tensor in run.root_tensors),
                self._source.span(run.code, run.instruction) if run.code is not None else None,
                self._steps.next,
                run.retain_graph,
                run.create_graph,
            )
        )
        if run.loss is not None and not passes.running:
            self.loss = number_in(run.loss)
        passes.running.append(Pass(running.call, run.code, run.instruction))

    def node(self, record: Sequence[Any], thread: int) -> None:
        """Resolve one NODE record: a node ran."""
        _, run, position, sent, came, ended_ns, sequence = record
        if thread and run.create_graph:
            mark_nodes((*sent, *came), self._running[run].sequence, sequence, thread)
        step = self._step(run, position, ended_ns, thread, sequence)
        step.inputs = self._gradients(came, ended_ns, None)
        step.outputs = self._gradients(sent, ended_ns, step.index)
        edges = run.edges[position]
        for slot in run.dropped.get(position, ()):
            target = edges[slot][0]
            self._waiting.setdefault(id(target), _Awaited(target)).sent.append((step, slot))
        self._steps.add(step)

    def leaf(self, record: Sequence[Any], thread: int) -> None:
        """Resolve one LEAF record: a gradient was added to a leaf's ``.grad``."""
        _, run, position, grad, came, ended_ns, sequence = record
        values = self._values
        variable = values.book.record(run.variables[position])
        step = self._step(run, position, ended_ns, thread, sequence)
        awaited = self._waiting.pop(id(run.nodes[position]), None)
        waiting = [] if awaited is None else awaited.sent
        if came is not None:
            step.inputs = self._gradients(came, ended_ns, None)
        if grad is not None:
            value = self._accumulated(grad, run, position, ended_ns, step.index, waiting)
            step.outputs = [value]
            if came is None:
                step.inputs = [value]
            held = values.book.record(grad)
            variable.has_grad(held)
            change = GradChange(variable.id, step.index, value)
            # A write to ``.grad`` has told of it already.
            if change not in values.pending.grad_changes[-len(held.owners) :]:
                values.pending.grad_changes.append(change)
            self._fill(waiting, grad, step.inputs[0] if step.inputs else value, ended_ns)
        self._steps.add(step)

    def end(self, record: Sequence[Any], thread: int) -> None:
        """Resolve the end of a run: what the engine added up after its last node belongs to that node's step."""
        _, run, sequence, asked, found, ended_ns = record
        running = self._running.pop(run, None)
        if running is not None:
            self._steps.passes(thread).leave(running.call)
            if running.last is not None:
                self._steps.links.made(thread, running.sequence, sequence, running.last)
            for tensor, gradient in zip(asked, found, strict=False):  # after an error nothing was found
                if isinstance(tensor, Tensor) and isinstance(gradient, Tensor):
                    of = self._values.current(plain(tensor), run.started_ns)
                    value = self._values.current(plain(gradient), ended_ns, Role.GRADIENT)
                    self._values.pending.returned_gradients.append(ReturnedGradient(running.call, of, value))

    def set_grad(self, tensor: Tensor, grad: Tensor | None, time_ns: int) -> None:
        """Resolve a change of ``.grad`` by the program."""
        values = self._values
        leaf = values.book.record(tensor)
        if grad is None:
            if leaf.grad is not None:
                values.pending.grad_changes.append(GradChange(leaf.id, self._steps.next, None))
            leaf.has_grad(None)
            return
        value = values.current(grad, time_ns, Role.GRADIENT)
        leaf.has_grad(values.book.record(grad))
        values.pending.grad_changes.append(GradChange(leaf.id, self._steps.next, value))

    def forget_waiting(self, time_ns: int) -> None:
        """Give up the numbers of gradients that were not held and that still flow while the log is read."""
        for awaited in self._waiting.values():
            for step, slot in awaited.sent:
                step.outputs[slot] = self._values.lost(plain(awaited.target.variable), time_ns, step.index)
        self._waiting = {}

    def _add_node(self, run: BackwardRun, running: _Running, position: int) -> bool:
        """Find or give the id of a node; return whether it is new."""
        node = run.nodes[position]
        values = self._values
        sequence = self._steps.links.number(node)
        running.sequences.append(sequence)
        variable = None
        leaf = run.variables.get(position)
        if leaf is not None:
            variable = values.current(plain(leaf), run.started_ns)
            record = values.book.record(plain(leaf))
            known = record.accumulator
        else:
            known = None if sequence is None else self._steps.links.node(sequence)
        if known is not None:
            running.ids.append(known)
            return False
        identity = GradNodeId(self._nodes)
        self._nodes += 1
        running.ids.append(identity)
        values.pending.nodes.append(PendingNode(identity, node_name(node), sequence, variable))
        if leaf is not None:
            record.accumulator = identity
            self._link_leaf(variable, identity)
        elif sequence is not None:
            values.pending.grad_links.extend(self._steps.links.known(sequence, identity))
        return True

    def _link_leaf(self, variable: ValueId | None, node: GradNodeId) -> None:
        found = self._values.pending.value(variable)
        if found is not None:
            found.accumulator = node
        elif variable is not None:
            self._values.pending.grad_links.append(GradLink(variable, None, node, 0))

    def _add_edges(self, run: BackwardRun, running: _Running, is_new: list[bool]) -> None:
        position_of = {node: position for position, node in enumerate(run.nodes)}
        for position, following in enumerate(run.edges):
            if is_new[position]:
                source = running.ids[position]
                self._values.pending.edges.extend(
                    GradEdge(source, slot, running.ids[position_of[target]], index)
                    for slot, (target, index) in enumerate(following)
                    if target is not None
                )

    def _add_saved(self, run: BackwardRun, running: _Running, is_new: list[bool]) -> None:
        first = self._nodes - len(self._values.pending.nodes)
        nodes = self._values.pending.nodes
        for position, name, tensor in run.saved:
            if is_new[position]:
                saved = nodes[running.ids[position] - first].saved
                parts = tensor if isinstance(tensor, tuple | list) else (tensor,)
                for part in parts:
                    if isinstance(part, Tensor):
                        saved.append(self._saved(name, plain(part), run.started_ns))
        for position, node in enumerate(run.nodes):
            if is_new[position]:
                nodes[running.ids[position] - first].saved.extend(self._plain_saved(node))

    def _saved(self, name: str, tensor: Tensor, time_ns: int) -> SavedTensor:
        known = self._values.book.twin(tensor)
        if known is not None:
            return SavedTensor(name, known.value, "")
        if tensor.ndim == 0 and not tensor.requires_grad and tensor.device.type == "cpu":
            number = scalar_in(tensor)
            if number is not None:
                return SavedTensor(name, None, short_text(number))
        return SavedTensor(name, self._values.current(tensor, time_ns, Role.INTERMEDIATE), "")

    def _plain_saved(self, node: Any) -> Iterable[SavedTensor]:  # noqa: ANN401 - nodes have no common class
        names = self._plain_names.get(type(node))
        if names is None:
            names = self._plain_names[type(node)] = plain_saved_names(type(node))
        for name in names:
            try:
                value = getattr(node, "_saved_" + name)
            except (RuntimeError, AttributeError):
                continue  # freed when the node ran
            yield SavedTensor(name, None, short_text(value))

    def _step(self, run: BackwardRun, position: int, ended_ns: int, thread: int, sequence: int) -> PendingStep:
        running = self._running[run]
        span, module = self._steps.origin(running.sequences[position])
        name = node_name(run.nodes[position])
        step = PendingStep(
            index=self._steps.next,
            phase=Phase.BACKWARD,
            name=name,
            target=name,
            span=span,
            inputs=[],
            outputs=[],
            started_ns=running.ended_ns - self.origin_ns,
            duration_ns=max(0, ended_ns - running.ended_ns),
            function=run.code.co_qualname if run.code is not None else "",
            thread=thread,
            module=module,
            node=running.ids[position],
            backward_call=running.call,
        )
        self._steps.links.made(thread, running.sequence, sequence, step.index)
        running.ended_ns, running.sequence, running.last = ended_ns, sequence, step.index
        return step

    def _gradients(
        self, gradients: Sequence[Tensor | None], time_ns: int, producer: StepIndex | None
    ) -> list[ValueId | None]:
        return [
            self._values.current(plain(gradient), time_ns, Role.GRADIENT, producer)
            if isinstance(gradient, Tensor)
            else None
            for gradient in gradients
        ]

    def _accumulated(
        self,
        grad: Tensor,
        run: BackwardRun,
        position: int,
        time_ns: int,
        step: StepIndex,
        waiting: list[tuple[PendingStep, int]],
    ) -> ValueId:
        values = self._values
        record = values.book.record(grad)
        if record.value is not None and position in run.had_grad:
            return values.rewritten(grad, time_ns, step) or record.value
        producer = waiting[0][0].index if len(waiting) == 1 else step
        return values.current(grad, time_ns, Role.GRADIENT, producer)

    def _fill(self, waiting: list[tuple[PendingStep, int]], grad: Tensor, value: ValueId | None, time_ns: int) -> None:
        """Give gradients that were not held while they flowed their place: alone it is ``.grad``, else it is lost."""
        if len(waiting) == 1:
            step, slot = waiting[0]
            step.outputs[slot] = value
            return
        for step, slot in waiting:
            step.outputs[slot] = self._values.lost(grad, time_ns, step.index)
