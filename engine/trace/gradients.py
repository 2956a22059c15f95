"""What is known at a step about the gradient of a value: not yet, none, or a number; and who sent it."""

from dataclasses import dataclass
from typing import TypeAlias

from engine.trace.facts import Step, Value
from engine.trace.ids import BackwardCallId, GradNodeId, StepIndex, ValueId
from engine.trace.recording import Recording


@dataclass(frozen=True, slots=True)
class NotYet:
    """A gradient arrives at ``step``, which lies in the future."""

    step: StepIndex


@dataclass(frozen=True, slots=True)
class NoGradient:
    """No gradient ever arrives in this recording."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The gradient ``value`` arrived at ``step``.

    ``accumulated`` is True for a leaf's ``.grad`` and False for a gradient that only flows through.
    """

    value: ValueId
    step: StepIndex
    accumulated: bool


GradientState: TypeAlias = NotYet | NoGradient | Arrived


def gradient_state(recording: Recording, value: Value, at: StepIndex) -> GradientState:
    """Return the state of the gradient of ``value`` right after step ``at``.

    A leaf shows its ``.grad``; any other tensor the gradient that arrived at its ``grad_fn``, the sum over all its
    consumers, in the latest backward call up to ``at``.
    """
    if value.is_leaf:
        return _leaf_state(recording, value, at)
    if value.grad_node is None:
        return NoGradient()
    return _flow_state(recording, value.grad_node, value.grad_slot, at)


def _leaf_state(recording: Recording, value: Value, at: StepIndex) -> GradientState:
    state: GradientState = NoGradient()
    for change in recording.grad_changes(value.tensor):
        if change.step > at:
            return state if isinstance(state, Arrived) else NotYet(change.step)
        state = NoGradient() if change.value is None else Arrived(change.value, change.step, accumulated=True)
    return state


def _flow_state(recording: Recording, node: GradNodeId, slot: int, at: StepIndex) -> GradientState:
    state: GradientState = NoGradient()
    for index in recording.runs_of(node):
        arrived = _input_at(recording.steps[index], slot)
        if arrived is None:
            continue
        if index > at:
            return state if isinstance(state, Arrived) else NotYet(index)
        state = Arrived(arrived, index, accumulated=False)
    return state


def _input_at(step: Step, slot: int) -> ValueId | None:
    return step.inputs[slot] if slot < len(step.inputs) else None


@dataclass(frozen=True, slots=True)
class Sent:
    """The backward step ``step`` sent ``value``, its output ``slot``, to some place in the graph."""

    step: StepIndex
    slot: int
    value: ValueId


def sent_to(recording: Recording, call: BackwardCallId | None, node: GradNodeId, slot: int) -> list[Sent]:
    """Return the gradients that a backward call sent to input ``slot`` of a node, in the order in which they came.

    The engine adds them up if there are several.
    """
    found = []
    ran: dict[GradNodeId, Step | None] = {}  # one node may send 100,000 of them
    for edge in recording.edges_into(node):
        if edge.input_index != slot:
            continue
        if edge.source not in ran:
            runs = (recording.steps[index] for index in recording.runs_of(edge.source))
            ran[edge.source] = next((step for step in runs if step.backward_call == call), None)
        source = ran[edge.source]
        value = None if source is None or edge.slot >= len(source.outputs) else source.outputs[edge.slot]
        if source is not None and value is not None:
            found.append(Sent(source.index, edge.slot, value))
    return sorted(found, key=lambda sent: sent.step)
