"""Where the gradients that the engine adds up come from."""

from engine.explain.explanation import Contribution, FanIn
from engine.explain.notation import Notation
from engine.explain.numerals import array_of, array_text
from engine.explain.rules.table import rule_for, stem
from engine.trace.facts import Step
from engine.trace.gradients import sent_to
from engine.trace.ids import ValueId
from engine.trace.recording import Recording

MOST_TOLD = 12
"""So many of the gradients that add up are told with their numbers; there may be 100,000."""


def op_title(name: str) -> str:
    """Return what a person calls an autograd node: ``MulBackward0`` -> ``mul``."""
    rule = rule_for(name)
    return rule.title if rule else stem(name)


def contributions(recording: Recording, step: Step, slot: int) -> tuple[Contribution, ...]:
    """Return the gradients that arrived at input ``slot`` of the node that ran, in the order in which they came.

    Beyond the first ``MOST_TOLD`` their texts are empty.
    """
    assert step.grad_node is not None
    found = sent_to(recording, step.backward_call, step.grad_node, slot)
    return tuple(
        Contribution(
            op_title(recording.steps[sent.step].name),
            sent.step,
            sent.value,
            value_text(recording, sent.value) if place < MOST_TOLD else "",
        )
        for place, sent in enumerate(found)
    )


def value_text(recording: Recording, value: ValueId | None) -> str:
    """Return few numbers in full, of many the shape; empty when they were not kept."""
    array = array_of(recording, value)
    return "" if array is None else array_text(array)


def sum_text(parts: tuple[Contribution, ...]) -> str:
    """Return e.g. ``0.5 from mul + −2 from pow``, of very many the first ones and how many more there are."""
    told = [f"{part.text} from {part.source}" if part.text else f"one from {part.source}" for part in parts[:MOST_TOLD]]
    more = len(parts) - len(told)
    if more and len(set(told)) == 1:  # a sum of twelve times the same words, and so on, would tell no more
        return f"{len(parts):,} times {told[0]}"
    return " + ".join([*told, f"{more:,} more"] if more else told)


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
