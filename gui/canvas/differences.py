"""How far the numbers of a drawing are from those of another run, or of the iteration before."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from engine.compare.alignment import aligned
from engine.compare.edits import NONE
from engine.compare.measuring import Measuring
from engine.graph import Folding, Iteration, build_view_graph
from engine.graph.view import NodeKey, ViewNode
from engine.trace.ids import ValueId
from engine.trace.recording import Recording
from gui.canvas.graph_source import GraphSource
from gui.model.compared import Compared
from gui.model.document import Document


@dataclass(frozen=True, slots=True)
class Apart:
    """The largest difference: relative to the largest magnitude, and as it is; lower bounds if ``is_at_least``."""

    relative: float
    absolute: float
    is_at_least: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """Equal numbers."""


@dataclass(frozen=True, slots=True)
class New:
    """There is nothing to compare with, for this reason."""

    reason: str


Finding: TypeAlias = Apart | Alike | New | None
"""None: the numbers are not known on one of the sides."""


class Differences:
    """Finds for each node its partner's value, and measures how far the two are apart.

    Attributes:
        name: What is compared with.
    """

    def __init__(
        self, name: str, here: Recording, other: Recording, partner: Callable[[ViewNode], ValueId | None]
    ) -> None:
        self.name = name
        self._here = here
        self._other = other
        self._partner = partner
        self._found: dict[tuple[NodeKey, ValueId], Finding] = {}

    def of(self, node: ViewNode) -> Finding:
        """Return how far a node's value is from its partner's."""
        if node.value is None:
            return New("")
        if (node.key, node.value) not in self._found:
            self.measure([node])
        return self._found[node.key, node.value]

    def measure(self, nodes: Sequence[ViewNode]) -> None:
        """Measure many nodes together, which is faster."""
        measuring = Measuring(self._here, self._other)
        waiting = []
        for node in nodes:
            if node.value is None or (node.key, node.value) in self._found:
                continue
            partner = self._partner(node)
            here = self._here.values[node.value]
            there = None if partner is None else self._other.values[partner]
            key = (node.key, node.value)
            if partner is None or there is None:
                self._found[key] = New("only here")
            elif (here.shape, here.dtype) != (there.shape, there.dtype):
                self._found[key] = New("another shape")
            else:
                waiting.append((key, measuring.add(node.value, partner)))
        measuring.finish()
        for key, added in waiting:
            difference = measuring.difference(added)
            if difference is None:
                self._found[key] = None
            elif difference.absolute == 0 and not difference.is_at_least:
                self._found[key] = Alike()
            else:
                self._found[key] = Apart(difference.relative, difference.absolute, difference.is_at_least)


def differences_of(document: Document, source: GraphSource) -> Differences | None:
    """Return those from the run compared with, else from the iteration before; None where there is neither."""
    recording = document.recording
    if recording is None or source.iteration is None:
        return None
    if document.compared is not None:
        return from_other_run(recording, document.compared)
    return from_iteration_before(recording, source.iterations, source.iteration, source.folding)


def from_iteration_before(
    recording: Recording, iterations: Sequence[Iteration], shown: Iteration, folding: Folding
) -> Differences | None:
    """Compare with the iteration before the one shown; None where it is the first."""
    place = iterations.index(shown) if shown in iterations else 0
    if place == 0:
        return None
    before = build_view_graph(recording, iterations[place - 1], folding).nodes
    now = build_view_graph(recording, shown, folding).nodes
    # Not by key: the first iteration also has what stands before the loop, which shifts the numbers in its keys.
    numbers: dict[Hashable, int] = {}

    def numbered(nodes: Sequence[ViewNode], level: Callable[[ViewNode], Hashable]) -> list[int]:
        return [numbers.setdefault(level(node), len(numbers)) for node in nodes]

    levels = (partial(_strict, recording), _loose)
    pairs = aligned(len(now), len(before), ((numbered(now, level), numbered(before, level)) for level in levels))
    values = {node.key: before[pair].value for node, pair in zip(now, pairs, strict=True) if pair != NONE}
    return Differences(f"iteration {place}", recording, recording, lambda node: values.get(node.key))


def _strict(recording: Recording, node: ViewNode) -> Hashable:
    span = None if node.about is None or node.about >= len(recording) else recording.steps[node.about].span
    return node.kind, node.title, node.group, span


def _loose(node: ViewNode) -> Hashable:
    return node.kind, node.title


def from_other_run(recording: Recording, compared: Compared) -> Differences:
    """Compare with another recording whose steps are paired with those of this one."""
    other = compared.recording
    pairs: dict[ValueId, ValueId] = {}
    for step, partner in zip(recording.steps, compared.partners, strict=False):
        if partner is None:
            continue
        there = other.steps[partner]
        for mine, theirs in ((step.inputs, there.inputs), (step.outputs, there.outputs)):
            if len(mine) == len(theirs):
                pairs.update((x, y) for x, y in zip(mine, theirs, strict=True) if x is not None and y is not None)
    return Differences(
        compared.name, recording, other, lambda node: None if node.value is None else pairs.get(node.value)
    )
