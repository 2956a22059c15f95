"""How far the arrows of each step reach: of a step whose arrows all stay inside a folded group, none is drawn."""

from collections.abc import Iterable

from engine.graph.cast import Cast
from engine.graph.scopes import ROOT
from engine.trace.facts import Step
from engine.trace.ids import GradNodeId, StepIndex, ValueId
from engine.trace.recording import Recording

Reach = dict[StepIndex, int]
"""For each forward and backward step the innermost scope that holds it and everything that it is joined with."""


def reach_of(recording: Recording, cast: Cast) -> Reach:
    """Find the reach of every step."""
    return _Reach(recording, cast).all()


class _Reach:
    def __init__(self, recording: Recording, cast: Cast) -> None:
        self._recording = recording
        self._cast = cast
        self._runs: dict[GradNodeId, list[int]] = {}
        for step in cast.backward:
            if step.grad_node is not None:
                self._runs.setdefault(step.grad_node, []).append(cast.backward_scope.get(step.index, ROOT))

    def all(self) -> Reach:
        tree, cast = self._cast.tree, self._cast
        found: Reach = {}
        for step in cast.forward:
            found[step.index] = self._around(tree.scope_of[step.index], self._joined_forward(step))
        for step in cast.backward:
            found[step.index] = self._around(cast.backward_scope.get(step.index, ROOT), self._joined_backward(step))
        return found

    def _around(self, scope: int, others: Iterable[int]) -> int:
        for other in others:
            if other != scope:
                scope = self._cast.tree.common(scope, other)
        return scope

    def _joined_forward(self, step: Step) -> Iterable[int]:
        for value in step.inputs:
            if value is not None:
                yield self._scope_of(value)
        for value in step.outputs[:1]:
            base = None if value is None else self._recording.values[value].base
            if base is not None:
                yield self._scope_of(base)

    def _joined_backward(self, step: Step) -> Iterable[int]:
        if step.grad_node is None:
            return
        for edge in self._recording.edges_from(step.grad_node):
            yield from self._runs.get(edge.target, ())
        for saved in self._recording.grad_nodes[step.grad_node].saved:
            if saved.value is not None:
                yield self._scope_of(saved.value)

    def _scope_of(self, value: ValueId) -> int:
        """Where the box of the maker of a value stands."""
        cast = self._cast
        producer = self._recording.values[value].producer
        if producer is not None:
            producer = cast.shares_box.get(producer, producer)
            found = cast.tree.scope_of.get(producer)
            if found is None:
                found = cast.backward_scope.get(producer)
            if found is not None:
                return found
        leaf = cast.leaves.get(value)
        if leaf is None:
            maker = cast.leaf_of_tensor.get(self._recording.values[value].tensor)
            leaf = None if maker is None else cast.leaves[maker]
        return ROOT if leaf is None else leaf.scope
