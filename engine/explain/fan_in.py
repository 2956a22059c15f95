"""Where the gradients that the engine adds up come from."""

from engine.explain.explanation import Contribution, FanIn
from engine.explain.notation import Notation
from engine.explain.numerals import array_of, array_text
from engine.explain.rules.table import rule_for, stem
from engine.trace.facts import GradEdge, Step
from engine.trace.ids import ValueId
from engine.trace.recording import Recording


def op_title(name: str) -> str:
    """Return what a person calls an autograd node: ``MulBackward0`` -> ``mul``."""
    rule = rule_for(name)
    return rule.title if rule else stem(name)


def contributions(recording: Recording, step: Step, slot: int) -> tuple[Contribution, ...]:
    """Return the gradients that arrived at input ``slot`` of the node that ran, in the order in which they came."""
    assert step.grad_node is not None
    found = []
    for edge in recording.edges_into(step.grad_node):
        if edge.input_index == slot:
            source = _run_before(recording, edge, step)
            if source is not None:
                found.append(_contribution(recording, source, edge))
    return tuple(sorted((entry for entry in found if entry is not None), key=lambda entry: entry.step))


def _run_before(recording: Recording, edge: GradEdge, step: Step) -> Step | None:
    runs = (recording.steps[index] for index in recording.runs_of(edge.source) if index < step.index)
    return next((run for run in reversed(list(runs)) if run.backward_call == step.backward_call), None)


def _contribution(recording: Recording, source: Step, edge: GradEdge) -> Contribution | None:
    value = source.outputs[edge.slot] if edge.slot < len(source.outputs) else None
    if value is None:
        return None
    return Contribution(op_title(source.name), source.index, value, value_text(recording, value))


def value_text(recording: Recording, value: ValueId | None) -> str:
    """Return few numbers in full, of many the shape; empty when they were not kept."""
    array = array_of(recording, value)
    return "" if array is None else array_text(array)


def sum_text(parts: tuple[Contribution, ...]) -> str:
    """Return e.g. ``0.5 from mul + −2 from pow``."""
    return " + ".join(f"{part.text} from {part.source}" if part.text else f"one from {part.source}" for part in parts)


def fan_ins(recording: Recording, step: Step, notation: Notation) -> tuple[FanIn, ...]:
    """Return every input of the node at which two or more gradients met."""
    assert step.grad_node is not None
    node = recording.grad_nodes[step.grad_node]
    forward = None if node.step is None else recording.steps[node.step]
    found = []
    for slot, total in enumerate(step.inputs):
        parts = contributions(recording, step, slot)
        if len(parts) > 1:
            name, _ = notation.target(step.grad_node, slot, forward)
            result = value_text(recording, total)
            text = sum_text(parts) + (f" = {result}" if result else "")
            found.append(FanIn(name, parts, total, text))
    return tuple(found)
