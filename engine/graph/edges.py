"""The arrows of a picture."""

from engine.graph.cast import Cast
from engine.graph.makers import Makers
from engine.graph.roster import NOBODY, Roster
from engine.graph.stage import Stage
from engine.graph.view import EdgeKind, NodeKey, ViewEdge
from engine.graph.wires import Wire, WireKind, Wires
from engine.trace.facts import FailedCall, Phase, Role, Step
from engine.trace.ids import StepIndex, TensorId, ValueId
from engine.trace.recording import Recording

_Seen = tuple[NodeKey, NodeKey, EdgeKind, ValueId | None]


def view_edges(recording: Recording, cast: Cast, roster: Roster, wires: Wires, stage: Stage) -> list[ViewEdge]:
    """Return every arrow between different boxes; arrows of folded groups that say the same are put together."""
    edges = _Edges(recording, cast, roster, stage)
    for wire in wires.shown(stage):
        edges.add_wire(wire)
    for step in cast.optimizer:
        edges.add_updates(step)
    for number, failure in enumerate(cast.failures):
        edges.add_failed(NodeKey(f"failed:{number}"), failure)
    return edges.found


class _Edges:
    def __init__(self, recording: Recording, cast: Cast, roster: Roster, stage: Stage) -> None:
        self.found: list[ViewEdge] = []
        self._recording = recording
        self._cast = cast
        self._roster = roster
        self._stage = stage
        self._makers = Makers(recording, cast, roster)
        self._seen: set[_Seen] = set()
        self._sent_at = {(one.sent, roster.leaf_part[one.leaf]): one.step for one in cast.contributions}

    def add_wire(self, wire: Wire) -> None:
        """Draw an arrow that stands between two boxes."""
        value = ValueId(wire.value)
        source_slot, slot, label = 0, wire.slot, ""
        match wire.kind:
            case WireKind.INPUT:
                kind = self._kind(value)
                source_slot = self._output_slot(value)
                step = self._cast.forward[wire.step].index
            case WireKind.BASE:
                kind = EdgeKind.VIEW
                step = self._cast.forward[wire.step].index
            case WireKind.GRADIENT:
                kind, source_slot = EdgeKind.GRADIENT, wire.source_slot
                step = self._arrival(wire)
            case WireKind.SAVED:
                kind = EdgeKind.SAVED
                keeper = self._cast.backward[wire.step - self._roster.backward_from]
                assert keeper.grad_node is not None
                step, label = keeper.index, f"saved: {self._recording.grad_nodes[keeper.grad_node].saved[slot].name}"
        self.found.append(
            ViewEdge(
                source=self._stage.key(wire.source),
                target=self._stage.key(wire.target),
                kind=kind,
                source_slot=source_slot,
                target_slot=slot,
                value=value,
                step=step,
                label=label,
            )
        )

    def _arrival(self, wire: Wire) -> StepIndex:
        """The step in which a gradient arrives; one that is added up by the engine arrives when it is sent."""
        if wire.step >= self._roster.backward_from:
            return self._cast.backward[wire.step - self._roster.backward_from].index
        return self._sent_at[ValueId(wire.value), wire.step]

    def add_failed(self, target: NodeKey, failure: FailedCall) -> None:
        """Draw the tensors that the failed call took."""
        for slot, value in enumerate(failure.inputs):
            if value is not None:
                slots = (self._output_slot(value), slot)
                self._add(self._maker(value), target, self._kind(value), value, failure.step, slots)

    def add_updates(self, step: Step) -> None:
        """Draw the gradients that an optimizer step used."""
        target = self._stage.key_of_step(step.index)
        if not self._stage.open.show_parameters:
            last = self._stage.key_of_step(self._cast.backward[-1].index) if self._cast.backward else None
            self._add(last, target, EdgeKind.UPDATE, None, step.index, (0, 0))
            return
        accumulations = self._accumulations()
        for slot in range(1, len(step.inputs), 2):
            parameter, gradient = step.inputs[slot - 1], step.inputs[slot]
            if parameter is None or gradient is None:
                continue
            # What AccumulateGrad keeps is often the very tensor that was sent, so its producer says too little.
            accumulation = accumulations.get(self._recording.values[parameter].tensor)
            source = self._maker(gradient) if accumulation is None else self._stage.key_of_step(accumulation)
            self._add(source, target, EdgeKind.UPDATE, gradient, step.index, (0, slot))

    def _accumulations(self) -> dict[TensorId, StepIndex]:
        leaves = self._cast.leaves
        return {leaves[value].tensor: step for step, value in self._cast.accumulates.items() if value is not None}

    def _maker(self, value: ValueId) -> NodeKey | None:
        """The box that a value comes out of."""
        place = self._makers.place(self._stage, value)
        return None if place == NOBODY else self._stage.key(place)

    def _kind(self, value: ValueId) -> EdgeKind:
        if self._recording.values[value].role not in (Role.PARAMETER, Role.BUFFER):
            return EdgeKind.DATA
        has_box = self._stage.place[self._roster.leaf_part.get(value, NOBODY)] != NOBODY
        return EdgeKind.PARAMETER if has_box else EdgeKind.DATA

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
    ) -> None:
        if source is None or target is None or source == target:
            return
        if _is_folded(source) or _is_folded(target) or not self._stage.open.is_detailed:
            seen = (source, target, kind, value)
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
            )
        )


def _is_folded(key: NodeKey) -> bool:
    return key.startswith(("group:", "backgroup:"))
