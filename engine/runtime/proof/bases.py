"""Calls on a view whose gradients flow through the tensor that it is a view of.

After a write into a view torch makes a new node for the whole (``CopySlices``); and a view of what was written gets its
node from the whole when it is next used.
"""

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass

from engine.trace.facts import Step
from engine.trace.ids import GradNodeId, StepIndex, ValueId
from engine.trace.recording import Recording


@dataclass(frozen=True, slots=True)
class Base:
    """The whole that an operand is a view of.

    Attributes:
        view: The operand.
        before: The whole as it went into the call.
        after: The whole as it was written by the call, None where the call writes nothing.
    """

    view: ValueId
    before: ValueId
    after: ValueId | None


class Bases:
    """Finds the wholes of one recording."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._made: defaultdict[StepIndex, list[ValueId]] = defaultdict(list)
        for fact in recording.values:
            if fact.producer is not None:
                self._made[fact.producer].append(fact.id)

    def find(self, forward: Step, nodes: Container[GradNodeId | None]) -> Base | None:
        """Return the whole of an operand of a step, if one of ``nodes``, which the step made, stands for it."""
        return self._written(forward, nodes) or self._read(forward, nodes)

    def _written(self, forward: Step, nodes: Container[GradNodeId | None]) -> Base | None:
        view = forward.inputs[0] if forward.inputs else None
        if view is None:
            return None
        for made in self._made[forward.index]:
            fact = self._recording.values[made]
            is_elsewhere = fact.storage != self._recording.values[view].storage or made in forward.outputs
            if is_elsewhere or fact.grad_node is None or fact.grad_node not in nodes:
                continue
            versions = self._recording.versions(fact.tensor)
            place = versions.index(made)
            if place:
                return Base(view, versions[place - 1], made)
        return None

    def _read(self, forward: Step, nodes: Container[GradNodeId | None]) -> Base | None:
        for value in forward.inputs:
            fact = None if value is None else self._recording.values[value]
            if value is None or fact is None or fact.base is None or fact.grad_node is None:
                continue
            if fact.grad_node in nodes:
                return Base(value, fact.base, None)
        return None
