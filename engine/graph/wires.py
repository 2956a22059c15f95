"""Every arrow that a picture could have, as columns: which of them a folding shows is found for all at once.

A picture of fifty thousand ops that is folded into fifty boxes has some sixty arrows; asking each op for its own would
take longer than all the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from engine.graph.cast import Cast
from engine.graph.makers import Makers
from engine.graph.outline import Ints, Mask
from engine.graph.roster import NOBODY, Roster
from engine.graph.stage import Stage
from engine.trace.facts import GradEdge, Step
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording


class WireKind(IntEnum):
    """What an arrow says."""

    INPUT = 0
    """A forward op takes a tensor."""
    BASE = 1
    """The result of a forward op is a view of a tensor that it did not take."""
    GRADIENT = 2
    """A backward step sent a gradient to another."""
    SAVED = 3
    """A backward step used a tensor that was kept for it."""


class Wire(NamedTuple):
    """One arrow; ``source`` and ``target`` are places of boxes.

    ``step`` is the part that the arrow leads to. ``source_slot`` is the slot of a gradient at the step that sent it,
    ``slot`` where it arrives.
    """

    kind: WireKind
    source: int
    target: int
    step: int
    value: int
    source_slot: int
    slot: int


@dataclass(frozen=True, slots=True)
class _Columns:
    """Arrows of one kind. ``owner`` is the step that tells of the arrow: the arrows of one step stand together.

    ``leaf`` is a leaf without whose box the arrow is not drawn, or ``NOBODY``.
    """

    kind: WireKind
    owner: Ints
    source: Ints
    second: Ints
    """The part that the arrow comes from where ``source`` has no box."""
    target: Ints
    value: Ints
    source_slot: Ints
    slot: Ints
    leaf: Ints


class Wires:
    """The arrows of one iteration, in the order in which they are drawn."""

    def __init__(self, recording: Recording, cast: Cast, roster: Roster) -> None:
        makers = Makers(recording, cast, roster)
        parts = (
            _inputs(cast, makers),
            _bases(recording, cast, makers),
            _gradients(recording, cast, roster),
            _saved(recording, cast, roster, makers),
        )
        owner = np.concatenate([part.owner for part in parts])
        order = np.argsort(owner, kind="stable")
        self._kind = np.concatenate([np.full(len(part.owner), part.kind) for part in parts])[order]
        self._source, self._second, self._target, self._value, self._source_slot, self._slot, self._leaf = (
            np.concatenate([getattr(part, name) for part in parts])[order]
            for name in ("source", "second", "target", "value", "source_slot", "slot", "leaf")
        )
        self._bases, self._inputs_of_bases = self._beside_bases(owner[order])

    def _beside_bases(self, owner: Ints) -> tuple[Ints, Ints]:
        """The rows of bases, each as often as its step has inputs, and the rows of those inputs."""
        bases = np.flatnonzero(self._kind == WireKind.BASE)
        counts = bases - np.searchsorted(owner, owner[bases])
        ends = np.cumsum(counts)
        offsets = np.arange(counts.sum()) - np.repeat(ends - counts, counts)
        return np.repeat(bases, counts), np.repeat(bases - counts, counts) + offsets

    def shown(self, stage: Stage) -> Iterator[Wire]:
        """Yield the arrows that one folding shows."""
        place = stage.place
        source, target = place[self._source], place[self._target]
        source = np.where(source == NOBODY, place[self._second], source)
        is_shown = (source != NOBODY) & (target != NOBODY) & (source != target)
        is_shown &= (self._leaf == NOBODY) | (place[self._leaf] != NOBODY)
        is_taken = source[self._bases] == source[self._inputs_of_bases]
        is_shown[self._bases[is_taken]] = False
        # Several arrows between two boxes are kept only where nothing is folded.
        is_merged = is_shown.copy()
        if stage.open.is_detailed:
            is_merged &= stage.is_folded(source) | stage.is_folded(target)
        rows = np.flatnonzero(is_merged)
        is_shown[rows] = _first_ones(source[rows], target[rows], self._kind[rows], self._value[rows])
        rows = np.flatnonzero(is_shown)
        columns = (source, target, self._target, self._value, self._source_slot, self._slot)
        for kind, *numbers in zip(
            self._kind[rows].tolist(), *(column[rows].tolist() for column in columns), strict=True
        ):
            yield Wire(WireKind(kind), *numbers)


def _first_ones(source: Ints, target: Ints, kind: Ints, value: Ints) -> Mask:
    """Which rows say something that no row before them says.

    Inputs and bases are told apart by their values, gradients and saved tensors are not.
    """
    is_first = np.zeros(len(source), dtype=np.bool_)
    if not len(source):
        return is_first
    tells = np.where(kind <= WireKind.BASE, value, 0)
    _, pair = np.unique(source * (int(target.max()) + 1) + target, return_inverse=True)
    _, said = np.unique(tells * len(WireKind) + kind, return_inverse=True)
    _, first = np.unique(pair * (int(said.max()) + 1) + said, return_index=True)
    is_first[first] = True
    return is_first


def _numbers(items: list[int]) -> Ints:
    return np.array(items, dtype=np.int64)


def _inputs(cast: Cast, makers: Makers) -> _Columns:
    counts = _numbers([len(step.inputs) for step in cast.forward])
    owner = np.repeat(np.arange(len(counts)), counts)
    slot = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    value = _numbers([NOBODY if value is None else value for step in cast.forward for value in step.inputs])
    return _leading_to(WireKind.INPUT, owner, value, slot, makers)


def _bases(recording: Recording, cast: Cast, makers: Makers) -> _Columns:
    facts = recording.values
    outputs = [step.outputs[0] if step.outputs else None for step in cast.forward]
    bases = [None if value is None else facts[value].base for value in outputs]
    value = _numbers([NOBODY if base is None else base for base in bases])
    return _leading_to(WireKind.BASE, np.arange(len(value)), value, np.zeros_like(value), makers)


def _leading_to(kind: WireKind, owner: Ints, value: Ints, slot: Ints, makers: Makers) -> _Columns:
    """Arrows from where values come from to the steps that tell of them."""
    is_there = value != NOBODY
    owner, value, slot = owner[is_there], value[is_there], slot[is_there]
    source, second = makers.of(value)
    return _Columns(kind, owner, source, second, owner, value, np.zeros_like(slot), slot, np.full(len(slot), NOBODY))


def _saved(recording: Recording, cast: Cast, roster: Roster, makers: Makers) -> _Columns:
    nodes = recording.grad_nodes
    rows = [
        (part, saved.value, slot)
        for part, step in enumerate(cast.backward, start=roster.backward_from)
        if step.grad_node is not None
        for slot, saved in enumerate(nodes[step.grad_node].saved)
        if saved.value is not None
    ]
    owner, value, slot = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return _leading_to(WireKind.SAVED, owner, value, slot, makers)


def _gradients(recording: Recording, cast: Cast, roster: Roster) -> _Columns:
    rows: list[tuple[int, int, int, int, int, int]] = []
    for part, step in enumerate(cast.backward, start=roster.backward_from):
        outputs = step.outputs
        for edge in () if step.grad_node is None else recording.edges_from(step.grad_node):
            sent = outputs[edge.slot] if edge.slot < len(outputs) else None
            if sent is None:
                continue
            receiver = _receiver(recording, step, edge)
            to = NOBODY if receiver is None else roster.part_of(receiver)
            if receiver is not None and to != NOBODY:
                accumulated = cast.accumulates.get(receiver)
                shown_with = NOBODY if accumulated is None else roster.leaf_part[accumulated]
                rows.append((part, to, sent, edge.slot, edge.input_index, shown_with))
    owner, target, value, source_slot, slot, leaf = np.array(rows, dtype=np.int64).reshape(-1, 6).T
    nobody = np.full(len(owner), NOBODY)
    return _Columns(WireKind.GRADIENT, owner, owner, nobody, target, value, source_slot, slot, leaf)


def _receiver(recording: Recording, step: Step, edge: GradEdge) -> StepIndex | None:
    """The step in which the node at the end of an edge got what ``step`` sent it."""
    for run in recording.runs_of(edge.target):
        if run > step.index and recording.steps[run].backward_call == step.backward_call:
            return run
    return None
