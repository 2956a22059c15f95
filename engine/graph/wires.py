"""Every arrow that a picture could have, as columns: which of them a folding shows is found for all at once.

A picture of fifty thousand ops that is folded into fifty boxes has some sixty arrows; asking each op for its own would
take longer than all the rest.
"""

from collections.abc import Iterator, Sequence, Sized
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain
from typing import NamedTuple

import numpy as np

from engine.graph.cast import Cast
from engine.graph.makers import Makers
from engine.graph.outline import Ints, Mask
from engine.graph.roster import NOBODY, Roster
from engine.graph.stage import Stage
from engine.trace.facts import Step
from engine.trace.recording import Recording


class WireKind(IntEnum):
    """What an arrow says."""

    INPUT = 0
    """A forward op takes a tensor."""
    BASE = 1
    """The result of a forward op is a view of a tensor that it did not take."""
    GRADIENT = 2
    """A backward step sent a gradient to another, or to one that ``torch.autograd.grad`` returned."""
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
class _Rows:
    """Arrows of one kind. ``owner`` is the step that tells of the arrow: the arrows of one step stand together."""

    kind: WireKind
    owner: Ints
    value: Ints
    slot: Ints


@dataclass(frozen=True, slots=True)
class _Gradients(_Rows):
    """Arrows that their sources tell of. ``leaf`` is a leaf without whose box one is not drawn, or ``NOBODY``."""

    target: Ints
    source_slot: Ints
    leaf: Ints


class Wires:
    """The arrows of one iteration, in the order in which they are drawn."""

    def __init__(self, recording: Recording, cast: Cast, roster: Roster) -> None:
        inputs, bases = _inputs(cast), _bases(recording, cast)
        gradients, saved = _gradients(recording, cast, roster), _saved(recording, cast, roster)
        makers = Makers(recording, cast, roster)
        source, second = makers.of(np.concatenate([rows.value for rows in (inputs, bases, saved)]))
        rows = (inputs, bases, gradients, saved)
        self._kind: Ints = np.repeat([part.kind for part in rows], [len(part.owner) for part in rows])
        owner = np.concatenate([part.owner for part in rows])
        sent = self._kind == WireKind.GRADIENT

        def column(others: Ints | int, of_gradients: Ints | int) -> Ints:
            filled = np.empty(len(sent), dtype=np.int64)
            filled[~sent], filled[sent] = others, of_gradients
            return filled

        columns = (
            self._kind,
            column(source, gradients.owner),
            column(second, NOBODY),
            column(owner[~sent], gradients.target),
            np.concatenate([part.value for part in rows]),
            column(0, gradients.source_slot),
            np.concatenate([part.slot for part in rows]),
            column(NOBODY, gradients.leaf),
        )
        order = np.argsort(owner, kind="stable")
        self._kind, self._source, self._second, self._target, *rest = (column[order] for column in columns)
        self._value, self._source_slot, self._slot, self._leaf = rest
        self._bases, self._inputs_of_bases = self._beside_bases(owner[order])

    def _beside_bases(self, owner: Ints) -> tuple[Ints, Ints]:
        """The rows of bases, each as often as its step has inputs, and the rows of those inputs."""
        bases = np.flatnonzero(self._kind == WireKind.BASE)
        counts = bases - np.searchsorted(owner, owner[bases])
        return np.repeat(bases, counts), np.repeat(bases - counts, counts) + _places(counts)

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


def _inputs(cast: Cast) -> _Rows:
    inputs = [step.inputs for step in cast.forward]
    return _present(WireKind.INPUT, np.arange(len(inputs)), _lengths(inputs), list(chain.from_iterable(inputs)))


def _bases(recording: Recording, cast: Cast) -> _Rows:
    facts = recording.values
    outputs = [step.outputs[0] if step.outputs else None for step in cast.forward]
    bases = [None if value is None else facts[value].base for value in outputs]
    return _present(WireKind.BASE, np.arange(len(bases)), np.ones(len(bases), dtype=np.int64), bases)


def _saved(recording: Recording, cast: Cast, roster: Roster) -> _Rows:
    nodes = recording.grad_nodes
    kept = [() if step.grad_node is None else nodes[step.grad_node].saved for step in cast.backward]
    values = [saved.value for group in kept for saved in group]
    owners = np.arange(roster.backward_from, roster.optimizer_from)
    return _present(WireKind.SAVED, owners, _lengths(kept), values)


def _present(kind: WireKind, owners: Ints, counts: Ints, values: Sequence[int | None]) -> _Rows:
    """Rows of the values that there are; ``counts`` is how many places for values each step has."""
    value = _numbers(values)
    is_there = value != NOBODY
    return _Rows(kind, np.repeat(owners, counts)[is_there], value[is_there], _places(counts)[is_there])


def _lengths(groups: Sequence[Sized]) -> Ints:
    return np.array([len(group) for group in groups], dtype=np.int64)


def _places(counts: Ints) -> Ints:
    """For groups of so many members, the place of each member in its group."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def _numbers(items: Sequence[int | None]) -> Ints:
    return np.array([NOBODY if item is None else item for item in items], dtype=np.int64)


def _gradients(recording: Recording, cast: Cast, roster: Roster) -> _Gradients:
    """Arrows to the steps in which the nodes at the ends of edges got what they were sent."""
    steps = cast.backward
    leading = [() if step.grad_node is None else recording.edges_from(step.grad_node) for step in steps]
    owner = np.repeat(np.arange(len(steps)), _lengths(leading))
    edges = list(chain.from_iterable(leading))
    slot = _numbers([edge.slot for edge in edges])
    outputs = [step.outputs for step in steps]
    sent_counts = _lengths(outputs)
    sent = np.append(_numbers(list(chain.from_iterable(outputs))), NOBODY)
    is_sent = slot < sent_counts[owner]
    value = sent[np.where(is_sent, (np.cumsum(sent_counts) - sent_counts)[owner] + slot, -1)]
    receiver = _receivers(roster, steps, owner, _numbers([edge.target for edge in edges]))
    leaf = np.full(len(steps), NOBODY)
    for index, accumulated in cast.accumulates.items():
        if accumulated is not None:
            leaf[roster.part_of(index) - roster.backward_from] = roster.leaf_part[accumulated]
    rows = np.flatnonzero((value != NOBODY) & (receiver != NOBODY))
    owner, receiver = owner[rows], receiver[rows]
    summed = cast.contributions
    sums = _numbers([roster.leaf_part[one.leaf] for one in summed])
    return _Gradients(
        kind=WireKind.GRADIENT,
        owner=np.append(owner + roster.backward_from, _numbers([roster.part_of(one.step) for one in summed])),
        value=np.append(value[rows], _numbers([one.sent for one in summed])),
        slot=np.append(_numbers([edge.input_index for edge in edges])[rows], np.zeros(len(summed), dtype=np.int64)),
        target=np.append(receiver + roster.backward_from, sums),
        source_slot=np.append(slot[rows], _numbers([one.slot for one in summed])),
        leaf=np.append(leaf[receiver], sums),
    )


def _receivers(roster: Roster, steps: Sequence[Step], owner: Ints, node: Ints) -> Ints:
    """The next step of the same backward call in which each ``node`` ran after the step ``owner``, or ``NOBODY``."""
    nodes = _numbers([step.grad_node for step in steps])
    calls = np.array(roster.calls, dtype=np.int64)
    by_node = np.argsort(nodes, kind="stable")
    found = np.searchsorted(nodes[by_node], node)
    ends = np.searchsorted(nodes[by_node], node, side="right")
    receiver = np.full(len(node), NOBODY)
    waiting = np.flatnonzero(found < ends)
    while waiting.size:  # most nodes run once, so there are few turns
        run = by_node[found[waiting]]
        fits = (run > owner[waiting]) & (calls[run] == calls[owner[waiting]])
        receiver[waiting[fits]] = run[fits]
        found[waiting] += 1
        waiting = waiting[~fits & (found[waiting] < ends[waiting])]
    return receiver
