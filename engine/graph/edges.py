"""The arrows of a picture."""

from engine.graph.cast import Cast
from engine.graph.stage import Stage
from engine.graph.view import EdgeKind, NodeKey, ViewEdge
from engine.graph.within import Reach
from engine.trace.facts import FailedCall, GradEdge, Phase, Role, Step
from engine.trace.ids import GradNodeId, StepIndex, TensorId, ValueId
from engine.trace.recording import Recording

_MERGED = (EdgeKind.GRADIENT, EdgeKind.SAVED)
"""Between folded boxes there is one arrow of these kinds, whatever the value."""

_Seen = tuple[NodeKey, NodeKey, EdgeKind, ValueId | None]


def view_edges(recording: Recording, cast: Cast, stage: Stage, reach: Reach) -> list[ViewEdge]:
    """Return every arrow between different boxes; arrows of folded groups that say the same are put together."""
    edges = _Edges(recording, cast, stage)
    box, joined = stage.box, set[int]()
    for step in cast.forward:
        if box[reach[step.index]] is None:
            edges.add_inputs(step)
    for step in cast.backward:
        folded = box[reach[step.index]]
        if folded is None:
            edges.add_gradients(step)
            edges.add_saved(step)
        elif folded not in joined and edges.add_saved(step):
            joined.add(folded)  # between a folded group and its backward there is one arrow
    for step in cast.optimizer:
        edges.add_updates(step)
    for number, failure in enumerate(cast.failures):
        edges.add_failed(NodeKey(f"failed:{number}"), failure)
    return edges.found


class _Edges:
    def __init__(self, recording: Recording, cast: Cast, stage: Stage) -> None:
        self.found: list[ViewEdge] = []
        self._recording = recording
        self._cast = cast
        self._stage = stage
        self._seen: set[_Seen] = set()
        self._accumulation: dict[TensorId, StepIndex] = {
            cast.leaves[value].tensor: step for step, value in cast.accumulates.items() if value is not None
        }
        self._runs: dict[GradNodeId, list[Step]] = {}
        for step in cast.backward:
            if step.grad_node is not None:
                self._runs.setdefault(step.grad_node, []).append(step)

    def add_inputs(self, step: Step) -> None:
        """Draw the tensors that a forward op takes, and a link to the base of a view where that is another node."""
        target = self._stage.of_step[step.index]
        sources = set()
        for slot, value in enumerate(step.inputs):
            if value is None:
                continue
            source = self._maker(value)
            sources.add(source)
            self._add(source, target, self._kind(value), value, step.index, (self._output_slot(value), slot))
        for value in step.outputs[:1]:
            base = None if value is None else self._recording.values[value].base
            if base is not None and self._maker(base) not in sources:
                self._add(self._maker(base), target, EdgeKind.VIEW, base, step.index, (0, 0))

    def add_failed(self, target: NodeKey, failure: FailedCall) -> None:
        """Draw the tensors that the failed call took."""
        for slot, value in enumerate(failure.inputs):
            if value is not None:
                slots = (self._output_slot(value), slot)
                self._add(self._maker(value), target, self._kind(value), value, failure.step, slots)

    def add_gradients(self, step: Step) -> None:
        """Draw the gradients that a backward node sent to nodes that ran."""
        if step.grad_node is None:
            return
        for edge in self._recording.edges_from(step.grad_node):
            value = step.outputs[edge.slot] if edge.slot < len(step.outputs) else None
            receiver = self._receiver(step, edge)
            if value is None or receiver is None or self._is_hidden(receiver.index):
                continue
            source, target = self._stage.of_step.get(step.index), self._stage.of_step.get(receiver.index)
            self._add(source, target, EdgeKind.GRADIENT, value, receiver.index, (edge.slot, edge.input_index))

    def _is_hidden(self, receiver: StepIndex) -> bool:
        """Whether a step gathers the gradient of a parameter that is nowhere in the picture."""
        leaf = self._cast.accumulates.get(receiver)
        return leaf is not None and leaf not in self._stage.of_leaf

    def add_saved(self, step: Step) -> bool:
        """Draw the tensors that the forward op kept for this backward node; return whether there are any."""
        if step.grad_node is None:
            return False
        before = len(self.found)
        target = self._stage.of_step.get(step.index)
        for slot, saved in enumerate(self._recording.grad_nodes[step.grad_node].saved):
            if saved.value is not None:
                label = f"saved: {saved.name}"
                source = self._maker(saved.value)
                self._add(source, target, EdgeKind.SAVED, saved.value, step.index, (0, slot), label)
        return len(self.found) > before

    def add_updates(self, step: Step) -> None:
        """Draw the gradients that an optimizer step used."""
        target = self._stage.of_step[step.index]
        if not self._stage.open.show_parameters:
            last = self._stage.of_step.get(self._cast.backward[-1].index) if self._cast.backward else None
            self._add(last, target, EdgeKind.UPDATE, None, step.index, (0, 0))
            return
        for slot in range(1, len(step.inputs), 2):
            parameter, gradient = step.inputs[slot - 1], step.inputs[slot]
            if parameter is None or gradient is None:
                continue
            # What AccumulateGrad keeps is often the very tensor that was sent, so its producer says too little.
            accumulation = self._accumulation.get(self._recording.values[parameter].tensor)
            source = self._maker(gradient) if accumulation is None else self._stage.of_step.get(accumulation)
            self._add(source, target, EdgeKind.UPDATE, gradient, step.index, (0, slot))

    def _receiver(self, step: Step, edge: GradEdge) -> Step | None:
        for run in self._runs.get(edge.target, ()):
            if run.index > step.index and run.backward_call == step.backward_call:
                return run
        return None

    def _maker(self, value: ValueId) -> NodeKey | None:
        """The box that a value comes out of."""
        producer = self._recording.values[value].producer
        if producer is not None and producer in self._stage.of_step:
            return self._stage.of_step[producer]
        if value in self._stage.of_leaf:
            return self._stage.of_leaf[value]
        leaf = self._cast.leaf_of_tensor.get(self._recording.values[value].tensor)
        return None if leaf is None else self._stage.of_leaf.get(leaf)

    def _kind(self, value: ValueId) -> EdgeKind:
        is_stored = self._recording.values[value].role in (Role.PARAMETER, Role.BUFFER)
        return EdgeKind.PARAMETER if is_stored and value in self._stage.of_leaf else EdgeKind.DATA

    def _output_slot(self, value: ValueId) -> int:
        producer = self._recording.values[value].producer
        if producer is None or self._recording.steps[producer].phase is not Phase.FORWARD:
            return 0
        outputs = self._recording.steps[producer].outputs
        return outputs.index(value) if value in outputs else 0

    def _add(
        self,
        source: NodeKey | None,
        target: NodeKey | None,
        kind: EdgeKind,
        value: ValueId | None,
        step: StepIndex,
        slots: tuple[int, int],
        label: str = "",
    ) -> None:
        if source is None or target is None or source == target:
            return
        if _is_folded(source) or _is_folded(target) or not self._stage.open.is_detailed:
            seen = (source, target, kind, None if kind in _MERGED else value)
            if seen in self._seen:
                return
            self._seen.add(seen)
        self.found.append(
            ViewEdge(
                source=source,
                target=target,
                kind=kind,
                source_slot=slots[0],
                target_slot=slots[1],
                value=value,
                step=step,
                label=label,
            )
        )


def _is_folded(key: NodeKey) -> bool:
    return key.startswith(("group:", "backgroup:"))
